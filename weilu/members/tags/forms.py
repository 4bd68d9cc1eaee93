"""What may an operator choose about a tag, a change of many, and a table? Parsed once, here, for the pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from weilu.core.directory.models import Community
from weilu.members.segments.models import Segment
from weilu.members.tags.actions.catalogue import MOST_DAYS, Wish
from weilu.members.tags.actions.hand import ADD, REMOVE
from weilu.members.tags.models import Tag

COLOUR_WORDS = [
    ("", _("Grey")),
    ("blue", _("Blue")),
    ("green", _("Green")),
    ("teal", _("Teal")),
    ("amber", _("Amber")),
]


class TagForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
    group = forms.CharField(
        label=_("Group"), max_length=60, required=False, help_text=_("Tags of one group stand together, such as: interests.")
    )  # fmt: skip
    colour = forms.ChoiceField(label=_("Colour"), choices=COLOUR_WORDS, required=False)
    segment = forms.TypedChoiceField(
        label=_("Follows the segment"), required=False, coerce=int, empty_value=None,
        help_text=_("Who comes into the segment gets the tag by itself. Without one it is given by hand or by a table."),
    )  # fmt: skip
    keep_days = forms.IntegerField(
        label=_("Kept for so many days after it last held"), min_value=0, max_value=MOST_DAYS, required=False,
        help_text=_("Only of a tag that follows a segment; 0: gone as soon as the segment is left."),
    )  # fmt: skip
    communities = forms.TypedMultipleChoiceField(
        label=_("Who may use it"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: the operators of every community. One that follows a segment is of the segment's communities."),
    )  # fmt: skip
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def __init__(
        self, *args: Any, segments: Sequence[Segment], places: Sequence[Community], row: Tag | None = None, **kwargs: Any
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["segment"].choices = [
            ("", _("None: given by hand")),
            *((one.pk, one.name) for one in segments),
        ]
        fields["communities"].choices = [(one.pk, str(one)) for one in places]
        if row is not None and not row.dynamic:
            del fields["segment"], fields["keep_days"]
        if row is not None and row.dynamic:
            fields["segment"].choices = fields["segment"].choices[1:]
            del fields["communities"]

    def wish(self, row: Tag | None = None) -> Wish:
        given = self.cleaned_data
        return Wish(
            given["name"], given["group"], given["colour"], given["note"], given.get("communities") or None,
            given.get("segment"), given.get("keep_days") or 0,
        )  # fmt: skip


class ManyForm(forms.Form):
    """A change of many: which tag, given or taken, for how long, how sure."""

    tag = forms.TypedChoiceField(label=_("Tag"), coerce=int)
    act = forms.ChoiceField(label=_("What"), choices=[(ADD, _("Give it")), (REMOVE, _("Take it away"))])
    days = forms.IntegerField(
        label=_("For so many days"), min_value=1, max_value=MOST_DAYS, required=False, help_text=_("Empty: without an end.")
    )  # fmt: skip
    confidence = forms.IntegerField(
        label=_("How sure, in percent"), min_value=0, max_value=100, required=False, help_text=_("Empty: not said.")
    )  # fmt: skip

    def __init__(self, *args: Any, tags: Sequence[Tag], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["tag"].choices = [
            (one.pk, f"{one.group} · {one.name}" if one.group else one.name) for one in tags
        ]


class TableForm(forms.Form):
    file = forms.FileField(label=_("Table"), help_text=_("CSV with a heading: a column for the member (id, platform and account, or name), a column for each tag or one named “tags”, and if you like “confidence” and “expires”."))  # fmt: skip
    group = forms.CharField(label=_("Group of new tags"), max_length=60, required=False)
