"""A board by mail: at the hour of the brand's clock, once, by the reader's own rights, until they leave by one click."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.conf import settings as house
from django.db import transaction

from tests.fixtures.lively import Lively
from weilu.core import clock
from weilu.core.directory.models import Brand
from weilu.core.errors import Conflict, WeiluError
from weilu.core.mail import actions as mail
from weilu.core.mail import delivering
from weilu.core.mail.models import Letter
from weilu.core.operators.access import Viewer, viewer_of
from weilu.core.operators.models import AuditEntry
from weilu.evaluation.boards import actions
from weilu.evaluation.boards.models import Board, Subscription
from weilu.evaluation.boards.rules import Filters
from weilu.evaluation.boards.tests.test_boards import FUNNEL, MESSAGES

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process dies here: nobody catches it."""


def at(day: int, hour: int, minute: int = 0) -> Any:
    return clock.frozen(dt.datetime(2026, 3, day, hour, minute, tzinfo=dt.UTC))


def run() -> int:
    """What the worker does: letters that are due are put in, then sent."""
    count = actions.send_due(clock.now())
    delivering.run_once()
    return count


@pytest.fixture
def round_(lively: Lively, post: Any, ada: Any, bea: Any) -> Board:
    """Shared with Bea, who gets it at eight by the clock of Shanghai, which is midnight UTC."""
    Brand.objects.update(timezone="Asia/Shanghai")
    bea.language = "en"
    bea.save(update_fields=["language"])
    viewer = viewer_of(ada)
    row = actions.make(viewer, "Monday round")
    actions.pin(viewer, row.pk, actions.Pin("Messages", MESSAGES))
    actions.pin(viewer, row.pk, actions.Pin("Into talk", FUNNEL))
    actions.filter_by(viewer, row.pk, Filters(days=""))
    return actions.share(viewer, row.pk, ["community_manager"], [])


def test_a_question_of_the_explorer_is_sent_by_a_board_of_its_own(round_, bea, post, client_of):
    client = client_of(bea)
    client.cookies["weilu_language"] = "en"
    asked = {"q": json.dumps({**MESSAGES, "from": "2026-03-02", "to": "2026-03-08"})}
    page = client.get("/explore/", asked).content.decode()
    assert "Get it by mail" in page
    before = Board.objects.count()
    assert client.post("/boards/mail/", {**asked, "rhythm": "hourly"}).status_code == 400
    assert Board.objects.count() == before, "nothing is half done"
    sent = client.post("/boards/mail/", {**asked, "rhythm": "weekly"})
    mine = Subscription.objects.get(operator=bea)
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/boards/{mine.board_id}/")
    assert (mine.board.operator, mine.board.cards.count(), mine.hour) == (bea, 1, 8)
    with at(23, 0, 1):  # Monday, eight o'clock in Shanghai
        assert run() == 1
    [letter] = post.taken
    assert mine.board.name in letter["Subject"]


def test_without_a_mail_server_nothing_is_offered_by_mail(lively, bea, client_of):
    assert "/boards/mail/" not in client_of(bea).get("/explore/").content.decode()


def test_a_daily_letter_comes_at_its_hour_once_a_day_with_the_readers_own_figures(round_, bea, post):
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(20, 23, 59):
        assert run() == 0, "it was subscribed after eight: today's is left out"
    with at(21, 0, 1):
        assert run() == 1
        assert run() == 0
    with at(21, 15):
        assert run() == 0
    [letter] = post.taken
    text = letter.get_content()
    assert (letter["To"], letter["Subject"]) == (bea.email, "Board: Monday round")
    assert "Messages (Mar 1, 2026 – Mar 20, 2026)\n  28" in text.replace("\r\n", "\n")
    assert "Joined 5 → Message sent 3 (60.0%)" in text
    assert f"{house.BASE_URL}/boards/{round_.pk}/" in text
    with at(22, 0, 1):
        run()
    assert len(post.taken) == 2


def test_parts_are_called_in_the_readers_language(round_, ada, bea, post):
    parts = {
        "kind": "trend",
        "metric": "members",
        "breakdown": "state",
        "by": "total",
        "from": "2026-03-01",
        "to": "2026-03-20",
    }
    actions.pin(viewer_of(ada), round_.pk, actions.Pin("States", parts))
    bea.language = "zh-hans"
    bea.save(update_fields=["language"])
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(21, 0, 1):
        run()
    text = post.taken[0].get_content()
    assert "活跃" in text
    assert "active" not in text


def test_a_weekly_letter_comes_on_mondays_only(round_, bea, post):
    actions.subscribe(viewer_of(bea), round_.pk, "weekly", 8)
    for day in range(21, 31):
        with at(day, 1):
            run()
    assert [one["Date"][:16] for one in post.taken] == ["Mon, 23 Mar 2026", "Mon, 30 Mar 2026"]


