"""Where has somebody been seen?"""

from __future__ import annotations

SEEN_IN = """SELECT DISTINCT community FROM weilu.events
WHERE community IN {communities:Array(UInt32)} AND identity IN {identities:Array(UInt32)}"""
"""Of these communities, those that hold an event of one of these identities. Led by the sort key."""

ACCOUNTS_SEEN = """SELECT DISTINCT identity FROM weilu.events
WHERE community IN {communities:Array(UInt32)} AND identity IN {identities:Array(UInt32)}"""
"""The other way round: of these identities, those that did something in one of these communities."""

PEOPLE_IN = """SELECT DISTINCT dictGet('weilu.owner', 'person', toUInt64(identity)) AS person FROM weilu.events
WHERE community IN {communities:Array(UInt32)} AND identity > 0"""
"""Everybody who was ever seen in one of these communities; 0 is a bot or nobody."""
