"""Fixtures of this room's stories."""

from weilu.evaluation.tests.weekly import hearth_week, july, show

__all__ = ["hearth_week", "july", "show"]
