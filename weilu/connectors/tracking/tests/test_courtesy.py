"""Events let a page that is being drawn pass, but not for longer than a moment."""

from __future__ import annotations

import asyncio
import time

from weilu.core import courtesy
from weilu.core.courtesy import Courtesy


def test_an_event_waits_for_the_page_and_not_a_moment_longer() -> None:
    async def story() -> list[str]:
        one, told = Courtesy(), list[str]()

        async def event() -> None:
            await one.let_pass()
            told.append("event")

        with one.page():
            with one.page():
                waiting = asyncio.create_task(event())
                await asyncio.sleep(0)
                told.append("first page")
            await asyncio.sleep(0)
            told.append("second page")
        await waiting
        await event()
        return told

    assert asyncio.run(story()) == ["first page", "second page", "event", "event"]


def test_a_slow_page_holds_no_event_up() -> None:
    async def story() -> float:
        one = Courtesy()
        with one.page():
            started = time.monotonic()
            await one.let_pass()
            return time.monotonic() - started

    assert courtesy.PATIENCE_SECONDS * 0.9 <= asyncio.run(story()) < courtesy.PATIENCE_SECONDS + 5
