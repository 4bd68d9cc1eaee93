"""How is a JSON object read so that every wrong part gets its own sentence?"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from weilu.core.errors import WeiluError

_MISSING: Any = object()


class Fields:
    """Reads parts by name and type; `finish` refuses what nobody read, so that a slip of the pen is not ignored."""

    def __init__(self, data: Mapping[str, object], refused: type[WeiluError], within: str = "") -> None:
        """`within` names the part of the question that these fields are, for its sentences."""
        self._data = dict(data)
        self._read: set[str] = set()
        self._refused = refused
        self._within = within

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def peek(self, name: str) -> object:
        return self._data.get(name)

    def given(self, name: str) -> bool:
        """Whether a part is there that the reader then looks at as it is, by `peek`."""
        self._read.add(name)
        return self._data.get(name) is not None

    def text(self, name: str, default: str = _MISSING) -> str:
        value = self._take(name, default)
        if not isinstance(value, str):
            raise self._refused(_("“%(name)s” must be a word in quotes.") % {"name": self.called(name)})
        return value

    def choice(self, name: str, choices: Sequence[str], default: str = _MISSING) -> str:
        value = self._take(name, default)
        if value not in choices:
            told = {"name": self.called(name), "value": value, "choices": ", ".join(choices)}
            raise self._refused(_("“%(name)s” cannot be “%(value)s”. It is one of: %(choices)s.") % told)
        return str(value)

    def number(self, name: str, low: int, high: int, default: int = _MISSING) -> int:
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            told = {"name": self.called(name), "low": low, "high": high}
            raise self._refused(_("“%(name)s” must be a whole number from %(low)s to %(high)s.") % told)
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """A part that somebody else reads."""
        value = self._take(name, _MISSING)
        if not isinstance(value, dict):
            raise self._refused(_("“%(name)s” must be an object.") % {"name": self.called(name)})
        return value

    def flag(self, name: str) -> bool:
        value = self._take(name, False)
        if not isinstance(value, bool):
            raise self._refused(_("“%(name)s” must be true or false.") % {"name": self.called(name)})
        return value

    def day(self, name: str, default: dt.date | None = _MISSING) -> dt.date | None:
        value = self._take(name, default)
        if value is None:
            return None
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            raise self._refused(
                _("“%(name)s” must be a day such as 2018-06-01.") % {"name": self.called(name)}
            )

    def names(self, name: str) -> tuple[str | int, ...] | None:
        value = self._take(name, None)
        if value is None:
            return None
        listed = [value] if isinstance(value, str | int) else value
        if not isinstance(listed, list | tuple) or not all(
            isinstance(one, str | int) and not isinstance(one, bool) for one in listed
        ):
            raise self._refused(_("“%(name)s” must be a list of names or ids.") % {"name": self.called(name)})
        return tuple(listed)

    def inner(self, name: str) -> Fields:
        value = self._take(name, {})
        if not isinstance(value, dict):
            raise self._refused(_("“%(name)s” must be an object.") % {"name": self.called(name)})
        return Fields(value, self._refused, self.called(name))

    def each(self, name: str, low: int, high: int) -> list[Fields]:
        """The objects of a list of `low` to `high` of them; with `low` 0 the list may be lacking. Each is to be finished."""
        value = self._take(name, _MISSING if low else [])
        if not isinstance(value, list) or not low <= len(value) <= high:
            told = {"name": self.called(name), "low": low, "high": high}
            raise self._refused(_("“%(name)s” must be a list of %(low)s to %(high)s objects.") % told)
        for number, one in enumerate(value, 1):
            if not isinstance(one, dict):
                raise self._refused(
                    _("“%(name)s” must be an object.") % {"name": f"{self.called(name)} {number}"}
                )
        return [
            Fields(one, self._refused, f"{self.called(name)} {number}") for number, one in enumerate(value, 1)
        ]

    def numbers(self, name: str, low: int, high: int, most: int) -> tuple[int, ...]:
        """A list of whole numbers, empty where it is lacking."""
        value = self._take(name, [])
        whole = isinstance(value, list) and all(
            isinstance(one, int) and not isinstance(one, bool) and low <= one <= high for one in value
        )
        if not whole or len(value) > most:
            told = {"name": self.called(name), "low": low, "high": high, "most": most}
            raise self._refused(
                _("“%(name)s” must be a list of at most %(most)s whole numbers from %(low)s to %(high)s.")
                % told
            )
        return tuple(value)

    def raw(self, name: str, described: Mapping[str, Any], *, needed: bool = False) -> object:
        """A part as it stands, None where it may be lacking, for whoever reads it; `described` is its JSON Schema."""
        return self._take(name, _MISSING if needed else None)

    def called(self, name: str) -> str:
        """How a sentence names a part: by the way to it."""
        return f"{self._within} › {name}" if self._within else name

    def refuse(self, sentence: str) -> NoReturn:
        raise self._refused(sentence)

    def finish(self) -> None:
        """Raises for the first part that nobody asked for."""
        for name in self._data:
            if name not in self._read:
                known = ", ".join(sorted(self._read))
                raise self._refused(
                    _("This question has no part “%(name)s”. It can have: %(known)s.")
                    % {"name": self.called(name), "known": known}
                )

    def _take(self, name: str, default: Any) -> Any:
        self._read.add(name)
        value = self._data.get(name)
        if value is not None:
            return value
        if default is _MISSING:
            raise self._refused(_("The question lacks “%(name)s”.") % {"name": self.called(name)})
        return default
