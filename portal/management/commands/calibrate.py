"""Calibrates a Sage test company from the command line, with the wizard's own rows and rules.

    manage.py calibrate --company acme --connection "Test books" start
    manage.py calibrate --company acme --connection "Test books" keyed --transaction full \\
        --customer ACME01 --amount 312.50 --part 10433=312.50 --reference TIEOUT01 \\
        --day 2026-11-20 --user MAC
    manage.py calibrate … show | answer --question KEY --answer VALUE | accept | start-over

What one way has begun, the other can go on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from integrations.canonical.card_scan import contains_card_number
from integrations.connections import calibrating, calibrations
from integrations.connections.models import CalibrationStep, Connection
from integrations.sagepro.calibration.keyed import Keyed, Part
from integrations.sagepro.calibration.transactions import Transaction
from tenants.errors import NotPossible
from tenants.models import Tenant
from tenants.scope import tenant_transaction

_ACTOR = "command line"
_ASKED = (
    "The agent on the company's network has been asked. Say ‘show’ again in a moment; a worker "
    "goes on with it too."
)


class Command(BaseCommand):
    """Ends with code not 0 and one sentence when something cannot be done."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--company", required=True, help="as in the portal's addresses")
        parser.add_argument("--connection", required=True, help="name of the Sage Pro connection")
        parser.add_argument("what", choices=sorted(_DO))
        parser.add_argument("--transaction", choices=[each.value for each in Transaction])
        parser.add_argument("--customer", default="")
        parser.add_argument("--amount", default="0", help="the money, without discount")
        parser.add_argument(
            "--part", action="append", default=[], metavar="INVOICE=PAID[/DISCOUNT]"
        )
        parser.add_argument("--reference", default="")
        parser.add_argument("--takes-back", default="", help="reference of the reversed receipt")
        parser.add_argument("--credit", default="", help="number of the open credit applied")
        parser.add_argument("--fee", default="0", help="the bank's fee for a chargeback")
        parser.add_argument("--debit", default="", help="GL account a journal debits")
        parser.add_argument("--credit-account", default="", help="GL account a journal credits")
        parser.add_argument("--check-number", default="")
        parser.add_argument("--payment-type", default="")
        parser.add_argument("--day", type=date.fromisoformat, help="date of the receipt")
        parser.add_argument("--entered-on", type=date.fromisoformat, help="default: that date")
        parser.add_argument("--user", default="", help="your user code in Sage")
        parser.add_argument("--question", default="")
        parser.add_argument("--answer", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse_card_numbers(options)
        tenant = Tenant.objects.filter(slug=options["company"]).first()
        if tenant is None:
            raise CommandError("There is no such company.")
        try:
            step = self._act(tenant, options)
            if step is not None:
                calibrating.run_step(tenant_id=tenant.id, step_id=step.id)
            self._show(tenant, options)
        except NotPossible as error:
            raise CommandError(error.sentence) from None

    def _act(self, tenant: Tenant, options: dict[str, Any]) -> CalibrationStep | None:
        with _found(tenant, options) as connection:
            _DO[options["what"]](connection, options)
            under_way = calibrations.open_calibration(connection.id)
            return calibrations.running(calibrations.steps(under_way)) if under_way else None

    def _show(self, tenant: Tenant, options: dict[str, Any]) -> None:
        with _found(tenant, options) as connection:
            under_way = calibrations.open_calibration(connection.id)
            if under_way is None:
                self.stdout.write("No calibration is under way.")
                return
            for step in calibrations.steps(under_way):
                self.stdout.write(f"{step.transaction}: {step.state} {_told(step)}".rstrip())
            for line in _lines(calibrations.propose(under_way, connection)):
                self.stdout.write(line)


def _refuse_card_numbers(options: dict[str, Any]) -> None:
    for name, value in options.items():
        if contains_card_number(str(value).encode()):
            raise CommandError(
                f"--{name.replace('_', '-')} holds what looks like a card number, and those never "
                "enter Tieout. Leave it out."
            )


@contextmanager
def _found(tenant: Tenant, options: dict[str, Any]) -> Iterator[Connection]:
    with tenant_transaction(tenant.id):
        rows = Connection.objects.select_related("environment").filter(
            kind=Connection.Kind.SAGEPRO, name=options["connection"]
        )
        found = next((each for each in rows if calibrations.may_calibrate(each)), None)
        if found is None:
            raise CommandError(
                "There is no such Sage Pro connection outside Production. "
                + calibrations.ONLY_TEST_COMPANIES
            )
        yield found


def _told(step: CalibrationStep) -> str:
    """Its sentence; what a look waits for that could not be taken at once."""
    return _ASKED if step.state == CalibrationStep.State.QUEUED else step.sentence


def _lines(proposal: Any) -> Iterator[str]:
    yield from (f"Found: {f.label}: {f.value}" for f in proposal.findings if f.is_new)
    for question in proposal.questions:
        yield f"Question {question.key}: {question.sentence}"
        yield from (f"  --answer {value}: {label}" for value, label in question.choices)
    yield from (f"Not clear: {problem}" for problem in proposal.problems)
    for transaction, told in proposal.differences.items():
        yield from (f"{transaction}: {line}" for line in told)
    if proposal.profile is not None:
        kinds = ", ".join(sorted(proposal.profile.kinds)) or "none"
        yield f"Proven kinds of posting: {kinds}"


def _keyed(connection: Connection, options: dict[str, Any]) -> None:
    if not options["transaction"] or not options["day"]:
        raise CommandError("Say --transaction and --day.")
    typed = {name: options[name] for name in ("check_number", "payment_type") if options[name]}
    keyed = Keyed(
        transaction=Transaction(options["transaction"]),
        customer=options["customer"],
        amount=_money(options["amount"]),
        day=options["day"],
        entered_on=options["entered_on"] or options["day"],
        user=options["user"],
        reference=options["reference"],
        parts=tuple(_part(text) for text in options["part"]),
        fields=typed,
        takes_back=options["takes_back"],
        credit=options["credit"],
        fee=_money(options["fee"]),
        debit_account=options["debit"],
        credit_account=options["credit_account"],
    )
    calibrations.have_keyed(connection_id=connection.id, keyed=keyed, actor=_ACTOR)


def _part(text: str) -> Part:
    invoice, _, amounts = text.partition("=")
    paid, _, discount = amounts.partition("/")
    return Part(invoice, _money(paid), _money(discount or "0"))


def _money(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CommandError(f"{text} is no amount.") from None


_DO: dict[str, Callable[[Connection, dict[str, Any]], object]] = {
    "start": lambda found, _: calibrations.start(connection_id=found.id, actor=_ACTOR),
    "look-again": lambda found, _: calibrations.look_again(connection_id=found.id, actor=_ACTOR),
    "keyed": _keyed,
    "show": lambda _found, _options: None,
    "answer": lambda found, given: calibrations.answer(
        connection_id=found.id, key=given["question"], value=given["answer"], actor=_ACTOR
    ),
    "accept": lambda found, _: calibrations.accept(connection_id=found.id, actor=_ACTOR),
    "start-over": lambda found, _: calibrations.start_over(connection_id=found.id, actor=_ACTOR),
}
