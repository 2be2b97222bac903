"""Charges and refunds: what PayTrace was told, one of them, and deciding about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integrations.instructions import deciding, links, queries
from integrations.instructions.kinds import LABELS, Kind
from integrations.instructions.models import Instruction, InstructionState
from integrations.instructions.policies import Who
from integrations.posting import queries as posting
from integrations.posting.models import Effect
from portal.access import PlacedRequest, member_view, parse_id
from portal.web.approving import approval_of
from portal.web.flagged import in_sage
from portal.web.pages import address_after, address_first, mark_of
from tenants import queries as tenants
from tenants.errors import NotPossible
from tenants.roles import Ability

PAGE_SIZE = 50
# Characters that are looked for; no number or key is longer.
_MOST_TYPED = 200
Deed = Callable[[PlacedRequest, Instruction], None]
_OF_PAYMENTS = frozenset(
    {
        Kind.CHARGE,
        Kind.HOLD,
        Kind.CAPTURE,
        Kind.ADJUST,
        Kind.GIVE_BACK,
        Kind.REFUND_CUSTOMER,
        Kind.SEND_RECEIPT,
        Kind.ADD_LEVEL_THREE,
        Kind.STORE_CUSTOMER,
        Kind.MAKE_PAGE,
    }
)
_STATES = dict(InstructionState.choices)
_DONE = {
    "approve": "Approved. It is sent to PayTrace in a moment.",
    "reject": "Not approved. It was never sent.",
    "it-happened": "Noted that PayTrace did it.",
    "nothing-happened": "Noted that nothing was done.",
}


def who(request: PlacedRequest) -> Who:
    """The signed-in person, as instructions name them."""
    return Who(request.place.actor, request.place.user.id)


@require_safe
@member_view()
def instructions(request: PlacedRequest) -> HttpResponse:
    """What was asked of PayTrace in this environment, newest first."""
    environment = request.place.environment
    page = queries.page(asked_for(request), after=mark_of(request), size=PAGE_SIZE)
    context = {
        "page": page,
        "older": address_after(request, page.next),
        "newest": address_first(request),
        "waiting_approval": queries.count_waiting_approval(environment.id),
        "policy": queries.policy_of(environment.id),
        "states": InstructionState.choices,
        "kinds": [(one.value, text) for one, text in LABELS.items()],
        "state": request.GET.get("state", ""),
        "kind": request.GET.get("kind", ""),
        "search": _search(request),
    }
    return render(request, "instructions/list.html", context)


def asked_for(request: PlacedRequest) -> QuerySet[Instruction]:
    """What the filter in the address means; a choice that does not exist is left out."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    return queries.instructions(
        environment_id=request.place.environment.id,
        state=state if state in _STATES else "",
        kind=kind if kind in {one.value for one in LABELS} else "",
        search=_search(request),
    )


def _search(request: PlacedRequest) -> str:
    return request.GET.get("find", "").strip()[:_MOST_TYPED]


@require_safe
@member_view()
def instruction(request: PlacedRequest, instruction_id: str) -> HttpResponse:
    """One: who asked, who approved, what PayTrace answered, and the payment it led to."""
    return _page(request, _find(request, instruction_id))


@require_POST
@member_view(Ability.APPROVE_PAYMENTS)
def instruction_decide(request: PlacedRequest, instruction_id: str, what: str) -> HttpResponse:
    """Approve it, or not; or say what happened, after looking in PayTrace."""
    deed = _DEEDS.get(what)
    if deed is None:
        raise Http404("Not found")
    return _do(request, instruction_id, deed, _DONE[what])


@require_POST
@member_view(Ability.MOVE_MONEY)
def instruction_cancel(request: PlacedRequest, instruction_id: str) -> HttpResponse:
    """Take it back before it is sent."""
    return _do(request, instruction_id, _CANCEL, "Cancelled. It was never sent.")


def _do(request: PlacedRequest, instruction_id: str, deed: Deed, done: str) -> HttpResponse:
    found = _find(request, instruction_id)
    try:
        deed(request, found)
    except NotPossible as error:
        return _page(request, found, problem=error.sentence)
    messages.success(request, done)
    return redirect("instruction", request.place.tenant.slug, found.id)


def _approve(request: PlacedRequest, found: Instruction) -> None:
    deciding.approve(instruction_id=found.id, environment_id=found.environment_id, who=who(request))


def _with_reason(operation: Callable[..., Instruction]) -> Deed:
    def do(request: PlacedRequest, found: Instruction) -> None:
        operation(
            instruction_id=found.id,
            environment_id=found.environment_id,
            who=who(request),
            reason=request.POST.get("reason", ""),
        )

    return do


def _say(*, happened: bool) -> Deed:
    def do(request: PlacedRequest, found: Instruction) -> None:
        deciding.say_what_happened(
            instruction_id=found.id,
            environment_id=found.environment_id,
            who=who(request),
            happened=happened,
            result_id=request.POST.get("result_id", ""),
            reason=request.POST.get("reason", ""),
        )

    return do


_CANCEL = _with_reason(deciding.cancel)
_DEEDS: dict[str, Deed] = {
    "approve": _approve,
    "reject": _with_reason(deciding.reject),
    "it-happened": _say(happened=True),
    "nothing-happened": _say(happened=False),
}


def _page(request: PlacedRequest, found: Instruction, *, problem: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "one": found,
        "attempts": queries.attempts(found.id),
        "payments": _payments(found),
        "link": links.link_of(found),
        "problem": problem,
        "in_sage": in_sage(found),
        "card": _card(found),
        "approval": approval_of(found),
        "is_own": found.asked_by_user_id == request.place.user.id,
        "may_cancel": found.state in {InstructionState.WAITING_APPROVAL, InstructionState.READY},
    }
    return render(request, "instructions/one.html", context)


def _card(found: Instruction) -> dict[str, Any] | None:
    """Of money for a stored card without a payment: where the card is from, and who said last whose
    it is. Whoever approves has nothing else to go by."""
    if found.kind != Kind.REFUND_CUSTOMER or found.state != InstructionState.WAITING_APPROVAL:
        return None
    method = queries.method_of(found)
    if method is None:
        return None
    told = tenants.audit_trail(subject_id=method.id)
    said = next((one for one in told if one.action == "payment_method.assigned"), None)
    return {"method": method, "said": said}


def _payments(found: Instruction) -> list[Effect]:
    """What it led to, or was about, in the books."""
    transaction = found.result_id or found.transaction_id
    if not transaction or found.kind not in _OF_PAYMENTS:
        return []
    return posting.of_transaction(source_id=found.connection_id, transaction_id=transaction)


def _find(request: PlacedRequest, instruction_id: str) -> Instruction:
    found = queries.instruction(
        environment_id=request.place.environment.id, instruction_id=parse_id(instruction_id)
    )
    if found is None:
        raise Http404("Not found")
    return found
