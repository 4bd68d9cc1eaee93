"""Is the house ready, and how is it doing? Short answers for supervisors and monitors; `doctor` gives the long ones."""

from __future__ import annotations

from django.db import connections

from weilu.core.errors import Unavailable


def not_ready() -> list[str]:
    """The parts without which a question cannot be answered now."""
    return [name for name, answers in (("database", _database), ("warehouse", _warehouse)) if not answers()]


def _database() -> bool:
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import Error

    try:
        return not any(
            MigrationExecutor(connections[alias]).migration_plan(
                MigrationExecutor(connections[alias]).loader.graph.leaf_nodes()
            )
            for alias in connections
        )
    except Error:
        return False


def _warehouse() -> bool:
    from django.db.utils import Error

    from weilu.core.warehouse import client

    try:
        client.query("SELECT 1 AS one", seconds=2)
    except (Unavailable, Error):
        return False
    return True


def exposition() -> str:
    """Counters and gauges in the Prometheus text format; numbers only, no names."""
    return "".join(f"# TYPE weilu_{name} gauge\nweilu_{name} {value}\n" for name, value in _figures().items())


def _figures() -> dict[str, int]:
    from django_tasks_db.models import DBTaskResult

    from weilu.core.events import intake, queries
    from weilu.core.jobs.models import Recurring
    from weilu.core.warehouse import loader

    figures = {
        "log_position": queries.head(),
        "intake_waiting": intake.count(),
        "tasks_waiting": DBTaskResult.objects.filter(status="READY").count(),
        "tasks_failed": DBTaskResult.objects.filter(status="FAILED").count(),
        "recurring_failing": Recurring.objects.exclude(last_error="").count(),
        "warehouse_up": int(_warehouse()),
    }
    if figures["warehouse_up"]:
        figures["warehouse_position"] = loader.loaded()
    return figures
