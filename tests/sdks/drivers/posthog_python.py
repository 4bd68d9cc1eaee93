"""posthog (Python): set, capture, page view, group identify, alias, and a burst through its own queue and retries."""

from __future__ import annotations

from typing import Any

from plan import Plan, report
from posthog import Posthog
from posthog.version import VERSION


def main() -> None:
    plan, failed = Plan.given(), []

    def on_error(problem: Exception, items: list[dict[str, Any]]) -> None:
        failed.extend(number(item) for item in items)

    client = Posthog(
        plan.key, host=plan.url, on_error=on_error, gzip=True, flush_at=40, flush_interval=0.5, max_retries=10
    )
    n = plan.first
    client.set(distinct_id=plan.person, properties={"n": n, "name": "Cai", "vip": True})
    client.capture(
        "order paid", distinct_id=plan.person, properties={"n": n + 1, "amount": 12.5, "currency": "CNY"}
    )
    client.capture(
        "$pageview", distinct_id=plan.person, properties={"n": n + 2, "$current_url": "https://example.com/"}
    )
    client.group_identify("company", "tea-house", {"n": n + 3, "plan": "spring"}, distinct_id=plan.person)
    client.alias(f"{plan.person}-guest-{n + 4}", plan.person)
    plan.pace(lambda k: client.capture("burst", distinct_id=plan.person, properties={"n": k}), 5)
    client.flush()
    client.shutdown()
    report("posthog", VERSION, range(n, n + 5 + plan.burst), failed)


def number(item: dict[str, Any]) -> int:
    if item["event"] == "$create_alias":
        return int(item["properties"]["distinct_id"].rsplit("-", 1)[1])
    held = item["properties"]
    return int((held.get("$group_set") or held.get("$set") or item.get("$set") or held)["n"])


if __name__ == "__main__":
    main()
