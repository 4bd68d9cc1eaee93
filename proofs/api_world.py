"""A brand with two communities and the people who ask about it, seeded so that whatever leaks can be seen.

Everything of Harbour holds the word `FOREIGN`, everything of Hearth the word `OWN`. Bea and the analyst see Hearth alone.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from proofs import api_things
from weilu.core import clock

FOREIGN, OWN = "zaubernuss", "herdfeuer"
ROLES = ("ada", "bea", "analyst", "dov", "nobody")
SCOPES = {"analyst": ("view", "members.export")}
DAYS = 12


@dataclass
class World:
    """Who may ask, with which tokens, and ids that exist, by the name of the parameter that takes them."""

    operators: dict[str, Any] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, list[Any]] = field(default_factory=dict)

    def token(self, role: str) -> str:
        """A token that works: calls may have revoked the last one, closed its account or taken its roles."""
        from weilu.core.operators.actions import tokens

        if role == "nobody":
            return ""
        if role not in self.tokens or tokens.viewer_by(self.tokens[role]) is None or self._fallen(role):
            self._raise(role)
        return self.tokens[role]

    def _fallen(self, role: str) -> bool:
        from weilu.core.operators.actions import team

        return sorted(map(repr, team.held(self.operators[role]))) != sorted(map(repr, self._roles(role)))

    def _roles(self, role: str) -> list[Any]:
        from weilu.core.operators.actions.team import Role

        hearth = self.ids["hearth"][0]
        wanted = {
            "ada": [Role("owner")],
            "bea": [Role("community_manager", hearth)],
            "analyst": [Role("analyst", hearth)],
        }
        return wanted.get(role, [])

    def _raise(self, role: str) -> None:
        from weilu.core.operators import rights
        from weilu.core.operators.access import Viewer, viewer_of
        from weilu.core.operators.actions import team, tokens

        row = self.operators[role]
        team.enable(Viewer.everything(), row)
        team.set_roles(Viewer.everything(), row, self._roles(role))
        scopes = list(SCOPES.get(role, rights.RIGHTS))
        self.tokens[role] = tokens.create(viewer_of(row), row, "proof", scopes, None).token


def seeded(chance: random.Random) -> World:
    """Plays some days in both communities, loads and concludes them, and puts down one of everything there is."""
    world = World()
    _people(world)
    _history(chance)
    _things(world)
    for who, word, place in (("ada", FOREIGN, "harbour"), ("bea", OWN, "hearth")):
        api_things.of_a_community(world.operators[who], world.ids[place][0], word)
    _count(world)
    return world


def _people(world: World) -> None:
    from tests.fixtures.cast import community, operator
    from weilu.core.directory.models import Brand

    Brand.objects.create(pk=1, name="Tea", timezone="UTC")
    hearth = community("hearth", f"Hearth {OWN}")
    harbour = community("harbour", f"Harbour {FOREIGN}")
    world.ids.update(hearth=[hearth.pk], harbour=[harbour.pk])
    world.operators.update(
        ada=operator("ada@example.com", f"Ada {FOREIGN}", "owner"),
        bea=operator("bea@example.com", f"Bea {OWN}", "community_manager", hearth),
        analyst=operator("ana@example.com", f"Ana {OWN}", "analyst", hearth),
        dov=operator("dov@example.com", "Dov", None),
    )


def _history(chance: random.Random) -> None:
    from weilu.core.events import actions, sequencer
    from weilu.core.warehouse import loader
    from weilu.members import conclude, weigh

    actions.append(_events(chance), batch=0, live=True)
    for word in (FOREIGN, OWN):
        api_things.source(word)
    sequencer.drain()
    while loader.run_once():
        pass
    while conclude.run_once():
        pass
    weigh.run_once()


def _events(chance: random.Random) -> Iterator[Any]:
    from tests.fixtures.log import event
    from weilu.core.events.incoming import Actor, Place

    begin = clock.now() - dt.timedelta(days=DAYS)
    places = {
        OWN: Place("telegram", "hearth", f"Hearth {OWN}"),
        FOREIGN: Place("telegram", "harbour", f"Harbour {FOREIGN}"),
    }
    crowds = {word: [Actor("telegram", f"{word}-{n}", f"{word} {n}") for n in range(6)] for word in places}
    spanning = Actor("telegram", "spanning", "Spanning Emi")
    for number in range(40 * DAYS):
        word = (OWN, FOREIGN)[number % 2]
        who = spanning if number % 11 == 0 else chance.choice(crowds[word])
        at = clock.to_ms(begin) + number * DAYS * 86_400_000 // (40 * DAYS)
        room = Place("telegram", f"{word}-room", f"room {word}")
        about = number - 2 if number % 3 == 0 and number > 2 else None
        yield event(
            "message.sent", at, who, community=places[word], room=room, about=about, text=f"{word} says {number}",
            source="telegram", number=number,
        )  # fmt: skip


def _things(world: World) -> None:
    """What Ada has: all of it foreign to everybody else. And a little of Bea's."""
    from weilu.connectors.webhooks import actions as webhooks
    from weilu.connectors.webhooks.actions import Wish
    from weilu.core.directory.models import Identity, Member
    from weilu.core.operators.access import viewer_of
    from weilu.members import actions as members

    ada, bea = (viewer_of(world.operators[who]) for who in ("ada", "bea"))
    foreign = [one.member for one in Identity.objects.filter(outside__startswith=FOREIGN).order_by("pk")]
    own = [one.member for one in Identity.objects.filter(outside__startswith=OWN).order_by("pk")]
    members.describe(ada, foreign[0], note=f"note {FOREIGN}")
    members.merge(ada, foreign[1], foreign[2])
    members.merge(bea, own[1], own[2])
    members.save_view(ada, f"view {FOREIGN}", f"find={FOREIGN}")
    members.save_view(bea, f"view {OWN}", "state=active")
    for viewer, word in ((ada, FOREIGN), (bea, OWN)):
        made = webhooks.create(viewer, Wish(f"hook {word}", f"https://{word}.example/hook"))
        webhooks.ping(made.row)
    _import(ada)
    assert Member.objects.count() > 12


def _import(viewer: Any) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from weilu.connectors.imports import actions, forms, jobs

    text = (
        f"time,member,text\n2026-03-01T10:00:00Z,{FOREIGN}-9,{FOREIGN} text\nyesterday,{FOREIGN},{FOREIGN}\n"
    )
    file = SimpleUploadedFile(f"{FOREIGN}.csv", text.encode())
    options = {**forms.BLANK, "community": f"Imported {FOREIGN}"}
    jobs.read_now(actions.receive([file], "csv", options, viewer))


def _count(world: World) -> None:
    for role in ROLES:
        world.token(role)
    places = [*world.ids["hearth"], *world.ids["harbour"]]
    world.ids.update(
        community_id=places, community=places, communities=places, scope=[0, *places], after=[0, 1, 100]
    )
    world.ids.update(api_things.numbers())
