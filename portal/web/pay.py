"""The pay page: `/pay/<token>/`, for whoever holds the address; nobody signs in.

A link that is unknown, expired or cancelled gets one and the same page. Only the page that shows
PayTrace's card form lets PayTrace's script and frame in, by its own policy.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from integrations.instructions import links, paying
from integrations.instructions.hosted import CardForm
from integrations.instructions.models import InstructionState, PaymentLink
from integrations.instructions.paying import LinkNotOpen, Seen
from integrations.paytrace.card_form import SCRIPT
from integrations.paytrace.people import HostedFields
from portal.web import moments
from portal.web.forms.pay import PairForm
from portal.web.limits import WINDOW_SECONDS, is_too_often
from tenants.errors import NotPossible

S = PaymentLink.State
# Per address and minute. A page that is being found out asks every three seconds.
MOST_VIEWS = 60
MOST_TRIES = 12
_NOT_FILLED_IN = "The card form was not filled in, and nothing was charged. Enter the card again."
_NOT_TAKEN = (
    "The card was not taken, and nothing was charged. Check what you entered and try again, or "
    "use another card."
)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pay_token: str) -> HttpResponse:
    """Show what is asked, take a card once, show what became of it."""
    is_try = request.method == "POST"
    limits = ("pay.try", MOST_TRIES) if is_try else ("pay.view", MOST_VIEWS)
    if is_too_often(request, what=limits[0], most=limits[1]):
        answer = render(request, "pay/too_often.html", status=429)
        answer["Retry-After"] = str(WINDOW_SECONDS)
        return _quiet(answer)
    target = links.find(pay_token)
    seen = paying.see(target) if target else None
    if seen is None or seen.state in {S.EXPIRED, S.CANCELLED}:
        return _quiet(render(request, "pay/gone.html", status=404))
    return _quiet(_pay(request, seen) if is_try else _show(request, seen))


def _show(request: HttpRequest, seen: Seen) -> HttpResponse:
    if seen.state == S.OPEN:
        return _form(request, seen, problem=_why_again(seen))
    if seen.state == S.BEING_PAID and request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if seen.state == S.PAID:
        return render(request, "pay/receipt.html", _receipt(seen))
    return render(request, "pay/checking.html", _context(seen))


def _pay(request: HttpRequest, seen: Seen) -> HttpResponse:
    """Take the card. Whatever came of it, the page shows it after a redirect, so that reloading
    sends nothing again."""
    form = PairForm(request.POST)
    if seen.state == S.OPEN and not form.is_valid():
        return _form(request, seen, problem=_NOT_FILLED_IN)
    if seen.state == S.OPEN:
        try:
            given = form.cleaned_data
            pair = HostedFields(given["hpf_token"], given["enc_key"])
            paying.pay(seen, pair=pair, keeps=given["keeps"])
        except LinkNotOpen:
            pass  # another tab was faster; the page says how far it is
        except NotPossible:
            return _unavailable(request, seen)
    return redirect(request.path)


def _form(request: HttpRequest, seen: Seen, *, problem: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    try:
        form = paying.card_form(seen)
    except NotPossible:
        return _unavailable(request, seen)
    context = {
        **_context(seen),
        "problem": problem,
        "client_key": form.client_key,
        "script": f"{form.origin}{SCRIPT}",
    }
    return _with_card_form(render(request, "pay/page.html", context), form)


def _with_card_form(answer: HttpResponse, form: CardForm) -> HttpResponse:
    """Let this one page load PayTrace's script and frame."""
    origin = [form.origin]
    answer._csp_update = {"script-src": origin, "frame-src": origin}  # type: ignore[attr-defined] # noqa: SLF001 how django-csp is told
    return answer


def _unavailable(request: HttpRequest, seen: Seen) -> HttpResponse:
    """Why is the company's affair, and stands on its connection's page."""
    return render(request, "pay/unavailable.html", _context(seen), status=503)


def _why_again(seen: Seen) -> str:
    """What a payer is told who comes back to an open link after a try."""
    if seen.tried is None:
        return ""
    if seen.tried.state == InstructionState.DECLINED:
        return f"{seen.tried.sentence} Use another card, or ask your bank."
    return _NOT_TAKEN


def _receipt(seen: Seen) -> dict[str, Any]:
    tried = seen.tried
    assert tried is not None  # noqa: S101 a link is paid by an instruction
    return {
        **_context(seen),
        "card_brand": tried.result.get("card_brand", ""),
        "last_four": tried.result.get("last_four", ""),
        "approval_code": tried.result.get("approval_code", ""),
        "reference": tried.result_id,
        "on": moments.full(tried.state_since, zone=seen.link.environment.zone),
    }


def _context(seen: Seen) -> dict[str, Any]:
    return {
        "merchant": seen.merchant,
        "link": seen.link,
        "pays": seen.link.purpose == PaymentLink.Purpose.PAY,
        "is_practice": seen.link.environment.kind != "production",
    }


def _quiet(answer: HttpResponse) -> HttpResponse:
    """Kept by nobody on the way, found by no search."""
    answer["Cache-Control"] = "no-store"
    answer["X-Robots-Tag"] = "noindex"
    return answer
