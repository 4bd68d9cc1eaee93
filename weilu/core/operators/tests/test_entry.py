"""Coming in and going out: login, lock-out, links, sessions."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.crypto import get_random_string

from tests.fixtures.cast import PASSWORD
from weilu.core import clock
from weilu.core.operators import jobs
from weilu.core.operators.access import Viewer
from weilu.core.operators.actions import passwords, team
from weilu.core.operators.models import AuditEntry, Failure, LoginSession
from weilu.core.operators.tests.conftest import log_in


def test_ada_logs_in_and_lands_where_she_wanted_to_go(ada: Any, stranger: Client) -> None:
    asked = stranger.get("/settings/?tab=team")
    assert asked.status_code == 302
    assert asked["Location"] == "/login?next=/settings/%3Ftab%3Dteam"
    answer = stranger.post(
        "/login", {"email": "ADA@example.com", "password": PASSWORD, "next": "/settings/?tab=team"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == "/settings/?tab=team"
    assert stranger.get("/settings/account").status_code == 200


def test_the_login_never_leads_to_another_site(ada: Any, stranger: Client) -> None:
    for away in ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"):
        answer = stranger.post("/login", {"email": ada.email, "password": PASSWORD, "next": away})
        assert answer["Location"] == "/"


def test_a_fragment_asked_for_by_a_stranger_sends_the_whole_page_to_the_login(
    ada: Any, stranger: Client
) -> None:
    answer = stranger.get(
        "/settings/account", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL="http://testserver/settings/"
    )
    assert answer.status_code == 401
    assert answer["HX-Redirect"] == "/login?next=/settings/"


def test_unknown_wrong_and_closed_accounts_get_the_same_answer(ada: Any, dov: Any, stranger: Client) -> None:
    team.disable(Viewer.everything(), dov)
    answers = [
        stranger.post("/login", {"email": "x@example.com", "password": "nobody at all"}),
        stranger.post("/login", {"email": "x@example.com", "password": "nobody at all"}),
    ]
    wrong = log_in(stranger, ada.email, "not her password")
    closed = log_in(stranger, dov.email)
    assert {answer.status_code for answer in [*answers, wrong, closed]} == {400}
    assert len({_errors(answer) for answer in [*answers, wrong, closed]}) == 1


def test_an_unknown_account_costs_one_password_hash_like_a_known_one(
    ada: Any, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    runs: list[str] = []
    for method in ("encode", "verify"):
        plain = getattr(Argon2PasswordHasher, method)

        def counted(self: Any, *args: Any, _plain: Any = plain, _name: str = method) -> Any:
            runs.append(_name)
            return _plain(self, *args)

        monkeypatch.setattr(Argon2PasswordHasher, method, counted)
    counts = []
    for email in (ada.email, "nobody@example.com"):
        runs.clear()
        log_in(stranger, email, "not the password")
        counts.append(len(runs))
    assert counts == [1, 1]


def test_passwords_are_kept_as_argon2(ada: Any) -> None:
    assert ada.password.startswith("argon2$argon2id$")


@pytest.mark.parametrize("email", ["ada@example.com", "nobody@example.com"])
def test_five_wrong_passwords_lock_an_account_for_longer_each_time(
    ada: Any, stranger: Client, now: dt.datetime, email: str
) -> None:
    for _try in range(5):
        assert log_in(stranger, email, "wrong").status_code == 400
    assert log_in(stranger, email, PASSWORD).status_code == 429
    with clock.frozen(now + dt.timedelta(seconds=31)):
        assert log_in(stranger, email, "wrong").status_code == 400
    with clock.frozen(now + dt.timedelta(seconds=31 + 31)):
        assert log_in(stranger, email, "wrong").status_code == 429
    with clock.frozen(now + dt.timedelta(seconds=31 + 61)):
        expected = 302 if email == ada.email else 400
        assert log_in(stranger, email, PASSWORD).status_code == expected


def test_a_right_password_clears_the_count_of_the_account(
    ada: Any, stranger: Client, now: dt.datetime
) -> None:
    for _round in range(3):
        for _try in range(4):
            assert log_in(stranger, ada.email, "wrong").status_code == 400
        assert log_in(Client(), ada.email).status_code == 302


def test_twenty_attempts_lock_an_address_and_an_own_account_does_not_clear_it(
    ada: Any, dov: Any, stranger: Client, now: dt.datetime
) -> None:
    for number in range(19):
        assert log_in(stranger, f"{number}@example.com", "wrong").status_code == 400
        assert log_in(Client(), dov.email).status_code == 302
    assert log_in(stranger, "19@example.com", "wrong").status_code == 400
    assert log_in(stranger, ada.email).status_code == 429
    assert log_in(Client(REMOTE_ADDR="198.51.100.7"), ada.email).status_code == 302


def test_the_table_of_failures_names_nobody(ada: Any, stranger: Client) -> None:
    log_in(stranger, ada.email, "wrong")
    text = repr(list(Failure.objects.values()))
    assert "ada" not in text
    assert "127.0.0.1" not in text


def test_an_address_is_taken_from_the_proxy_only_if_that_is_trusted(ada: Any, settings: Any) -> None:
    def address_of(**headers: str) -> str:
        LoginSession.objects.all().delete()
        assert log_in(Client(), ada.email, **headers).status_code == 302
        return LoginSession.objects.get().address

    assert address_of(HTTP_X_FORWARDED_FOR="203.0.113.5") == "127.0.0.1"
    settings.TRUSTED_PROXIES = ["127.0.0.0/8", "10.1.1.1"]
    assert address_of(HTTP_X_FORWARDED_FOR="203.0.113.5") == "203.0.113.5"
    assert address_of(HTTP_X_FORWARDED_FOR="6.6.6.6, 203.0.113.5, 10.1.1.1") == "203.0.113.5"
    assert address_of(HTTP_X_FORWARDED_FOR="not an address") == "127.0.0.1"


def test_logging_in_changes_the_session_key(ada: Any, stranger: Client) -> None:
    stranger.get("/login")
    session = stranger.session
    session["planted"] = 1
    session.save()
    before = session.session_key
    stranger.cookies["sessionid"] = before
    assert log_in(stranger, ada.email).status_code == 302
    after = stranger.cookies["sessionid"].value
    assert after != before
    assert LoginSession.objects.get(operator=ada).session_key == after
    assert Client(HTTP_COOKIE=f"sessionid={before}").get("/settings/account").status_code == 302


def test_a_change_of_rights_gives_the_open_session_a_new_key(ada: Any, dov: Any, stranger: Client) -> None:
    log_in(stranger, dov.email)
    before = stranger.cookies["sessionid"].value
    stranger.get("/settings/account")
    assert stranger.cookies["sessionid"].value == before
    team.give(Viewer.everything(), dov, [team.Role("analyst")])
    assert stranger.get("/settings/account").status_code == 200
    after = stranger.cookies["sessionid"].value
    assert after != before
    assert LoginSession.objects.get(operator=dov).session_key == after
    assert Client(HTTP_COOKIE=f"sessionid={before}").get("/settings/account").status_code == 302


def test_changing_the_password_ends_all_other_sessions(ada: Any) -> None:
    here, there = Client(), Client()
    log_in(here, ada.email)
    log_in(there, ada.email)
    new = get_random_string(20)
    wrong = here.post("/settings/account/password", {"old": "wrong", "password": new})
    assert wrong.status_code == 400
    weak = here.post("/settings/account/password", {"old": PASSWORD, "password": "password12"})
    assert weak.status_code == 400
    before = here.cookies["sessionid"].value
    assert here.post("/settings/account/password", {"old": PASSWORD, "password": new}).status_code == 302
    assert here.cookies["sessionid"].value != before
    assert here.get("/settings/account").status_code == 200
    assert there.get("/settings/account").status_code == 302
    assert log_in(Client(), ada.email).status_code == 400
    assert log_in(Client(), ada.email, new).status_code == 302


def test_logging_out_ends_the_session_in_the_store(ada: Any, stranger: Client) -> None:
    log_in(stranger, ada.email)
    key = stranger.cookies["sessionid"].value
    assert stranger.get("/logout").status_code == 405
    assert stranger.post("/logout").status_code == 302
    assert Client(HTTP_COOKIE=f"sessionid={key}").get("/settings/account").status_code == 302
    assert not LoginSession.objects.exists()


def test_ada_sees_her_sessions_and_ends_one_but_not_those_of_others(ada: Any, dov: Any) -> None:
    here, there, other = Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows) Firefox/140.0"), Client()
    log_in(here, ada.email)
    log_in(there, ada.email)
    log_in(other, dov.email)
    page = here.get("/settings/security").content.decode()
    assert "Firefox · Windows" in page
    theirs = LoginSession.objects.get(operator=dov)
    assert here.post(f"/settings/security/sessions/{theirs.pk}/end").status_code == 404
    assert other.get("/settings/account").status_code == 200
    mine = LoginSession.objects.get(session_key=there.cookies["sessionid"].value)
    assert here.post(f"/settings/security/sessions/{mine.pk}/end").status_code == 302
    assert there.get("/settings/account").status_code == 302
    log_in(there, ada.email)
    assert here.post("/settings/security/sessions/others/end").status_code == 302
    assert there.get("/settings/account").status_code == 302
    assert here.get("/settings/account").status_code == 200


def test_no_request_writes_the_session_more_often_than_every_five_minutes(
    ada: Any, stranger: Client, now: dt.datetime, django_assert_num_queries: Any
) -> None:
    log_in(stranger, ada.email)
    for minutes, seen in ((1, 0), (4, 0), (6, 6), (7, 6)):
        with clock.frozen(now + dt.timedelta(minutes=minutes)):
            stranger.get("/settings/account")
        assert LoginSession.objects.get().seen_at == now + dt.timedelta(minutes=seen)


def test_a_link_sets_a_password_once(ada: Any, dov: Any, stranger: Client) -> None:
    secret = passwords.link(Viewer.everything(), dov)
    first = stranger.get(f"/join?key={secret}")
    assert first["Location"] == "/join"
    assert dov.email in stranger.get("/join").content.decode()
    assert stranger.post("/join", {"password": "short"}).status_code == 400
    new = get_random_string(20)
    assert stranger.post("/join", {"password": new}).status_code == 302
    assert stranger.get("/settings/account").status_code == 200
    again = Client()
    again.get(f"/join?key={secret}")
    assert again.get("/join").status_code == 404
    assert log_in(Client(), dov.email, new).status_code == 302


def test_what_ended_by_age_is_swept_away(ada: Any, now: dt.datetime) -> None:
    old, young = Client(), Client()
    log_in(old, ada.email)
    log_in(Client(), ada.email, "wrong")
    with clock.frozen(now + dt.timedelta(days=10)):
        log_in(young, ada.email)
        log_in(Client(), "nobody@example.com", "wrong")
    Session.objects.filter(session_key=old.cookies["sessionid"].value).update(expire_date=now)
    jobs.tidy(now + dt.timedelta(days=10))
    assert LoginSession.objects.get().session_key == young.cookies["sessionid"].value
    assert Failure.objects.filter(scope="account").count() == 1
    assert young.get("/settings/account").status_code == 200


def test_a_link_ends_after_seven_days_and_when_a_new_one_is_made(
    dov: Any, ada: Any, now: dt.datetime
) -> None:
    old, new = passwords.link(Viewer.everything(), dov), passwords.link(Viewer.everything(), dov)
    for secret, days, status in (
        (old, 0, 404),
        (new, 6, 200),
        (new, 7, 404),
        ("", 0, 404),
        ("made-up", 0, 404),
    ):
        browser = Client()
        with clock.frozen(now + dt.timedelta(days=days)):
            assert browser.get(f"/join?key={secret}").status_code == (302 if status == 200 else 404)
            assert browser.get("/join").status_code == status


def test_posts_without_the_csrf_token_are_refused(ada: Any) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert log_in(browser, ada.email).status_code == 403
    assert not LoginSession.objects.exists()


def test_no_secret_reaches_the_log(
    ada: Any, dov: Any, stranger: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = passwords.link(Viewer.everything(), dov)
    log_in(stranger, ada.email, "a wrong but telling password")
    stranger.get(f"/join?key={secret}")
    stranger.post("/join", {"password": "short-one"})
    for _try in range(6):
        log_in(stranger, ada.email, "a wrong but telling password")
    log_in(Client(REMOTE_ADDR="198.51.100.9"), dov.email)
    told = "\n".join(
        f"{record.getMessage()} {record.args}"
        for record in caplog.records
        if record.name != "django.db.backends"
    )
    for hidden in (secret, "telling password", "short-one", PASSWORD, ada.email, dov.email):
        assert hidden not in told


def test_logins_and_failures_stand_in_the_audit_trail(ada: Any, stranger: Client) -> None:
    log_in(stranger, ada.email, "wrong")
    log_in(stranger, ada.email)
    rows = list(AuditEntry.objects.order_by("seq").values_list("action", "actor", "object_id"))
    assert rows == [("login.failed", None, ada.pk), ("session.began", ada.pk, ada.pk)]


def _errors(answer: Any) -> str:
    return str(answer.context["form"].non_field_errors())
