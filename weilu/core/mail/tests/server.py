"""A real mail server (aiosmtpd) on this machine that can be told to refuse, to be slow, or to hang up."""

from __future__ import annotations

import asyncio
import email
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Post:
    """What it took, and what it is to answer. `rcpt` and `data` are answers that refuse; `seconds` is how slow it is."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.rcpt = self.data = ""
        self.seconds = 0.0
        self.hangs_up = False
        self.logins: list[Any] = []
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.seconds)
        if self.data:
            return self.data
        self.taken.append(email.message_from_bytes(envelope.content, policy=default))
        if self.hangs_up:
            server.transport.abort()
        return "250 OK"

    @property
    def ids(self) -> list[str]:
        return [one["Message-ID"] for one in self.taken]


class AnyPort(Controller):
    """Takes whatever port is free; the library looks for its server at the port it was given."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving() -> Iterator[Post]:
    post = Post()
    controller = AnyPort(post, hostname="127.0.0.1", port=0, server_kwargs={"data_size_limit": 100_000})
    controller.start()
    try:
        post.port = controller.port
        yield post
    finally:
        controller.stop()
