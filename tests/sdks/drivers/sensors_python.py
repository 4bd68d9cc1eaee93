"""SensorsAnalyticsSDK (Python) with its BatchConsumer: profile_set, track, $pageview, item_set, track_signup, a burst.

The consumer keeps what it could not send and raises; as its manual says, the caller catches that and goes on.
"""

from __future__ import annotations

import time
import urllib.error
from collections.abc import Callable
from typing import Any

import sensorsanalytics
from plan import Plan, report
from sensorsanalytics.sdk import SDK_VERSION

PATIENCE_SECONDS = 40.0


def main() -> None:
    plan = Plan.given()
    consumer = sensorsanalytics.BatchConsumer(
        f"{plan.url}/sa?project={plan.key}", max_size=20, request_timeout=5
    )
    sa = sensorsanalytics.SensorsAnalytics(consumer)
    n, guest = plan.first, f"{plan.person}-guest"
    kept(sa.track, guest, "ViewShelf", {"n": n})
    kept(sa.track_signup, plan.person, guest, {"n": n + 1})
    kept(sa.profile_set, plan.person, {"n": n + 2, "name": "Cai", "vip": True}, is_login_id=True)
    kept(sa.track, plan.person, "OrderPaid", {"n": n + 3, "amount": 12.5}, is_login_id=True)
    kept(sa.track, plan.person, "$pageview", {"n": n + 4, "$url": "https://example.com/"}, is_login_id=True)
    kept(sa.item_set, "tea", f"oolong-{n + 5}", {"n": n + 5, "price": 88})
    plan.pace(lambda k: kept(sa.track, plan.person, "Burst", {"n": k}, is_login_id=True), 6)
    until = time.monotonic() + PATIENCE_SECONDS
    while not kept(sa.flush) and time.monotonic() < until:
        time.sleep(0.3)
    waiting = len(consumer._buffers)
    made = range(n, n + 6 + plan.burst)
    report("SensorsAnalyticsSDK", SDK_VERSION, made, list(made)[len(made) - waiting :])


def kept(call: Callable[..., Any], *arguments: Any, **named: Any) -> bool:
    """False where the network failed: the message stays in the consumer's buffer and goes with the next ones."""
    try:
        call(*arguments, **named)
    except (sensorsanalytics.SensorsAnalyticsNetworkException, urllib.error.URLError, OSError):
        return False
    return True


if __name__ == "__main__":
    main()
