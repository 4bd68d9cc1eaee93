"""Waits, pauses and signatures, as pure rules."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from weilu.connectors.webhooks import rules

NOW = dt.datetime(2026, 3, 20, tzinfo=dt.UTC)


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks specification, as its own libraries test it."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    made = rules.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@settings(deadline=None)
@given(body=st.binary(max_size=50), flip=st.integers(0, 10**6))
def test_another_body_has_another_signature(body: bytes, flip: int) -> None:
    secret = rules.secret_of(b"k" * 32)
    other = bytes([*body[:-1], body[-1] ^ (1 + flip % 255)]) if body else b"x"
    assert rules.signature(secret, "msg_1", 1, body) != rules.signature(secret, "msg_1", 1, other)


def test_failed_attempts_are_made_again_by_the_schedule_of_the_specification() -> None:
    waits = [rules.wait(failed, 0.0) for failed in range(1, 11)]
    minutes = [None if one is None else one.total_seconds() / 60 for one in waits]
    assert minutes == [5 / 60, 5, 30, 2 * 60, 5 * 60, 10 * 60, 14 * 60, 20 * 60, 24 * 60, None]


def test_a_secret_is_shown_as_the_specification_wants_it() -> None:
    shown = rules.secret_of(bytes(range(32)))
    assert shown.startswith("whsec_")
    assert base64.b64decode(shown.removeprefix("whsec_")) == bytes(range(32))


@settings(deadline=None)
@given(chance=st.floats(0, 1, exclude_max=True), asked=st.none() | st.integers(0, 10**7))
def test_waits_grow_jitter_stays_small_and_it_ends(chance: float, asked: int | None) -> None:
    waits = [rules.wait(n, chance, asked) for n in range(1, len(rules.WAITS) + 2)]
    assert waits[-1] is None
    for planned, wait in zip(rules.WAITS, waits, strict=False):
        assert wait is not None
        assert planned <= wait
        assert asked is not None or wait <= planned * (1 + rules.JITTER)
        assert wait <= dt.timedelta(hours=24) * (1 + rules.JITTER)


def test_all_attempts_together_take_three_days_and_a_bit() -> None:
    whole = sum(rules.WAITS, dt.timedelta())
    assert dt.timedelta(days=3) < whole < dt.timedelta(days=4)


@pytest.mark.parametrize(("days", "pauses"), [(None, False), (2.9, False), (3, True), (9, True)])
def test_after_three_days_of_failure_it_is_paused(days: float | None, pauses: bool) -> None:
    since = None if days is None else NOW - dt.timedelta(days=days)
    assert rules.pauses(since, NOW) is pauses


@pytest.mark.parametrize(
    ("status", "good"), [(200, True), (204, True), (301, False), (404, False), (None, False)]
)
def test_only_two_hundreds_are_good(status: int | None, good: bool) -> None:
    assert rules.is_good(status) is good
