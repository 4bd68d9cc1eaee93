"""What do the rows of a table add up to? Equal sums of two stores, whatever their version, mean that they hold the same."""

from __future__ import annotations

COLUMNS = {
    "events": (
        "position", "version", "toUInt32(happened) * 1000 + ms", "toUInt32(recorded)", "identity", "community", "room",
        "subject", "about", "target", "batch", "live", "interaction", "ifNull(value, -1)", "length(mentions)",
        "arraySum(mentions)", "sipHash64(kind)", "sipHash64(source)", "sipHash64(properties)",
        "position * identity", "position * toUInt32(happened)", "position * sipHash64(kind)",
    ),
    "ownership": ("id", "identity", "member", "from_position", "bot", "anonymous", "id * identity", "id * member"),
    "timelines": (
        "sipHash64(key)", "scope", "who", "length(froms)", "arraySum(arrayMap(f -> toUInt32(f), froms))",
        "sipHash64(arrayStringConcat(vals, ','))", "rule", "upto", "version", "who * sipHash64(arrayStringConcat(vals, ','))",
    ),
    "scores": ("scope", "who", "score", "place", "sipHash64(tier)", "version", "who * score", "scope * place"),
}  # fmt: skip
"""What is summed, in 64 bits that run over alike everywhere; products tie a row's columns to each other."""
TABLES = tuple(COLUMNS)


def of(table: str) -> str:
    """One row: how many there are, and the sums; of the events those up to a position."""
    final = " WHERE position <= {upto:UInt64}" if table == "events" else " FINAL"
    added = ", ".join(f"sum(toUInt64({column})) AS s{number}" for number, column in enumerate(COLUMNS[table]))
    return f"SELECT count() AS n, {added} FROM weilu.{table}{final}"
