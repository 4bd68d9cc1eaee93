"""What is the brand called, in which time zone does it live?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from weilu.core.operators import forms, queries, rights
from weilu.core.operators.access import ViewerRequest, needs
from weilu.core.operators.actions import preferences


@needs(rights.SETTINGS)
@require_http_methods(["GET", "POST"])
def page(request: ViewerRequest) -> HttpResponse:
    brand = queries.brand()
    initial = {"name": brand.name, "timezone": brand.timezone, "language": brand.language}
    form = forms.Brand(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        preferences.set_brand(request.viewer, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("operators:brand")
    return render(request, "operators/brand.html", {"form": form}, status=400 if form.errors else 200)
