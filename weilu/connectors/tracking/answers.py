"""What do SDKs get as an answer? What each of them takes for success, and harmless settings to those that ask for some."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson

from weilu.connectors.tracking.contract import Refused
from weilu.connectors.tracking.reasons import english

Headers = list[tuple[bytes, bytes]]
JSON = b"application/json"
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"
)
LISTED = 20


class Answer(NamedTuple):
    status: int
    body: bytes
    content_type: bytes = JSON
    retry_after: int = 0


def accepted_segment(refused: Sequence[tuple[int, Refused]]) -> Answer:
    return Answer(200, orjson.dumps({"success": True, **_listed(refused)}))


def accepted_posthog(refused: Sequence[tuple[int, Refused]]) -> Answer:
    return Answer(200, orjson.dumps({"status": "Ok", **_listed(refused)}))


def accepted_sensors(refused: Sequence[tuple[int, Refused]]) -> Answer:
    return Answer(200, b"", b"text/plain")


def accepted_picture(refused: Sequence[tuple[int, Refused]]) -> Answer:
    return Answer(200, GIF, b"image/gif")


def turned_down(status: int, reason: str, refused: Sequence[tuple[int, Refused]] = ()) -> Answer:
    """Nothing was taken in, for a reason that trying again does not mend."""
    told = {"success": False, "error": reason, "message": english(reason), **_listed(refused)}
    return Answer(status, orjson.dumps(told))


BUSY = Answer(429, orjson.dumps({"success": False, "error": "busy"}), retry_after=1)
FULL = Answer(503, orjson.dumps({"success": False, "error": "disk_full"}), retry_after=30)
BROKEN = Answer(503, orjson.dumps({"success": False, "error": "unavailable"}), retry_after=5)


def _listed(refused: Sequence[tuple[int, Refused]]) -> Mapping[str, Any]:
    """Which events stayed out, by their place in the request; the first twenty."""
    if not refused:
        return {}
    listed = [
        {"index": index, "reason": one.reason, "message": english(one.reason)}
        for index, one in refused[:LISTED]
    ]
    return {"refused": len(refused), "reasons": listed}


# settings ----------------------------------------------------------------------------------------------------------

FLAGS = Answer(
    200,
    orjson.dumps(
        {
            "flags": {}, "featureFlags": {}, "featureFlagPayloads": {}, "errorsWhileComputingFlags": False,
            "config": {"enable_collect_everything": True}, "toolbarParams": {}, "isAuthenticated": False,
            "supportedCompression": ["gzip", "gzip-js"], "sessionRecording": False, "siteApps": [],
            "capturePerformance": False, "autocapture_opt_out": False, "surveys": False, "heatmaps": False,
            "analytics": {"endpoint": "/i/v0/e/"}, "elementsChainAsString": True, "hasFeatureFlags": False,
        }
    ),
)  # fmt: skip
"""No flags, no recordings, no surveys; send events as you would."""


def posthog_config(key: str) -> Answer:
    """Nothing is said about surveys: told that there are none, the browser SDK loads its script for them all the same."""
    return Answer(
        200,
        orjson.dumps(
            {
                "token": key, "supportedCompression": ["gzip", "gzip-js"], "hasFeatureFlags": False,
                "captureDeadClicks": False, "capturePerformance": False, "autocapture_opt_out": False,
                "autocaptureExceptions": False, "analytics": {"endpoint": "/i/v0/e/"}, "elementsChainAsString": True,
                "sessionRecording": False, "heatmaps": False, "defaultIdentifiedOnly": True,
                "siteApps": [], "isAuthenticated": False, "toolbarParams": {}, "config": {"enable_collect_everything": True},
            }
        ),
    )  # fmt: skip


def posthog_script(key: str) -> Answer:
    config = posthog_config(key).body
    script = b"(function(){window._POSTHOG_REMOTE_CONFIG=window._POSTHOG_REMOTE_CONFIG||{};"
    script += (
        b"window._POSTHOG_REMOTE_CONFIG[" + orjson.dumps(key) + b"]={config:" + config + b",siteApps:[]}})();"
    )
    return Answer(200, script.replace(b"<", b"\\u003c"), b"application/javascript")


def segment_settings(key: str, host: str) -> Answer:
    """What Segment's browser SDK asks its CDN for: send to `host` (with its scheme), and nowhere else."""
    protocol, _, name = host.partition("://")
    integration = {
        "apiKey": key,
        "apiHost": f"{name}/v1",
        "protocol": protocol,
        "addBundledMetadata": False,
        "retryQueue": True,
    }
    return Answer(
        200,
        orjson.dumps(
            {
                "integrations": {"Segment.io": {**integration, "versionSettings": {"version": "4.4.7"}}},
                "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
                "edgeFunction": {}, "analyticsNextEnabled": True, "middlewareSettings": {}, "enabledMiddleware": {},
                "metrics": {"sampleRate": 0}, "legacyVideoPluginsEnabled": False, "remotePlugins": [],
            }
        ),
    )  # fmt: skip


RUDDER_SOURCE = Answer(
    200,
    orjson.dumps(
        {
            "source": {
                "id": "weilu", "name": "weilu", "workspaceId": "weilu", "enabled": True, "connections": [], "destinations": [],
                "config": {"statsCollection": {"errors": {"enabled": False}, "metrics": {"enabled": False}}},
            }
        }
    ),
)  # fmt: skip
"""What RudderStack's browser and mobile SDKs ask their control plane for, and send nothing without: no destinations, no reports to others."""

NOTHING = Answer(200, b"{}")

Accepted = Callable[[Sequence[tuple[int, Refused]]], Answer]
