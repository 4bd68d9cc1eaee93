"""A letter reaches a real mail server once, or it is plain why not: down, refusing, slow, hanging up, without encryption."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from weilu.core import clock
from weilu.core.mail import actions, delivering, queries, rules
from weilu.core.mail.models import Letter, State
from weilu.core.mail.tests.conftest import NOON
from weilu.core.operators.access import viewer_of


def one() -> Letter:
    return Letter.objects.get()


def later(hours: float) -> Any:
    return clock.frozen(NOON + dt.timedelta(hours=hours))


def test_a_letter_arrives_with_its_subject_link_and_sender(post: Any, ada: Any) -> None:
    actions.put("story", 7, [ada.pk], occasion="raised")
    assert delivering.run_once() == 1
    [got] = post.taken
    assert got["Subject"] == "A story"
    assert got["To"] == ada.email
    assert got["From"] == "weilu@example.com"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content().split() == ["No.", "7", "http://127.0.0.1:8000/x/"]
    assert (one().state, one().attempts, one().error) == (State.SENT, 1, "")


def test_the_same_occasion_is_told_once_however_often_it_is_put(post: Any, ada: Any, bea: Any) -> None:
    assert actions.put("story", 7, [ada.pk, bea.pk], occasion="raised") == 2
    assert actions.put("story", 7, [bea.pk, ada.pk], occasion="raised") == 0
    assert actions.put("story", 7, [ada.pk], occasion="again-1") == 1
    delivering.run_once()
    delivering.run_once()
    assert len(post.taken) == 3


def test_a_server_that_is_down_is_tried_again_until_it_is_back(post: Any, ada: Any, settings: Any) -> None:
    good, settings.SMTP_URL = settings.SMTP_URL, "smtp://127.0.0.1:1?tls=no"
    for number in range(3):
        actions.put("story", number, [ada.pk], occasion="raised")
    assert delivering.run_once() == 1, "it is left alone once it was found to be down"
    first = Letter.objects.earliest("pk")
    assert (first.state, first.error) == (State.WAITING, "unreachable")
    settings.SMTP_URL = good
    with later(1):
        delivering.run_once()
    assert Letter.objects.filter(state=State.SENT).count() == 3


def test_a_letter_nobody_takes_is_given_up_after_two_days_and_shown(
    post: Any, ada: Any, settings: Any
) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:1?tls=no"
    actions.put("story", 7, [ada.pk], occasion="raised")
    hour = 0.0
    while one().state == State.WAITING and hour < 100:
        with later(hour):
            delivering.run_once()
        hour += 0.5
    assert one().state == State.FAILED
    assert 48 <= hour <= 56
    with later(hour):
        assert queries.in_trouble(clock.now()) == 1
    assert 8 < one().attempts < 20


@pytest.mark.parametrize(
    ("answer", "state", "error"),
    [
        ("550 no such user", State.FAILED, "recipient_refused"),
        ("451 greylisted", State.WAITING, "recipient_refused"),
    ],
)
def test_a_refused_address_is_given_up_only_where_it_is_refused_for_good(
    post: Any, ada: Any, answer: str, state: str, error: str
) -> None:
    post.rcpt = answer
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert (one().state, one().error) == (state, error)
    assert queries.error_word(error) != error


def test_a_refused_text_is_given_up_for_good_and_tried_again_for_now(post: Any, ada: Any) -> None:
    post.data = "452 mailbox full"
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert (one().state, one().error) == (State.WAITING, "text_refused")
    post.data = "554 spam"
    with later(1):
        delivering.run_once()
    assert (one().state, one().error) == (State.FAILED, "text_refused")


def test_a_slow_server_costs_its_patience_and_the_letter_comes_later(
    post: Any, ada: Any, settings: Any
) -> None:
    settings.MAIL_SECONDS = 0.2
    post.seconds = 1.0
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert (one().state, one().error) == (State.WAITING, "slow")
    post.seconds, settings.MAIL_SECONDS = 0.0, 2.0
    with later(1):
        delivering.run_once()
    assert one().state == State.SENT
    assert len(set(post.ids)) == 1, "should both arrive, they are known as one letter"


def test_after_a_lost_answer_the_second_copy_carries_the_same_id(post: Any, ada: Any) -> None:
    post.hangs_up = True
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert one().state == State.WAITING
    post.hangs_up = False
    with later(1):
        delivering.run_once()
    assert len(post.taken) == 2
    assert len(set(post.ids)) == 1
    assert one().state == State.SENT


def test_who_dies_in_the_middle_loses_its_claim(post: Any, ada: Any) -> None:
    actions.put("story", 7, [ada.pk], occasion="raised")
    assert delivering.claim() is not None
    assert delivering.claim() is None
    with later(0.05):
        assert delivering.claim() is not None


def test_without_encryption_no_password_leaves_the_house(post: Any, ada: Any, settings: Any) -> None:
    settings.SMTP_URL = f"smtp://weilu:secret@127.0.0.1:{post.port}"
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert (one().state, one().error) == (State.WAITING, "no_tls")
    assert post.taken == []


def test_nothing_is_put_in_where_no_server_is_set_up(ada: Any, settings: Any) -> None:
    settings.SMTP_URL = ""
    assert actions.put("story", 7, [ada.pk], occasion="raised") == 0
    assert not Letter.objects.exists()


def test_a_disabled_account_and_a_kind_without_words_get_nothing(post: Any, ada: Any, bea: Any) -> None:
    bea.disabled_at = NOON
    bea.save()
    actions.put("story", 7, [bea.pk], occasion="raised")
    actions.put("forgotten", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert post.taken == []
    assert set(Letter.objects.values_list("state", flat=True)) == {State.DROPPED}


def test_an_owner_tries_the_server_out_and_sends_again_what_failed(
    post: Any, ada: Any, client_of: Any
) -> None:
    board = client_of(ada)
    post.rcpt = "550 no"
    assert board.post("/settings/mail/try").status_code == 302
    delivering.run_once()
    page = board.get("/settings/mail/").content.decode()
    assert str(queries.ERRORS["recipient_refused"]) in page
    post.rcpt = ""
    board.post("/settings/mail/again")
    delivering.run_once()
    assert len(post.taken) == 1
    assert "secret" not in page


def test_only_who_sets_the_house_up_sees_the_letters(post: Any, bea: Any, client_of: Any) -> None:
    assert client_of(bea).get("/settings/mail/").status_code == 404
    with pytest.raises(Exception, match="settings"):
        actions.try_out(viewer_of(bea))


@pytest.mark.parametrize(
    "url",
    [
        "http://x",
        "smtp://",
        "smtp://h:x",
        "smtp://h?tls=yes",
        "smtp://u:p@h?tls=no",
        "smtp://h?to=x",
        "smtps:///",
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(url: str) -> None:
    with pytest.raises(rules.BadServer):
        rules.server(url)


def test_a_bad_setting_is_told_on_the_page_and_loses_no_letter(
    post: Any, ada: Any, settings: Any, client_of: Any
) -> None:
    settings.SMTP_URL = "mail.example.com"
    actions.put("story", 7, [ada.pk], occasion="raised")
    delivering.run_once()
    assert (one().state, one().error) == (State.WAITING, "bad_setting")
    assert "WEILU_SMTP_URL" in client_of(ada).get("/settings/mail/").content.decode()


def test_settings_are_read_as_the_reference_says() -> None:
    assert rules.server("smtps://ada%40example.com:p%3Aw@mail.example.com") == rules.Server(
        "mail.example.com", 465, rules.IMPLICIT, "ada@example.com", "p:w", "ada@example.com"
    )
    assert rules.server("smtp://mail.example.com").port == 587
    assert rules.server("smtp://localhost?tls=no") == rules.Server("localhost", 25, rules.PLAIN)


@effort(max_examples=200)
@given(st.integers(1, 1000), st.integers(0, 10**6))
def test_a_letter_is_tried_until_it_is_stale_and_never_in_a_hurry(attempts: int, age: int) -> None:
    wait = rules.wait(attempts, dt.timedelta(seconds=age))
    if age > rules.STALE.total_seconds():
        assert wait is None
    else:
        assert wait is not None
        assert wait >= dt.timedelta(seconds=60)


@effort(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["down", "later", "never", "up"])), max_size=12))
@pytest.mark.django_db
def test_whatever_the_server_does_nobody_gets_one_occasion_twice(turns: list[tuple[int, str]]) -> None:
    """A machine of the promise: each occasion ends sent once, or not at all, never twice under two ids."""
    from django.conf import settings as house

    from tests.fixtures.cast import operator
    from weilu.core.mail import composing
    from weilu.core.mail.sending import Outcome

    Letter.objects.all().delete()
    who = operator(f"h{id(turns)}@example.com", "H", "owner")
    sent: list[str] = []

    def server(mood: str) -> Any:
        def send(letter: Letter, words: Any) -> Outcome:
            if mood == "up":
                sent.append(letter.key)
                return Outcome()
            return Outcome("x", final=mood == "never", down=mood == "down")

        return send

    old_url, old_send = house.SMTP_URL, delivering.sending.send
    house.SMTP_URL = "smtp://localhost?tls=no"
    composing._composers["story"] = lambda letter: composing.Words("a", "b")
    try:
        for turn, (ref, mood) in enumerate(turns):
            delivering.sending.send = server(mood)  # type: ignore[assignment]
            with later(turn):
                actions.put("story", ref, [who.pk], occasion="raised")
                delivering.run_once()
    finally:
        house.SMTP_URL, delivering.sending.send = old_url, old_send
        composing._composers.pop("story")
        who.delete()
    assert len(sent) == len(set(sent))
