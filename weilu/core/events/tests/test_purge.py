"""Within a day of a retraction no byte of it is left under the home folder. Real files, another process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.elsewhere import run


@pytest.mark.parametrize(("way", "left"), [("batch", 2), ("identity", 1_601), ("live", 1_601)])
def test_a_retraction_leaves_no_byte_of_a_marker_in_any_file(tmp_path: Path, way: str, left: int) -> None:
    told = run("weilu.core.events.tests.stories:leave", tmp_path / "home", way)
    assert told["before"] >= 3, "the marker must have been in both databases and in sealed files"
    assert told["readable"] == 0
    assert told["after"] == []
    assert told["rows"] == left
    assert told["purged"] >= 1
    assert told["again"] == 0
