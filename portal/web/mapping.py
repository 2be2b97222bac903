"""Field mapping: how each receipt field in Sage is filled, with a preview on a real payment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integrations import pipeline
from integrations.canonical.fields import PAYMENT_FIELDS
from integrations.canonical.problems import Unpublishable
from integrations.mapping import operations, queries
from integrations.mapping.checks import validate
from integrations.mapping.engine import in_words
from integrations.mapping.rows import MappingRow, from_json
from integrations.mapping.transforms import STEPS
from portal.access import PlacedRequest, member_view
from portal.web.forms.mapping import edited, read_rows, source_choices, views
from portal.web.samples import chosen, recent_sales
from tenants.roles import Ability


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def mapping(request: PlacedRequest) -> HttpResponse:
    """The mapping in force as a form; every button sends the whole of it, so nothing is lost."""
    environment = request.place.environment
    if request.method != "POST":
        return _page(request, queries.in_force(environment.id).rows)
    if not request.place.may(Ability.CHANGE_RULES):
        raise PermissionDenied("Your role may look at the mapping, not change it.")
    rows = read_rows(request.POST)
    action = request.POST.get("action", "preview")
    if action != "publish":
        rows = edited(rows, action, targets=queries.targets(environment.id))
        return _page(request, rows, is_draft=True)
    try:
        version = operations.publish(
            environment_id=environment.id,
            rows=rows,
            actor=request.place.actor,
            note=request.POST.get("note", ""),
        )
    except Unpublishable as error:
        return _page(request, rows, is_draft=True, problems=error.problems)
    messages.success(request, f"{version} is in force for every payment from now on.")
    return redirect("mapping", request.place.tenant.slug)


@require_POST
@member_view()
def mapping_preview(request: PlacedRequest) -> HttpResponse:
    """What a real recent payment would become with the rows as they stand in the form."""
    samples = recent_sales(request.place.environment)
    rows = read_rows(request.POST)
    return render(request, "mapping/preview.html", _preview(request, rows, samples))


def _page(
    request: PlacedRequest,
    rows: Sequence[MappingRow],
    *,
    is_draft: bool = False,
    problems: Sequence[Any] = (),
) -> HttpResponse:
    environment = request.place.environment
    targets = queries.targets(environment.id)
    samples = recent_sales(environment)
    versions = queries.versions(environment.id)
    context = {
        "rows": views(rows, targets=targets, problems=problems),
        "problems": problems,
        "targets": targets,
        "sources": source_choices(rows),
        "steps": list(STEPS.values()),
        "samples": samples,
        "versions": [(v, [in_words(row) for row in from_json(v.rows)]) for v in versions[:20]],
        "version": versions[0].version if versions else 0,
        "is_draft": is_draft,
        "note": request.POST.get("note", ""),
    }
    return render(request, "mapping/page.html", context | _preview(request, rows, samples))


def _preview(
    request: PlacedRequest, rows: Sequence[MappingRow], samples: list[Any]
) -> dict[str, Any]:
    effect = chosen(request.POST, samples)
    targets = queries.targets(request.place.environment.id)
    shown = pipeline.preview(effect_id=effect.id, rows=rows) if effect else None
    problems = validate(rows, sources=PAYMENT_FIELDS, targets=targets)
    filled = [
        {
            "target": target,
            "value": shown.values.get(target.name),
            "trace": shown.trace.get(target.name, ()),
        }
        for target in targets
        if shown and any(row.target == target.name for row in rows)
    ]
    fields = {target.name for target in targets}
    return {
        "sample": effect,
        "filled": filled,
        "preview_problems": [p for p in shown.problems if p.field in fields] if shown else problems,
    }
