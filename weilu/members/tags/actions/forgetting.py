"""Somebody is erased: what does this room let go of?"""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from weilu.core.directory.forgetting import names, words_for
from weilu.members.tags.actions import giving
from weilu.members.tags.models import Holding, Tag, TagImport


def forget_person(identity: int) -> None:
    """What the account carried, and words that call it by name. Safe to run twice."""
    words = words_for(identity)
    with transaction.atomic():
        rows = Holding.objects.filter(identity=identity)
        giving.stale(set(rows.values_list("tag_id", "identity_id")))
        rows.delete()
    for tag in Tag.objects.all():
        name, group, note = ("" if names(text, words) else text for text in (tag.name, tag.group, tag.note))
        if (name, group, note) != (tag.name, tag.group, tag.note):
            Tag.objects.filter(pk=tag.pk).update(name=name or f"#{tag.pk}", group=group, note=note)
    for batch in TagImport.objects.all():
        _forget_in(batch, words)


def _forget_in(batch: TagImport, words: Collection[str]) -> None:
    """A table on its way in that calls them cannot come in any more; of what was rejected their lines go."""
    kept = [line for line in batch.rejected if not names(str(line[1]), words)]
    TagImport.objects.filter(pk=batch.pk).update(
        name="" if names(batch.name, words) else batch.name,
        group="" if names(batch.group, words) else batch.group,
        text="" if names(batch.text, words) else batch.text,
        rejected=kept,
    )
