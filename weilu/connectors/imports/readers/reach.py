"""How often were public posts shown, read, clicked? A row of a table of one's own is a platform's count of a day, nobody's doing."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from weilu.connectors.events import REACH_COUNTED
from weilu.connectors.imports.contract import Options, RowRefused
from weilu.connectors.imports.ordinals import Ordinals
from weilu.core.events.incoming import Incoming, Place
from weilu.core.events.keys import key, object_id

IMPRESSIONS, READS, CLICKS = "impressions", "reads", "clicks"
SORTS = (IMPRESSIONS, READS, CLICKS)
WORDS: Mapping[str, str] = {
    **dict.fromkeys((IMPRESSIONS, "impression", "views", "曝光", "曝光量", "展现", "展现量"), IMPRESSIONS),
    **dict.fromkeys((READS, "read", "阅读", "阅读量"), READS),
    **dict.fromkeys((CLICKS, "click", "点击", "点击量"), CLICKS),
}
LONGEST_CHANNEL = 60
"""Characters. The channel stands in the log, so it must be a word such as `xiaohongshu`, no sentence."""


class Counts:
    """Rows that tell a count become events of nobody. Equal rows of one moment are told apart by their order, whatever their
    numbers: a file that comes again adds nothing, also where a number was corrected since. Undoing the first makes room for it."""

    def __init__(self, platform: str, source: str, options: Options) -> None:
        self._platform, self._source, self._options = platform, source, options
        self._ordinals = Ordinals()

    def event(self, record: Mapping[str, str], happened: int, value: int | None) -> Incoming:
        """Raises RowRefused."""
        sort, channel = _sort(record.get("sort", "")), _channel(record.get("room", ""))
        place, own = self._place(record.get("community", "")), record.get("id", "")
        if value is None:
            raise RowRefused(_("the row counts nothing: its value is empty"))
        if value < 0:
            raise RowRefused(_("the value is below zero: %(value)s") % {"value": value})
        said = ("reach", place.platform, place.outside, channel, sort, own)
        return Incoming(
            key=key(self._platform, happened, *said, happened, self._ordinals.next(happened, said)),
            kind=REACH_COUNTED,
            happened=happened,
            source=self._source,
            community=place,
            subject=object_id(self._platform, *said[:4], own) if own else 0,
            value=value,
            properties={"channel": channel, "sort": sort},
        )

    def _place(self, word: str) -> Place:
        """The community that is called so, wherever it lives; a new one where none is."""
        word = word.strip() or self._options.community.strip()
        if not word:
            raise RowRefused(
                _("the row names no community: add a column “community”, or say the name for the whole file")
            )
        found = self._options.places.get(word.casefold(), Place(self._platform, word, word))
        if found is None:
            raise RowRefused(
                _("several communities are called %(name)s: write platform/id") % {"name": word[:40]}
            )
        return found


def _sort(word: str) -> str:
    found = WORDS.get(word.strip().lower())
    if found is None:
        told = {"word": word.strip()[:40] or "—", "known": ", ".join(SORTS)}
        raise RowRefused(_("what was counted is not known: %(word)s. “sort” is one of: %(known)s") % told)
    return found


def _channel(word: str) -> str:
    channel = " ".join("".join(sign if sign.isprintable() else " " for sign in word).split())
    if not channel:
        raise RowRefused(_("the row names no channel"))
    if len(channel) > LONGEST_CHANNEL:
        raise RowRefused(
            _("the channel is longer than %(most)s characters: %(channel)s")
            % {"most": LONGEST_CHANNEL, "channel": channel[:40]}
        )
    return channel
