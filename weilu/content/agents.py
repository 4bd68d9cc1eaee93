"""Who asks for the address: a person's browser, or a program that shows what stands behind it?

Crawlers are told by a maintained list (`crawlerdetect`, MIT); what chat apps of our trade send for their previews and it does not
know stands here. The browsers inside chat apps (WeChat, WeCom, DingTalk, Feishu, QQ) are people.
"""

from __future__ import annotations

from collections.abc import Mapping

from crawlerdetect import CrawlerDetect

ALSO = ("urlpreview", "url2png", "link-preview", "linkpreview", "viber/", "rocket.chat", "rocketchat")
"""In lower case: Zulip, Feishu and Lark, Rocket.Chat, Viber."""
_known = CrawlerDetect()


def previews(agent: str) -> bool:
    """Whether a program asks; one that does not say what it is is taken for one."""
    lower = agent.strip().lower()
    return not lower or any(word in lower for word in ALSO) or bool(_known.is_crawler(agent[:500]))


def fetches_ahead(headers: Mapping[str, str]) -> bool:
    """Whether a browser fetches what nobody has clicked yet; refused with 503, it asks again at the click
    (Sec-Purpose: Fetch metadata; Purpose and X-Moz: older browsers)."""
    told = (headers.get(name, "") for name in ("sec-purpose", "purpose", "x-moz"))
    return any("prefetch" in one or "prerender" in one for one in told)
