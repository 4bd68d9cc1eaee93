"""The recordings hold what their README says: each can be built into bytes and read back."""

from __future__ import annotations

import pytest

from tests.sdks.recorded import names, requests
from tests.sdks.wire import numbers_in

WITHOUT_CALLS = ("/array/", "/flags/")


@pytest.mark.once
@pytest.mark.parametrize("name", names())
def test_each_recorded_request_carries_numbered_calls(name: str) -> None:
    carried: set[int] = set()
    for request in requests(name):
        if not request.path.startswith(WITHOUT_CALLS):
            carried |= numbers_in(f"http://example.com{request.path}", request.body)
    assert carried, f"{name} carries no call"
