"""Having PayTrace make its own page for a payment link, and looking for a lost answer. Outside of
transactions."""

from __future__ import annotations

from datetime import timedelta

from integrations.canonical.errors import NeverWorks
from integrations.instructions.models import InstructionState
from integrations.instructions.outcomes import PERSON_NEEDED, Outcome
from integrations.instructions.protocol import Told
from integrations.instructions.subjects import Subject
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.hosted_invoices import Action, NewInvoice
from integrations.paytrace.people import HostedFields
from integrations.paytrace.settings import Secret

S = InstructionState


def make_page(
    told: Told, subject: Subject, client: PayTraceClient, _: HostedFields | None
) -> Outcome:
    """Neither amount nor number can be changed on it, and it ends with the link."""
    page, wish = subject.page, told.wish
    if page is None:
        raise NeverWorks(
            "The link had ended before PayTrace was told. Nothing was made.",
            code="instruction.too_late",
        )
    made = client.hosted_invoices.make(
        NewInvoice(
            Action.SALE,
            told.invoice_id,
            amount=wish.amount,
            expires_at=page.expires_at,
            email=wish.email,
            silent_post=Secret(page.notice_address),
        )
    )
    sentence = f"PayTrace made its page under the number {told.invoice_id}."
    if not made.link:
        sentence += " It told no address of it, so PayTrace’s own mail is the way to it."
    # Not as the result's id, which is a payment's: the two are numbered apart.
    return Outcome(
        S.DONE, sentence=sentence, result={"invoice_id": made.invoice_id}, address=made.link
    )


def look_for_page(told: Told, subject: Subject, client: PayTraceClient) -> Outcome:
    """PayTrace lists no pages. Only what somebody did on it shows that it was made."""
    used = client.find_attempt(
        invoice_id=told.invoice_id,
        start=told.gateway_day - timedelta(days=1),
        end=max(subject.today, told.gateway_day) + timedelta(days=1),
    )
    if used.found:
        return Outcome(S.DONE, sentence="PayTrace made its page: somebody has used it.")
    return Outcome(
        S.UNKNOWN,
        PERSON_NEEDED,
        "Whether PayTrace made its page is not known, and its API cannot be asked. Nothing is sent "
        f"again. Look in PayTrace for an invoice numbered {told.invoice_id}, or ask the customer "
        "whether it came, and say here what you found.",
        after=timedelta(hours=6),
    )
