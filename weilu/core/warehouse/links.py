"""Where does a number of an answer lead? To the page with the members or events behind it, which stands above this room."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse


def behind(question: Mapping[str, Any], **point: object) -> str:
    """The address of the people or events behind one point of the question's answer."""
    asked = {**question, "point": point} if point else dict(question)
    text = json.dumps(asked, ensure_ascii=False, separators=(",", ":"), default=str)
    return f"{reverse('evaluation:behind')}?{urlencode({'q': text})}"
