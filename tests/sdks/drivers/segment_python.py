"""segment-analytics-python: identify, track, page, screen, group, alias, and a burst through its own queue and retries."""

from __future__ import annotations

from typing import Any

import segment.analytics as segment
from plan import Plan, report
from segment.analytics.version import VERSION


def main() -> None:
    plan, failed = Plan.given(), []

    def on_error(problem: Exception, items: list[dict[str, Any]]) -> None:
        failed.extend(number(item) for item in items)

    client = segment.Client(
        plan.key, host=plan.url, on_error=on_error, gzip=plan.first % 2 == 1, upload_size=40
    )
    n = plan.first
    client.identify(plan.person, {"n": n, "name": "Cai", "vip": True})
    client.track(plan.person, "Order Paid", {"n": n + 1, "amount": 12.5, "currency": "CNY"})
    client.page(plan.person, "docs", "Welcome", {"n": n + 2, "url": "https://example.com/welcome"})
    client.screen(plan.person, "app", "Home", {"n": n + 3})
    client.group(plan.person, "tea-house", {"n": n + 4, "plan": "spring"})
    client.alias(f"{plan.person}-guest-{n + 5}", plan.person)
    plan.pace(lambda k: client.track(plan.person, "Burst", {"n": k}), 6)
    client.flush()
    client.shutdown()
    report("segment-analytics-python", VERSION, range(n, n + 6 + plan.burst), failed)


def number(item: dict[str, Any]) -> int:
    if "previousId" in item:
        return int(item["previousId"].rsplit("-", 1)[1])
    return int((item.get("properties") or item.get("traits"))["n"])


if __name__ == "__main__":
    main()
