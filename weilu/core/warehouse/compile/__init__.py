"""All SQL of the house stands in this folder, one file a subject. Values are always bound, never spliced."""
