"""DuckDB answers the same questions by plain SQL of its own, over the same rows; the answers must be equal."""
