"""Why is the first visitor of a process not the slowest? Addresses and templates are read before anybody is let in."""

from __future__ import annotations

from pathlib import Path

from django.template import engines
from django.template.backends.django import DjangoTemplates
from django.urls import get_resolver

HERE = Path(__file__).resolve().parent.parent


def pages() -> None:
    """Import every view and compile every template of ours: about a second that the first page of each process took longer."""
    len(get_resolver().reverse_dict)  # reading it is what loads all addresses
    engine = engines["django"]
    if isinstance(engine, DjangoTemplates):
        for folder in map(Path, engine.template_dirs):
            if folder.is_relative_to(HERE):
                for path in sorted(folder.rglob("*.html")):
                    engine.get_template(path.relative_to(folder).as_posix())