def test_what_was_missed_while_the_house_was_down_is_not_sent_later(round_, bea, post):
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(23, 14):
        run()
    assert Subscription.objects.get().done == dt.date(2026, 3, 23)
    assert len(post.taken) == 1


def test_a_job_that_is_killed_anywhere_sends_nothing_twice(round_, bea, post, monkeypatch):
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    whole = mail.put

    def dies_before(*given: Any, **named: Any) -> int:
        raise Killed

    def dies_after(*given: Any, **named: Any) -> int:
        whole(*given, **named)
        raise Killed

    with at(21, 1):
        for dying in (dies_before, dies_after):
            monkeypatch.setattr(mail, "put", dying)
            with pytest.raises(Killed), transaction.atomic():
                actions.send_due(clock.now())
            assert not Letter.objects.exists(), "the letter and its mark stand or fall together"
        monkeypatch.setattr(mail, "put", whole)
        assert actions.send_due(clock.now()) == 1
        real = delivering.sending.send

        def sent_and_died(*given: Any) -> Any:
            real(*given)
            raise Killed

        monkeypatch.setattr(delivering.sending, "send", sent_and_died)
        with pytest.raises(Killed):
            delivering.run_once()
        monkeypatch.setattr(delivering.sending, "send", real)
        assert run() == 0
    with at(
        21, 2
    ):  # the lease of the one that died is over: the same letter goes out again, and is known as the same
        assert run() == 0
        assert run() == 0
    assert len(set(post.ids)) == 1
    Subscription.objects.update(done=None)  # even where the mark is lost
    with at(21, 3):
        assert run() == 0
    assert Letter.objects.count() == 1


def test_two_workers_at_once_put_one_letter_in(round_, bea, post):
    mine = actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    stale = Subscription.objects.get(pk=mine.pk)
    day = dt.date(2026, 3, 21)
    assert (actions._put(mine, day), actions._put(stale, day)) == (1, 0)
    assert Letter.objects.count() == 1


def test_whoever_no_longer_sees_the_board_gets_nothing(round_, ada, bea, post):
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(21, 1):
        actions.send_due(clock.now())
        actions.share(viewer_of(ada), round_.pk, [], [])
        delivering.run_once()
    assert not post.taken
    assert Letter.objects.get().state == "dropped"


def test_one_click_ends_the_letters_and_opening_the_address_does_not(round_, bea, post, stranger):
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(21, 1):
        run()
    [letter] = post.taken
    address = letter["List-Unsubscribe"].strip(" <>")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in letter.get_content()
    path = address.removeprefix(house.BASE_URL)
    assert stranger.get(path).status_code == 200
    assert Subscription.objects.exists()
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Subscription.objects.exists()
    assert AuditEntry.objects.filter(action="board.unsubscribed", actor=bea.pk).exists()
    assert stranger.post(path).status_code == 200
    assert stranger.post(re.sub(r"/[^/]+/$", "/forged/", path)).status_code == 200
    with at(22, 1):
        run()
    assert len(post.taken) == 1


def test_it_is_subscribed_changed_and_left_on_the_page(round_, bea, client_of, post):
    client = client_of(bea)
    client.cookies["weilu_language"] = "en"
    path = f"/boards/{round_.pk}/mail/"
    client.post(path, {"rhythm": "daily", "hour": "9"})
    client.post(path, {"rhythm": "weekly", "hour": "7"})
    mine = Subscription.objects.get()
    assert (mine.operator, mine.rhythm, mine.hour) == (bea, "weekly", 7)
    for bad in ({"rhythm": "hourly", "hour": "9"}, {"rhythm": "daily", "hour": "24"}, {"rhythm": "daily"}):
        assert client.post(path, bad).status_code == 400
    client.post(path, {"rhythm": "none"})
    assert not Subscription.objects.exists()


def test_without_a_mail_server_or_an_account_nothing_is_subscribed(round_, bea, settings):
    with pytest.raises(Conflict):
        actions.subscribe(Viewer.everything(), round_.pk, "daily", 8)
    settings.SMTP_URL = ""
    with pytest.raises(Conflict):
        actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)


def test_a_card_that_cannot_be_answered_says_so_in_the_letter(round_, bea, post):
    round_.cards.filter(name="Messages").update(question={**MESSAGES, "metric": "gone"})
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(21, 1):
        run()
    [letter] = post.taken
    assert "There is no metric “gone”" in letter.get_content()
    assert "Joined 5" in letter.get_content()


def test_a_letter_speaks_the_language_of_its_reader(round_, bea, post):
    bea.language = "zh-hans"
    bea.save(update_fields=["language"])
    actions.subscribe(viewer_of(bea), round_.pk, "daily", 8)
    with at(21, 1):
        run()
    assert post.taken[0]["Subject"] == "看板：Monday round"


def test_an_hour_is_from_0_to_23(round_, bea):
    with pytest.raises(WeiluError):
        actions.subscribe(viewer_of(bea), round_.pk, "daily", 24)
