"""A mail server for the letters about alerts."""

from __future__ import annotations

from weilu.core.mail.tests.conftest import post

__all__ = ["post"]
