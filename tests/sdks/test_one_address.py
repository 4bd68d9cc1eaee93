"""Change one address and the SDK that you have keeps working: Segment in a browser even takes its settings from the house."""

from __future__ import annotations

import pytest

from tests.sdks import senders, stranger
from tests.sdks.senders import Sender, Task

BURST = 20


@pytest.mark.once
@pytest.mark.browser
@pytest.mark.skipif(not senders.executable(), reason="no Chromium on this machine; see dev/browser")
@pytest.mark.skipif(not senders.installed(), reason="the SDKs are not installed; see dev/sdks")
def test_one_address_is_enough_for_segment_in_a_browser() -> None:
    with stranger.door() as door:
        sender = Sender(
            "segment in Chromium, settings of the house", 5, "segment", "settings", stubborn=False
        )
        task = Task(sender, door.one.url, door.key, "cai", first=1_000, burst=BURST, seconds=1.0)
        (report,) = senders.reports(senders.start([task]), seconds=60)
        # What the page had not yet handed over when it was reloaded is lost by the SDK itself.
        assert len(report.delivered) > BURST / 2
        assert door.taken_after(len(report.delivered)) >= len(report.delivered)
