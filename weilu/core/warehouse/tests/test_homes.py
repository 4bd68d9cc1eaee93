"""Two machines on one PostgreSQL without servers for the figures: one serves, the other says so instead of answering wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.elsewhere import run
from tests.fixtures.server import second_server

STORIES = "weilu.core.warehouse.tests.stories"


@pytest.fixture
def database() -> Iterator[str]:
    with second_server() as address:
        with psycopg.connect(address, dbname="postgres", autocommit=True) as server:
            server.execute("CREATE DATABASE shared")
        yield make_conninfo(address, dbname="shared")


@pytest.mark.once
def test_the_store_of_another_home_is_never_mistaken_for_ones_own(database: str, tmp_path: Path) -> None:
    homes = [tmp_path / name for name in ("first", "second")]
    for home in homes:
        home.mkdir()

    def told(home: Path, number: int, story: str = "figures") -> dict[str, Any]:
        found: dict[str, Any] = run(f"{STORIES}:{story}", home, str(number), WEILU_DATABASE_URL=database)
        return found

    assert told(homes[0], 1) | {"doctor": ""} == {"loaded": 1, "asked": 1, "doctor": "", "rows": 1}
    second = told(homes[1], 2)
    assert (second["loaded"], second["asked"], second["rows"]) == (
        "warehouse_elsewhere",
        "warehouse_elsewhere",
        1,
    )
    assert second["doctor"].startswith("bad:")
    assert "WEILU_WAREHOUSE_URL" in second["doctor"]
    first = told(homes[0], 3)
    assert (first["loaded"], first["asked"]) == (3, 3)

    # The first machine is gone, an operator says.
    assert told(homes[1], 4, "take_over")["asked"] == 4
    assert told(homes[0], 5)["asked"] == "warehouse_elsewhere"
