"""GL rules: which account plays which part, tested on a real payment before publishing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from integrations import pipeline
from integrations.accounting import operations, queries
from integrations.accounting.dates import accounting_date
from integrations.accounting.rule_checks import coverage
from integrations.accounting.rule_json import from_json
from integrations.accounting.rules import ROLE_LABELS, AccountRole, in_words
from integrations.accounting.templates import TEMPLATES, JournalKind
from integrations.canonical.conditions import OPERATOR_WORDS
from integrations.canonical.fields import CUSTOM_FAMILY, PAYMENT_FIELDS
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.problems import Problem, Unpublishable
from integrations.connections.queries import sage_companies
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view
from portal.web.forms.gl_rules import RuleDraft, drafts_of, edited, read_drafts, rules_of, views
from portal.web.samples import chosen, recent_sales
from portal.web.why import answers
from tenants.roles import Ability

# What today's journals need an account for; the others are used when their events arrive.
_NEEDED = (
    AccountRole.CARD_CLEARING,
    AccountRole.ACH_CLEARING,
    AccountRole.RECEIVABLES,
    AccountRole.CUSTOMER_DEPOSITS,
)
_KINDS = (
    (JournalKind.RECEIPT, "Applied to an invoice"),
    (JournalKind.ON_ACCOUNT, "Put on account"),
)


@require_http_methods(["GET", "HEAD", "POST"])
@member_view()
def gl_rules(request: PlacedRequest) -> HttpResponse:
    """The rules in force as a form; every button sends the whole of it, so nothing is lost."""
    environment = request.place.environment
    if request.method != "POST":
        return _page(request, drafts_of(queries.rules_in_force(environment.id).rules))
    if not request.place.may(Ability.CHANGE_RULES):
        raise PermissionDenied("Your role may look at the GL rules, not change them.")
    drafts = read_drafts(request.POST)
    action = request.POST.get("action", "preview")
    if action != "publish":
        return _page(request, edited(drafts, action), is_draft=True)
    return _publish(request, drafts)


@require_POST
@member_view()
def gl_rules_preview(request: PlacedRequest) -> HttpResponse:
    """Why this account: a real recent payment with the rules as they stand in the form."""
    samples = recent_sales(request.place.environment)
    drafts = read_drafts(request.POST)
    return render(request, "gl_rules/preview.html", _preview(request, drafts, samples))


def _publish(request: PlacedRequest, drafts: Sequence[RuleDraft]) -> HttpResponse:
    rules, problems = rules_of(drafts)
    if problems:
        return _page(request, drafts, is_draft=True, problems=problems)
    try:
        version = operations.publish_rules(
            environment_id=request.place.environment.id,
            rules=rules,
            actor=request.place.actor,
            note=request.POST.get("note", ""),
        )
    except Unpublishable as error:
        return _page(request, drafts, is_draft=True, problems=error.problems)
    messages.success(request, f"{version} are in force for every payment from now on.")
    return redirect("gl_rules", request.place.tenant.slug)


def _page(
    request: PlacedRequest,
    drafts: Sequence[RuleDraft],
    *,
    is_draft: bool = False,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    environment = request.place.environment
    versions = queries.rule_versions(environment.id)
    samples = recent_sales(environment)
    rules, _ = rules_of(drafts)
    context = {
        "rules": views(drafts, problems),
        "problems": problems,
        "accounts": _accounts(environment.id),
        "roles": [(role.value, label) for role, label in ROLE_LABELS.items()],
        "fields": [(f.name, f.label) for f in PAYMENT_FIELDS if f.name != CUSTOM_FAMILY],
        "operators": [(operator.value, words) for operator, words in OPERATOR_WORDS.items()],
        "missing": [ROLE_LABELS[role] for role in coverage(rules, needed=_NEEDED)],
        "samples": samples,
        "versions": [(v, [in_words(rule) for rule in from_json(v.rules)]) for v in versions[:20]],
        "version": versions[0].version if versions else 0,
        "is_draft": is_draft,
        "note": request.POST.get("note", ""),
    }
    return render(request, "gl_rules/page.html", context | _preview(request, drafts, samples))


def _preview(
    request: PlacedRequest, drafts: Sequence[RuleDraft], samples: list[Effect]
) -> dict[str, Any]:
    effect = chosen(request.POST, samples)
    if effect is None:
        return {"sample": None}
    rules, problems = rules_of(drafts)
    environment = request.place.environment
    on = accounting_date(effect.occurred_at, zone=environment.zone, cut_off=environment.cutoff_time)
    shown = []
    for kind, label in _KINDS:
        preview = pipeline.preview(effect_id=effect.id, rules=rules, kind=kind)
        told = answers(preview, rules=rules, on=on)
        shown.append({"label": label, "words": TEMPLATES[kind].words, "answers": told})
    return {"sample": effect, "shown": shown, "unreadable": problems}


def _accounts(environment_id: uuid.UUID) -> list[GLAccount]:
    """The charts of the environment's companies as one list, inactive accounts marked."""
    found: dict[str, GLAccount] = {}
    for company in sage_companies(environment_id):
        for account in queries.accounts(company.id):
            found.setdefault(account.number, account)
    return [found[number] for number in sorted(found)]
