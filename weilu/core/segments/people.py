"""What can a rule ask about who somebody is? Their place, a list of people, a value that is held, a share by lot."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from weilu.core.directory import queries as directory
from weilu.core.segments.parts import Compared, compared
from weilu.core.segments.reading import Reader
from weilu.core.segments.rule import Rule, Scene, leaves
from weilu.core.warehouse.fields import Fields
from weilu.core.warehouse.frame import Frame
from weilu.core.warehouse.places import find_community
from weilu.core.warehouse.refusal import Refused

MEMBER_OF, MEMBERS, RANDOM = "member_of", "members", "random"
MOST_PICKED = 10_000
PARTS = 10_000
"""A share by lot is told in hundredths of a percent."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Is now a member of one of these communities; of none named: of any that is asked about."""

    communities: tuple[str | int, ...]

    def say(self) -> str:
        if not self.communities:
            return _("is a member now")
        return _("is a member of %(communities)s") % {"communities": " / ".join(map(str, self.communities))}

    def resolved(self, scene: Scene) -> Inside:
        if not self.communities:
            return Inside(scene.frame.communities)
        return Inside(tuple(int(find_community(one, scene.visible).pk) for one in self.communities))


@dataclass(frozen=True, slots=True)
class Picked:
    """One of these members, by our numbers; who was merged is found in whom they became."""

    members: tuple[int, ...]

    def say(self) -> str:
        return _("is one of %(count)s picked by hand") % {"count": len(self.members)}

    def resolved(self, scene: Scene) -> Picked:
        if scene.frame.known is not None:
            return self
        return Picked(tuple(sorted(set(directory.survivors(self.members).values()))))


@dataclass(frozen=True, slots=True)
class Chance:
    """By lot: so many hundredths of a percent of all, the same people whenever it is asked, others for another seed."""

    parts: int
    seed: str

    def say(self) -> str:
        return _("is among %(percent)s%% by lot “%(seed)s”") % {
            "percent": f"{self.parts / 100:g}",
            "seed": self.seed,
        }

    def resolved(self, scene: Scene) -> Chance:
        return self


@dataclass(frozen=True, slots=True)
class Held:
    """Holds one of the values of a conclusion (`state`, `tier`)."""

    key: str
    values: tuple[str, ...]
    words: tuple[str, ...] = ()

    def say(self) -> str:
        return " / ".join(self.words or self.values)

    def resolved(self, scene: Scene) -> Held:
        return self


@dataclass(frozen=True, slots=True)
class Scored:
    """Influence at the present; whoever is not scored has 0. Of several communities the highest."""

    score: Compared

    def say(self) -> str:
        return _("influence score %(score)s") % {"score": self.score.say()}

    def resolved(self, scene: Scene) -> Scored:
        return self


@dataclass(frozen=True, slots=True)
class Kept:
    """Is among those kept under a key and number in the store, by their accounts."""

    key: str
    scope: int

    def say(self) -> str:
        return f"{self.key} {self.scope}"

    def resolved(self, scene: Scene) -> Kept:
        return self


@dataclass(frozen=True, slots=True)
class Carried:
    """One of their accounts carries one of these numbers under a key of the store, just before a moment in seconds. `stamp`
    differs whenever what stands there has changed."""

    key: str
    scopes: tuple[int, ...]
    before: int
    stamp: int = 0

    def say(self) -> str:
        return f"{self.key} {' / '.join(map(str, self.scopes))}"

    def resolved(self, scene: Scene) -> Carried:
        return self


@dataclass(frozen=True, slots=True)
class Valued:
    """A number of their value at the present, by its place among those that stand; whoever has none has 0. Of several
    communities the highest."""

    place: int
    number: Compared

    def say(self) -> str:
        return self.number.say()

    def resolved(self, scene: Scene) -> Valued:
        return self


@dataclass(frozen=True, slots=True)
class Apart:
    """A rule over communities of its own (those of a saved segment): whoever was seen there and answers to it there."""

    rule: Rule
    frame: Frame
    name: str = ""

    def say(self) -> str:
        return self.name

    def resolved(self, scene: Scene) -> Apart:
        return self


def inside(fields: Fields) -> Inside:
    if fields.peek(MEMBER_OF) is True:
        fields.given(MEMBER_OF)
        return Inside(())
    return Inside(fields.names(MEMBER_OF) or ())


def picked(fields: Fields) -> Picked:
    fields.given(MEMBERS)
    given = fields.peek(MEMBERS)
    right = isinstance(given, list) and all(isinstance(one, int) and 0 < one < 2**32 for one in given)
    if not isinstance(given, list) or not right or not 0 < len(given) <= MOST_PICKED:
        raise Refused(_("“members” is a list of members' numbers, at least one and at most %(most)s.")
                      % {"most": MOST_PICKED})  # fmt: skip
    return Picked(tuple(sorted(set(given))))


def chance(fields: Fields) -> Chance:
    inner = fields.inner(RANDOM)
    inner.given("percent")
    share = compared("percent", inner.peek("percent"), unit=PARTS // 100, most=100)
    found = Chance(share.low or 0, inner.text("seed", ""))
    inner.finish()
    if share.low != share.high or not 0 < found.parts <= PARTS:
        raise Refused(
            _(
                '“random” takes a share such as {"percent": 10, "seed": "spring"}, more than 0 and at most 100.'
            )
        )
    if len(found.seed) > 100 or "\0" in found.seed:
        raise Refused(_("“seed” can have at most 100 characters."))
    return found


READERS: dict[str, Reader] = {MEMBER_OF: inside, MEMBERS: picked, RANDOM: chance}


def rests_on_conclusions(rule: Rule) -> bool:
    """Whether some leaf of a resolved rule reads what is concluded from the events a moment after them."""
    return any(
        isinstance(leaf, Held | Scored) or (isinstance(leaf, Apart) and rests_on_conclusions(leaf.rule))
        for leaf in leaves(rule)
    )


def over(frame: Frame, communities: tuple[int, ...], scope: int | None) -> Frame:
    """The same moment and knowledge over other communities."""
    return replace(frame, communities=communities, scope=scope)
