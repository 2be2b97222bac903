"""The deposit worksheet: what a bookkeeper keys into Sage, as a page, on paper and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from integrations import pipeline
from integrations.canonical.money import Money
from integrations.canonical.posting import TAKES_BACK, Application, PostingKind, PostingRequest
from integrations.connections import queries, worksheet, writing
from integrations.connections.models import Connection, WorksheetEntry
from integrations.connections.worksheet_changes import CHANGES
from portal.access import PlacedRequest, get_or_404, member_view, parse_id
from portal.web.spreadsheet import safe
from portal.web.worksheet_changes import sections
from tenants.errors import NotPossible
from tenants.roles import Ability

_KIND_WORDS = {
    PostingKind.RECEIPT: "Receipt",
    PostingKind.ON_ACCOUNT: "Payment on account",
    PostingKind.REVERSAL: "Reversal",
    PostingKind.APPLICATION: "Open credit applied",
    PostingKind.SETTLEMENT: "Settlement",
    PostingKind.FEE: "Processor's fee",
    PostingKind.CHARGEBACK: "Chargeback",
}


@dataclass(frozen=True)
class Line:
    """An entry with what its request asks for."""

    entry: WorksheetEntry
    request: PostingRequest

    @property
    def kind(self) -> str:
        return _KIND_WORDS[self.request.kind]

    @property
    def amount(self) -> Money:
        """Below zero for what is taken back."""
        amount = self.request.amount
        takes_back = self.request.kind in TAKES_BACK and not self.is_journal
        return Money(-amount.amount, amount.currency) if takes_back else amount

    @property
    def is_journal(self) -> bool:
        """Keyed in the general ledger, without customer or invoice."""
        return self.request.is_journal

    @property
    def is_waiting(self) -> bool:
        return self.entry.state == WorksheetEntry.State.WAITING


@dataclass(frozen=True)
class Deposit:
    """The receipts of one company and day, or its GL entries of that day."""

    company: Connection
    day: date
    is_journal: bool
    lines: Sequence[Line]

    @property
    def mark(self) -> str:
        """Told apart from every other on the page."""
        return f"{self.company.id.hex}-{self.day:%Y%m%d}-{int(self.is_journal)}"

    @property
    def totals(self) -> list[Money]:
        """One sum for each currency."""
        sums: dict[str, Money] = {}
        for line in self.lines:
            known = sums.get(line.amount.currency)
            sums[line.amount.currency] = line.amount if known is None else known + line.amount
        return [sums[currency] for currency in sorted(sums)]


@require_safe
@member_view()
def page(request: PlacedRequest) -> HttpResponse:
    """Everything to be keyed: deposits by company and day, then what else Sage is to hold."""
    companies = _companies(request)
    entries = _entries_of(companies)
    context = {
        "companies": companies,
        "deposits": list(_deposits(_lines(entries))),
        "sections": list(sections([entry for entry in entries if entry.kind in CHANGES])),
        "count": len(entries),
        "to_key": sum(entry.state == WorksheetEntry.State.WAITING for entry in entries),
    }
    return render(request, "worksheet/page.html", context)


@require_safe
@member_view()
def as_csv(request: PlacedRequest) -> HttpResponse:
    """The deposits and GL entries as a file: one line for each invoice or account."""
    response = HttpResponse(_csv(_lines(_entries_of(_companies(request)))), content_type="text/csv")
    response["Content-Disposition"] = 'attachment; filename="worksheet.csv"'
    return response


@require_POST
@member_view(Ability.CLEAR_EXCEPTIONS)
def worksheet_do(request: PlacedRequest) -> HttpResponse:
    """The ticked entries were keyed, or are not to be."""
    company = get_or_404(
        Connection.objects.filter(environment=request.place.environment),
        id=parse_id(request.POST.get("company", "")),
        kind=Connection.Kind.SAGEPRO,
    )
    chosen = [parse_id(text) for text in request.POST.getlist("entry")]
    act = _take_off if request.POST.get("what") == "take_off" else _keyed
    try:
        messages.success(request, act(request, company.id, chosen))
    except NotPossible as error:
        messages.error(request, error.sentence)
    return redirect("worksheet", request.place.tenant.slug)


def _keyed(request: PlacedRequest, company_id: UUID, chosen: Sequence[UUID]) -> str:
    numbers = {
        entry_id: number
        for entry_id in chosen
        if (number := request.POST.get(f"number-{entry_id}")) is not None
    }
    count = pipeline.keyed(
        company_id=company_id, entry_ids=chosen, actor=request.place.actor, numbers=numbers
    )
    if not count:
        return "Tieout knows that already: what is found in Sage leaves this list by itself."
    return f"Looking for {_entries(count)} in Sage. What is found leaves this list by itself."


def _take_off(request: PlacedRequest, company_id: UUID, chosen: Sequence[UUID]) -> str:
    count = pipeline.not_to_be_keyed(
        company_id=company_id,
        entry_ids=chosen,
        reason=request.POST.get("reason", ""),
        actor=request.place.actor,
    )
    if request.POST.get("are") == "changes":
        return f"Taken off: {_entries(count)}. Whoever asked for it is told the reason."
    return f"Taken off: {_entries(count)}. Decide about them under Exceptions."


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"


def _companies(request: PlacedRequest) -> list[Connection]:
    """Those a person keys into, if only what is not calibrated."""
    found = queries.sage_companies(request.place.environment.id)
    return [company for company in found if writing.is_keyed_into(company.settings)]


def _entries_of(companies: Sequence[Connection]) -> Sequence[WorksheetEntry]:
    return worksheet.open_entries([company.id for company in companies])


def _lines(entries: Sequence[WorksheetEntry]) -> list[Line]:
    return [
        Line(entry, PostingRequest.from_json(entry.request))
        for entry in entries
        if entry.kind not in CHANGES
    ]


def _deposits(lines: Sequence[Line]) -> Iterable[Deposit]:
    def place(line: Line) -> tuple[str, UUID, date, bool]:
        company = line.entry.company
        return (company.name, company.id, line.entry.deposit_date, line.is_journal)

    for (_, _, day, is_journal), group in groupby(sorted(lines, key=place), key=place):
        alike = list(group)
        yield Deposit(alike[0].entry.company, day, is_journal, alike)


_HEADING = (
    "Company", "Date", "Reference", "Kind", "Customer", "Invoice", "Amount", "Discount",
    "Currency", "Debit", "Credit",
)  # fmt: skip


def _csv(lines: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADING)
    for line in lines:
        writer.writerows(_rows(line))
    return out.getvalue()


def _rows(line: Line) -> Iterable[list[str]]:
    """One for each invoice of a receipt, one for each account of a GL entry."""
    return _journal_rows(line) if line.is_journal else _receipt_rows(line)


def _journal_rows(line: Line) -> Iterable[list[str]]:
    request = line.request
    for each in request.journal:
        yield [
            safe(line.entry.company.name),
            request.accounting_date.isoformat(),
            request.marker,
            line.kind,
            "",
            "",
            f"{each.debit or each.credit:.2f}",
            "",
            request.amount.currency,
            safe(each.account) if each.debit else "",
            safe(each.account) if each.credit else "",
        ]


def _receipt_rows(line: Line) -> Iterable[list[str]]:
    request = line.request
    sign = "-" if request.kind in TAKES_BACK else ""
    debits = " + ".join(each.account for each in request.journal if each.debit)
    credit = " + ".join(each.account for each in request.journal if each.credit)
    whole = Application("", request.amount.amount)
    for part in request.applications or (whole,):
        yield [
            safe(line.entry.company.name),
            request.accounting_date.isoformat(),
            request.marker,
            line.kind,
            safe(request.customer_number),
            safe(part.invoice_number),
            f"{sign}{part.amount:.2f}",
            f"{part.discount:.2f}" if part.discount else "",
            request.amount.currency,
            safe(debits),
            safe(credit),
        ]
