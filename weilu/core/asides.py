"""How does the front door ask the database without holding up whoever knocks? In threads of their own, one piece after the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections

Found = TypeVar("Found")


class OneThread(ThreadPoolExecutor):
    """Its database connection is looked at before each piece of work: PostgreSQL may have closed it."""

    def __init__(self, name: str = "aside") -> None:
        super().__init__(1, thread_name_prefix=name)

    def submit(self, fn: Callable[..., Found], /, *args: Any, **kwargs: Any) -> Future[Found]:
        def work() -> Found:
            close_old_connections()
            return fn(*args, **kwargs)

        return super().submit(work)
