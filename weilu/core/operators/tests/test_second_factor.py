"""Two-factor: set up, asked, never twice the same code, recovery, off again."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pyotp
import pytest
from django.test import Client

from tests.fixtures.cast import PASSWORD
from weilu.core import clock
from weilu.core.operators.actions import two_factor
from weilu.core.operators.models import AuditEntry, RecoveryCode, TwoFactor
from weilu.core.operators.tests.conftest import log_in

STEP = dt.timedelta(seconds=30)


class Phone:
    """An authenticator app that has scanned the picture."""

    def __init__(self, secret: str) -> None:
        self.totp = pyotp.TOTP(secret.replace(" ", ""))

    def shows(self, moment: dt.datetime) -> str:
        return self.totp.at(moment)


@pytest.fixture
def guarded(ada: Any, now: dt.datetime) -> tuple[Client, Phone, list[str]]:
    """Ada has turned two-factor on by the page, a while ago: her browser, her phone, her recovery codes."""
    with clock.frozen(now - dt.timedelta(minutes=10)):
        browser = Client()
        log_in(browser, ada.email)
        page = browser.get("/settings/security")
        phone = Phone(page.context["secret"])
        assert page.context["picture"].startswith("data:image/svg+xml")
        answer = browser.post("/settings/security/two-factor", {"code": phone.shows(clock.now())})
    assert answer.status_code == 200
    codes = re.findall(r"<li><code>([\w-]+)</code>", answer.content.decode())
    assert len(codes) == 10
    return browser, phone, codes


def to_second(email: str) -> Client:
    browser = Client()
    answer = log_in(browser, email, next="/settings/?tab=team")
    assert (answer.status_code, answer["Location"]) == (302, "/login/second")
    return browser


def test_with_two_factor_the_password_alone_opens_nothing(
    ada: Any, guarded: tuple[Client, Phone, list[str]], now: dt.datetime
) -> None:
    browser = to_second(ada.email)
    assert browser.get("/settings/account").status_code == 302
    assert browser.post("/login/second", {"code": "000000"}).status_code == 400
    before = browser.cookies["sessionid"].value
    answer = browser.post("/login/second", {"code": guarded[1].shows(now)})
    assert answer.status_code == 302
    assert browser.cookies["sessionid"].value != before
    assert browser.get("/settings/account").status_code == 200


def test_a_wrong_code_does_not_turn_two_factor_on(ada: Any, client_of: Any) -> None:
    browser = client_of(ada)
    browser.get("/settings/security")
    assert browser.post("/settings/security/two-factor", {"code": "000000"}).status_code == 400
    assert browser.post("/settings/security/two-factor", {"code": ""}).status_code == 400
    assert not two_factor.is_on(ada)
    assert log_in(Client(), ada.email)["Location"] == "/"


def test_a_code_works_once_and_not_for_an_earlier_step(
    ada: Any, guarded: tuple[Client, Phone, list[str]], now: dt.datetime
) -> None:
    phone = guarded[1]
    early, used = phone.shows(now - STEP), phone.shows(now)
    assert to_second(ada.email).post("/login/second", {"code": used}).status_code == 302
    browser = to_second(ada.email)
    assert browser.post("/login/second", {"code": used}).status_code == 400
    assert browser.post("/login/second", {"code": early}).status_code == 400
    with clock.frozen(now + STEP):
        assert browser.post("/login/second", {"code": phone.shows(now + STEP)}).status_code == 302


def test_a_code_is_good_one_step_early_or_late_and_no_more(
    ada: Any, guarded: tuple[Client, Phone, list[str]], now: dt.datetime
) -> None:
    phone = guarded[1]
    for drift, status in ((-2, 400), (2, 400), (-1, 302), (1, 302)):
        assert (
            to_second(ada.email).post("/login/second", {"code": phone.shows(now + drift * STEP)}).status_code
            == status
        )


def test_each_recovery_code_opens_once(ada: Any, guarded: tuple[Client, Phone, list[str]]) -> None:
    code = guarded[2][3]
    assert to_second(ada.email).post("/login/second", {"code": f" {code.upper()} "}).status_code == 302
    assert to_second(ada.email).post("/login/second", {"code": code}).status_code == 400
    assert to_second(ada.email).post("/login/second", {"code": guarded[2][4]}).status_code == 302
    assert AuditEntry.objects.filter(action="recovery_code.used").count() == 2


def test_guessing_codes_is_locked_out(
    ada: Any, guarded: tuple[Client, Phone, list[str]], now: dt.datetime
) -> None:
    browser = to_second(ada.email)
    for number in range(5):
        assert browser.post("/login/second", {"code": f"00000{number}"}).status_code == 400
    assert browser.post("/login/second", {"code": guarded[1].shows(now)}).status_code == 429


def test_the_second_step_must_follow_within_ten_minutes(
    ada: Any, guarded: tuple[Client, Phone, list[str]], now: dt.datetime
) -> None:
    browser = to_second(ada.email)
    later = now + dt.timedelta(minutes=11)
    with clock.frozen(later):
        assert browser.post("/login/second", {"code": guarded[1].shows(later)})["Location"] == "/login"
        assert browser.get("/settings/account").status_code == 302


def test_secret_and_recovery_codes_do_not_stand_in_the_database(
    guarded: tuple[Client, Phone, list[str]],
) -> None:
    kept = repr(list(TwoFactor.objects.values())) + repr(list(RecoveryCode.objects.values()))
    assert guarded[1].totp.secret not in kept
    assert not any(code in kept or code.replace("-", "") in kept for code in guarded[2])


def test_turning_it_on_ends_all_other_sessions(ada: Any, now: dt.datetime) -> None:
    here, there = Client(), Client()
    log_in(here, ada.email)
    log_in(there, ada.email)
    before = here.cookies["sessionid"].value
    phone = Phone(here.get("/settings/security").context["secret"])
    here.post("/settings/security/two-factor", {"code": phone.shows(now)})
    assert there.get("/settings/account").status_code == 302
    assert here.get("/settings/account").status_code == 200
    assert here.cookies["sessionid"].value != before


def test_turning_it_off_and_new_recovery_codes_need_the_password(
    ada: Any, guarded: tuple[Client, Phone, list[str]]
) -> None:
    browser, _phone, old = guarded
    assert browser.post("/settings/security/recovery-codes", {"password": "wrong"}).status_code == 400
    fresh = browser.post("/settings/security/recovery-codes", {"password": PASSWORD})
    assert fresh.status_code == 200
    assert old[0] not in fresh.content.decode()
    assert to_second(ada.email).post("/login/second", {"code": old[0]}).status_code == 400
    assert browser.post("/settings/security/two-factor/off", {"password": "wrong"}).status_code == 400
    assert two_factor.is_on(ada)
    assert browser.post("/settings/security/two-factor/off", {"password": PASSWORD}).status_code == 302
    assert log_in(Client(), ada.email)["Location"] == "/"


def test_an_owner_takes_two_factor_off_for_somebody_who_lost_the_phone(
    ada: Any, dov: Any, client_of: Any, now: dt.datetime
) -> None:
    two_factor.confirm(dov, Phone(two_factor.offer(dov)).shows(now))
    assert client_of(dov).post(f"/settings/operators/{dov.pk}/two-factor/reset").status_code == 404
    assert two_factor.is_on(dov)
    assert client_of(ada).post(f"/settings/operators/{dov.pk}/two-factor/reset").status_code == 302
    assert not two_factor.is_on(dov)
