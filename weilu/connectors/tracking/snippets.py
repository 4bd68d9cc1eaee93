"""How is each SDK told where to send? What stands on the source's page, with address and key filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Snippet(NamedTuple):
    """`sdk` is a name; `code` is to be pasted."""

    slug: str
    sdk: str
    code: str


def snippets(url: str, key: str) -> list[Snippet]:
    """For a door at `url` (without a slash at the end) and a write key, the most used first."""
    return [Snippet(slug, sdk, code(url, key)) for slug, sdk, code in _ALL]


def _segment_browser(url: str, key: str) -> str:
    return f"""import {{ AnalyticsBrowser }} from "@segment/analytics-next";

const analytics = AnalyticsBrowser.load(
  {{ writeKey: "{key}", cdnURL: "{url}" }},
  {{ integrations: {{ "Segment.io": {{ apiHost: "{url.partition("://")[2]}/v1", protocol: "{url.partition("://")[0]}" }} }} }},
);
analytics.page();
analytics.track("order.paid", {{ value: 12000, currency: "CNY" }});"""


def _segment_node(url: str, key: str) -> str:
    return f"""import {{ Analytics }} from "@segment/analytics-node";

const analytics = new Analytics({{ writeKey: "{key}", host: "{url}" }});
analytics.track({{ userId: "u-1", event: "order.paid", properties: {{ value: 12000, currency: "CNY" }} }});"""


def _segment_python(url: str, key: str) -> str:
    return f"""import segment.analytics as analytics

analytics.write_key, analytics.host = "{key}", "{url}"
analytics.track("u-1", "order.paid", {{"value": 12000, "currency": "CNY"}})"""


def _rudder_browser(url: str, key: str) -> str:
    return f"""import {{ RudderAnalytics }} from "@rudderstack/analytics-js/bundled";

const analytics = new RudderAnalytics();
analytics.load("{key}", "{url}", {{ configUrl: "{url}" }});
analytics.page();
analytics.track("order.paid", {{ value: 12000, currency: "CNY" }});"""


def _rudder(url: str, key: str) -> str:
    return f"""import RudderAnalytics from "@rudderstack/rudder-sdk-node";

const analytics = new RudderAnalytics("{key}", {{ dataPlaneUrl: "{url}" }});
analytics.track({{ userId: "u-1", event: "order.paid", properties: {{ value: 12000, currency: "CNY" }} }});"""


def _posthog_browser(url: str, key: str) -> str:
    return f"""import posthog from "posthog-js";

posthog.init("{key}", {{ api_host: "{url}", disable_session_recording: true }});
posthog.capture("order.paid", {{ value: 12000, currency: "CNY" }});"""


def _posthog_python(url: str, key: str) -> str:
    return f"""from posthog import Posthog

posthog = Posthog("{key}", host="{url}")
posthog.capture("order.paid", distinct_id="u-1", properties={{"value": 12000, "currency": "CNY"}})"""


def _sensors_web(url: str, key: str) -> str:
    return f"""import sensors from "sa-sdk-javascript";

sensors.init({{ server_url: "{url}/sa?project={key}", is_track_single_page: true }});
sensors.quick("autoTrack");
sensors.track("order_paid", {{ value: 12000, currency: "CNY" }});"""


def _sensors_mini(url: str, key: str) -> str:
    return f"""const sensors = require("sa-sdk-miniprogram");

sensors.setPara({{ server_url: "{url}/sa?project={key}", autoTrack: {{ appLaunch: true, pageShow: true }} }});
sensors.init();
sensors.track("order_paid", {{ value: 12000, currency: "CNY" }});"""


def _sensors_python(url: str, key: str) -> str:
    return f"""import sensorsanalytics

consumer = sensorsanalytics.BatchConsumer("{url}/sa?project={key}")
sa = sensorsanalytics.SensorsAnalytics(consumer)
sa.track("u-1", "order_paid", {{"value": 12000, "currency": "CNY"}}, is_login_id=True)
sa.flush()"""


def _curl(url: str, key: str) -> str:
    return f"""curl {url}/v1/track -u {key}: -H 'Content-Type: application/json' \\
  -d '{{"userId":"u-1","event":"order.paid","properties":{{"value":12000,"currency":"CNY"}}}}'"""


_ALL: tuple[tuple[str, str, Callable[[str, str], str]], ...] = (
    ("segment-browser", "Segment (browser)", _segment_browser),
    ("posthog-browser", "PostHog (browser)", _posthog_browser),
    ("sensors-web", "Sensors 神策 (web)", _sensors_web),
    ("sensors-mini", "Sensors 神策 (mini program)", _sensors_mini),
    ("rudder-browser", "RudderStack (browser)", _rudder_browser),
    ("segment-node", "Segment (Node)", _segment_node),
    ("segment-python", "Segment (Python)", _segment_python),
    ("rudder", "RudderStack (Node)", _rudder),
    ("posthog-python", "PostHog (Python)", _posthog_python),
    ("sensors-python", "Sensors 神策 (Python)", _sensors_python),
    ("curl", "curl", _curl),
)
