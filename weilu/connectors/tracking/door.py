"""The routes of tracking in the front door. No Django is in the path of an event: body → events → disk → answer."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from weilu.connectors.tracking import answers, asking, gate, load, notes
from weilu.connectors.tracking.addresses import SETTINGS, WIRES, Wire
from weilu.connectors.tracking.answers import Answer
from weilu.connectors.tracking.contract import Refused
from weilu.connectors.tracking.keeping import Keeper, Store
from weilu.connectors.tracking.rules import body as bodies
from weilu.connectors.tracking.taking import Taker
from weilu.connectors.tracking.tally import Tally
from weilu.core import clock, disk
from weilu.core.asides import OneThread
from weilu.core.courtesy import Courtesy

logger = logging.getLogger("weilu.tracking")
BUSY_BYTES = 16 * 1024 * 1024
PATIENT_BYTES = 4 * BUSY_BYTES
"""What requests may hold in memory together: of SDKs that come again, and of those that would lose what is refused."""
NOTE_SECONDS = 1.0
STATUS = {
    "no_key": 401,
    "unknown_key": 401,
    "origin": 403,
    "too_slow": 408,
    "too_large": 413,
    "too_many": 413,
}
"""Of refusals that concern a whole request; all others are 400."""

Found = TypeVar("Found")


class Tracking(BaseRoute):
    """All addresses that SDKs send to. `store` keeps events; `running()` is entered while the server runs; pages go first by
    `courtesy`.

    `thread` makes what runs work aside of the event loop, in the order in which it was handed over. `keeper` also takes what
    other doors of this process bring.
    """

    def __init__(
        self,
        store: Store,
        home: Path,
        courtesy: Courtesy,
        thread: Callable[[], Executor] = OneThread,
    ) -> None:
        self._courtesy = courtesy
        self._thread, self._notes = thread(), thread()
        self._gate = gate.Gate(lambda: self._aside(gate.sources))
        self._tally = Tally()
        self._readings: dict[int, asyncio.Task[None]] = {}
        self._taker = Taker(self._tally)
        self.keeper = Keeper(store, thread)
        self._load = load.Load()
        self._disk = disk.Disk(home)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Notes are written down each second while inside, and once more at the end. Sources are known from the beginning."""
        await self._gate.keep()
        writing = asyncio.create_task(self._write_notes())
        try:
            yield
        finally:
            writing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await writing
            await self._note()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        path = scope["path"]
        wire = WIRES.get(path) or WIRES.get(path.rstrip("/"))
        if wire is not None:
            return Match.FULL, {"wire": wire}
        settings = next((answer for pattern, answer in SETTINGS if pattern.fullmatch(path)), None)
        return (Match.FULL, {"settings": settings}) if settings is not None else (Match.NONE, {})

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = asking.asked(scope)
        if asked.method == "OPTIONS":
            await _answer(send, Answer(204, b"", b"text/plain"), asked)
        elif "settings" in scope:
            host = f"{scope.get('scheme', 'http')}://{asked.host}"
            await _answer(send, scope["settings"](asked.path, host), asked)
        else:
            with contextlib.suppress(load.Gone):
                await _answer(send, await self._answered(asked, scope["wire"], receive), asked)

    async def _answered(self, asked: asking.Asked, wire: Wire, receive: Receive) -> Answer:
        share = load.Share(self._load, PATIENT_BYTES if wire.patient else BUSY_BYTES)
        try:
            if not self._disk.has_room():
                return answers.FULL
            body = await self._body(asked, receive, share)
            await self._courtesy.turn(0 if isinstance(body, Refused) else len(body))
            return await self._taken_in(asked, wire, body)
        except load.Busy:
            return answers.BUSY
        except load.Gone:
            raise
        except Exception as error:
            # Whatever it was, an SDK that is told so sends them again.
            logger.exception("events could not be stored")
            return answers.FULL if disk.is_full(error) else answers.BROKEN
        finally:
            share.give_back()

    async def _taken_in(self, asked: asking.Asked, wire: Wire, raw: bytes | Refused) -> Answer:
        source = None
        try:
            source = await self._source(asked.key) if asked.key else None
            if isinstance(raw, Refused):
                raise raw
            body = bodies.unpacked(raw)
            source = source or await self._source(wire.key_of(body.body))
            if asked.page and source.origins and asked.page not in source.origins:
                raise Refused("origin")
            return await self._into_the_log(wire, body, source)
        except Refused as refused:
            number, watched = (source.number, source.watched) if source else (0, False)
            self._tally.refused(number, refused, watched)
            return answers.turned_down(STATUS.get(refused.reason, 400), refused.reason)

    async def _into_the_log(self, wire: Wire, body: bodies.Unpacked, source: gate.Known) -> Answer:
        if not self._tally.fresh(source.number):
            await self._look_up(source)
        taken = self._taker.take(wire.read(body.body, wire.call, body.nul), source, clock.now_ms())
        if taken.events:
            await self.keeper.put(taken.events, patient=wire.patient)
            self._taker.kept(taken, source)
        elif taken.refused:
            return answers.turned_down(400, taken.refused[0][1].reason, taken.refused)
        return wire.accepted(taken.refused)

    async def _look_up(self, source: gate.Known) -> None:
        """Read anew what stands written of a source. Where that fails, or takes long, what is known so far counts."""
        reading = self._readings.get(source.number)
        if reading is None:
            reading = self._readings[source.number] = asyncio.create_task(self._learn(source))
        await asyncio.wait((reading,), timeout=gate.PATIENCE_SECONDS)
        if not self._tally.fresh(source.number):
            self._tally.learn(source.number)

    async def _learn(self, source: gate.Known) -> None:
        number, code = source.number, source.origin.code
        try:
            names, held = await self._aside(lambda: notes.standing_of(number, code))
            self._tally.learn(number, names, held)
        except Exception as problem:
            logger.warning("a source cannot be looked up", extra={"error": type(problem).__name__})
        finally:
            del self._readings[number]

    async def _source(self, key: str) -> gate.Known:
        if not key:
            raise Refused("no_key")
        found = await self._gate.find(key)
        if found is None:
            raise Refused("unknown_key")
        return found

    async def _body(self, asked: asking.Asked, receive: Receive, share: load.Share) -> bytes | Refused:
        """What was sent, or why it is not read; whose it was is found out before that is counted."""
        if asked.method == "GET":
            return (asked.query.get("data_list") or asked.query.get("data") or "").replace(" ", "+").encode()
        if asked.length > bodies.MOST_BYTES:
            return Refused("too_large")
        try:
            return await load.body(receive, share, bodies.MOST_BYTES)
        except Refused as refused:
            return refused

    async def _write_notes(self) -> None:
        while True:
            await asyncio.sleep(NOTE_SECONDS)
            await self._gate.keep()
            await self._note()

    async def _note(self) -> None:
        taken = self._tally.taken()
        try:
            await self._aside(lambda: notes.write(taken), self._notes)
        except Exception:
            # Counts of a second are lost; events are not, and the next second is tried again.
            logger.exception("notes of tracking could not be written")
        await self._aside(self.keeper.tidy, self._notes)

    async def _aside(self, work: Callable[[], Found], thread: Executor | None = None) -> Found:
        """Do what asks the database aside of the loop. What writes has a thread of its own: it waits for its turn at the lock, and
        events wait for what is read."""
        return await asyncio.get_running_loop().run_in_executor(thread or self._thread, work)


async def _answer(send: Send, answer: Answer, asked: asking.Asked) -> None:
    """Pages of any origin may read the answer, with credentials; who may send is decided by the source's list."""
    headers = [(b"content-type", answer.content_type), (b"content-length", b"%d" % len(answer.body))]
    if answer.retry_after:
        headers.append((b"retry-after", b"%d" % answer.retry_after))
    if asked.origin:
        headers += [
            (b"access-control-allow-origin", asked.origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"vary", b"Origin"),
        ]
    if asked.method == "OPTIONS":
        headers += [
            (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
            (b"access-control-allow-headers", asked.wanted or b"content-type"),
            (b"access-control-max-age", b"86400"),
        ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body if asked.method != "HEAD" else b""})
