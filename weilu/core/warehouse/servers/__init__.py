"""The column store beyond one machine: ClickHouse servers by URL, one or a cluster. Their driver is imported here alone."""
