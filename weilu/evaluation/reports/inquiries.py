"""Is a message a question that somebody should answer?"""

from __future__ import annotations

import re

MARK = re.compile(r"[?？]")
WORDS = re.compile(
    r"怎么|为什么|为啥|请问|求推荐|多少钱|哪个好|哪款|有没有人|如何|能不能|可以吗|是不是|吗\s*$"
    r"|^(?:how|what|why|where|when|which|who|does|do|is|are|can|could|anyone|any)\b",
    re.IGNORECASE,
)
LINK = re.compile(r"https?://\S+")
TALK = re.compile(r"今天喝什么|在吗|^\W*[?？]+\W*$")
"""Small talk that wants no answer."""


def is_question(text: str) -> bool:
    """Asks something of others: a question mark outside a link, or the words of asking."""
    plain = LINK.sub(" ", text).strip()
    if len(plain) < 4 or TALK.search(plain):
        return False
    return bool(MARK.search(plain) or (len(plain) <= 80 and WORDS.search(plain)))
