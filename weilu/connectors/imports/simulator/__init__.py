"""The sample brand 青山茶: a seeded play of a year in eight communities. `generate.play` is its only entrance."""
