"""Is this account a bot? Asked where the export does not say so; an operator can correct it by hand afterwards."""

from __future__ import annotations

import re

WELL_KNOWN = frozenset(
    {
        "mee6", "dyno", "carl-bot", "carlbot", "gaius", "tatsu", "tatsumaki", "yagpdb.xyz", "combot", "rose",
        "grouphelp", "shieldy", "slackbot", "github", "gitlab", "jira", "zapier", "ifttt", "notification-bot",
        "welcome-bot", "emailgateway", "statbot", "disboard", "arcane", "sesh", "ticket tool",
    }
)  # fmt: skip
"""Names under which widely used bots speak, in lower case."""

_BOT_NAME = re.compile(r"(?:^|[^a-zA-Z])bot$|[a-z0-9]Bot$|[A-Z0-9]BOT$|机器人$", re.ASCII)
"""A name that ends in a word of its own, Bot: `notary-bot`, `t2bot`, `MarketBot`, 群机器人; not `Talbot` or `abbot`."""


def looks_like_bot(name: str) -> bool:
    """By its name only: a well-known bot, or a name that ends in the word bot."""
    return name.lower() in WELL_KNOWN or _BOT_NAME.search(name) is not None
