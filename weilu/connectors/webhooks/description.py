"""What does a receiver get? The messages, as the OpenAPI description tells them in its `webhooks`."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

HEADERS: tuple[tuple[str, str], ...] = (
    (
        "webhook-id",
        "The message's own id, the same for every attempt: what was done already can be told by it.",
    ),
    ("webhook-timestamp", "When this attempt was made, in seconds since 1970. Refuse what is minutes old."),
    (
        "webhook-signature",
        "`v1,` and base64 of HMAC-SHA256 over id, timestamp and body, joined by dots, as Standard Webhooks has it; several, "
        "parted by blanks, for a day after the secret was changed.",
    ),
)


def _message(summary: str, told: str, kind: Json, data: Json) -> Json:
    body: Json = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {"type": kind, "timestamp": {"type": "string", "format": "date-time"}, "data": data},
    }
    return {
        "post": {
            "summary": summary,
            "description": told,
            "parameters": [
                {
                    "in": "header",
                    "name": name,
                    "required": True,
                    "schema": {"type": "string"},
                    "description": meant,
                }
                for name, meant in HEADERS
            ],
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "2XX": {"description": "Heard. Anything else is tried again for three days."},
                "410": {"description": "Gone: the webhook is paused at once."},
            },
        }
    }


_DECISION: Json = {
    "type": "object",
    "required": ["id", "kind", "subject", "rule", "rule_version", "by", "at", "undoes", "evidence"],
    "properties": {
        "id": {"type": "integer"},
        "kind": {"type": "string"},
        "subject": {
            "type": "object",
            "required": ["type", "id"],
            "properties": {"type": {"type": "string"}, "id": {"type": "integer"}},
        },
        "rule": {"type": "string"},
        "rule_version": {"type": "integer"},
        "by": {"type": ["integer", "null"]},
        "at": {"type": "string", "format": "date-time"},
        "undoes": {"type": ["integer", "null"]},
        "evidence": {"type": ["object", "null"]},
    },
}

MESSAGES: Json = {
    "event": _message(
        "Something happened",
        "`data` is the event as `/events` gives it; `text` is null unless the webhook asked for texts.",
        {"type": "string", "examples": ["member.joined"]},
        {"$ref": "#/components/schemas/EventOut"},
    ),
    "decision": _message(
        "Something was decided, or taken back",
        "`evidence` is null for webhooks that do not hear all communities.",
        {"type": "string", "examples": ["member.merged"]},
        _DECISION,
    ),
    "ping": _message(
        "A test",
        "Sent by hand, to try the address.",
        {"const": "webhook.ping"},
        {
            "type": "object",
            "required": ["webhook", "name"],
            "properties": {"webhook": {"type": "integer"}, "name": {"type": "string"}},
        },
    ),
}
