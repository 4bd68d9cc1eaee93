"""Events let a page that is being drawn pass, but not for longer than a moment."""

from __future__ import annotations

import asyncio
import time
from itertools import groupby

from weilu.core import courtesy
from weilu.core.courtesy import Courtesy


def test_an_event_waits_for_the_page_and_not_a_moment_longer() -> None:
    async def story() -> list[str]:
        one, told = Courtesy(), list[str]()

        async def event() -> None:
            await one.turn(1)
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
            await one.turn(1)
            return time.monotonic() - started

    assert courtesy.PATIENCE_SECONDS * 0.9 <= asyncio.run(story()) < courtesy.PATIENCE_SECONDS + 5


def test_between_two_large_bodies_the_loop_looks_who_knocks_and_small_ones_go_together() -> None:
    async def story(size: int) -> list[str]:
        one, told, done = Courtesy(), list[str](), asyncio.Event()

        async def event(last: bool) -> None:
            await one.turn(size)
            told.append("event")
            if last:
                done.set()

        async def look() -> None:
            while not done.is_set():
                told.append("look")
                await asyncio.sleep(0)

        async with asyncio.TaskGroup() as tasks:
            for number in range(6):
                tasks.create_task(event(number == 5))
            tasks.create_task(look())
        return told

    def together(told: list[str]) -> int:
        return max(len(list(run)) for what, run in groupby(told) if what == "event")

    assert together(asyncio.run(story(courtesy.ROUND_BYTES))) <= 2
    assert together(asyncio.run(story(1))) >= 5


def test_who_went_away_while_waiting_holds_nobody_up() -> None:
    async def story() -> None:
        one = Courtesy()
        with one.page():
            gone, waiting = asyncio.create_task(one.turn(1)), asyncio.create_task(one.turn(1))
            await asyncio.sleep(0)
            gone.cancel()
        await asyncio.wait_for(waiting, 5)

    asyncio.run(story())
