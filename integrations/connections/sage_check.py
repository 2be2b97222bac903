"""Testing a Sage Pro company: which one answers, what is in it, what may be written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from integrations.canonical.errors import IntegrationError
from integrations.canonical.ledger_documents import CompanyProfile, FiscalPeriod, GLAccount
from integrations.connections import folders, layouts
from integrations.connections.agents.connector import ASKED
from integrations.connections.agents.pairing import WAY
from integrations.connections.clients import Opened, sage_with
from integrations.connections.findings import Findings
from integrations.sagepro.connector import Connector, ProvesItself, ShowsLayout
from integrations.sagepro.layout import Layout, changes
from integrations.sagepro.self_test import SelfTest

_EDITIONS = {"sql": "SQL edition", "dbf": "Visual FoxPro edition"}
_KINDS = {
    "receipt": "receipts on invoices",
    "on_account": "payments on account",
    "reversal": "reversals",
    "application": "open credits applied to invoices",
    "chargeback": "chargebacks with their fee",
    "settlement": "settlement journals",
    "fee": "fee journals",
}
# No document has it. Asking reads every mapped column of a table, and so proves them.
_NO_NUMBER = "0"


@dataclass(frozen=True)
class SageFound:
    """What a passed test keeps of a company."""

    capabilities: dict[str, Any]
    fingerprint: str
    layout: Layout
    accounts: list[GLAccount]
    changes: list[str]
    """How the tables differ from those accepted, while these are still in force."""
    self_test: SelfTest | None = None
    """None where there is nothing to write, or the connector has no such test."""


def check_sage(opened: Opened, findings: Findings) -> SageFound:
    """Read the company once, and try its server where something may be written.

    `changes` in the result wait for a person; a self-test is only made without them, and
    writes one row into our own side table there and nothing else.

    Raises TryLater and FixConfiguration as the connector does; each is a finding by then.
    """
    try:
        connector = sage_with(opened, any_tables=True)
        try:
            return _look(connector, opened, findings)
        finally:
            connector.close()
    except IntegrationError as error:
        if error.code != ASKED:
            findings.add("Sage Pro", f"{error.sentence} {error.remedy}".strip(), ok=False)
        raise


def _look(connector: Connector, opened: Opened, findings: Findings) -> SageFound:
    company = connector.company_profile()
    _tell_company(company, opened, findings)
    accounts = connector.gl_accounts()
    active = sum(account.is_active for account in accounts)
    findings.add("GL accounts", f"{len(accounts):,} accounts, {active:,} active.", ok=bool(active))
    findings.add("Open periods", _periods(company.open_periods), ok=bool(company.open_periods))
    fingerprint, layout, changed = _tables(connector, opened, findings)
    kinds = sorted(opened.settings["profile"]["kinds"])
    findings.add("What Tieout may post", _kinds(kinds), ok=True if kinds else None)
    capabilities = {
        "company_number": company.company_number,
        "name": company.name,
        "edition": company.edition,
        "customers": company.customer_count,
        "open_invoices": company.open_invoice_count,
        "gl_accounts": len(accounts),
        "open_periods": [_period(period) for period in company.open_periods],
        "kinds": kinds,
    }
    proved = None if changed or not kinds else _prove(connector, findings)
    return SageFound(capabilities, fingerprint, layout, accounts, changed, proved)


def _prove(connector: Connector, findings: Findings) -> SelfTest | None:
    if not isinstance(connector, ProvesItself):
        return None
    found = connector.self_test()
    failed = [f"{check.label}: {check.sentence}" for check in found.checks if check.is_ok is False]
    sentence = (
        " ".join(failed)
        or f"{found.server} keeps what posting relies on; {len(found.checks)} checks."
    )
    findings.add("Self-test", sentence, ok=found.is_passed)
    return found


def _tell_company(company: CompanyProfile, opened: Opened, findings: Findings) -> None:
    findings.add("Sign in", _way(opened), ok=True)
    edition = _EDITIONS.get(company.edition, company.edition)
    findings.add(
        "Company", f"{company.name}, company {company.company_number}, {edition}.", ok=True
    )
    findings.add("Customers", f"{company.customer_count:,} customers.", ok=True)
    findings.add("Open invoices", f"{company.open_invoice_count:,} open invoices.", ok=True)


def _way(opened: Opened) -> str:
    if opened.settings.get("way") == WAY:
        return "The agent on your network answers, and reaches the company."
    if opened.settings.get("way") == folders.WAY:
        return "The company's folder can be read."
    where = f"{opened.settings['database']} on {opened.settings['server']}"
    return f"Signed in to the database {where}."


def _tables(
    connector: Connector, opened: Opened, findings: Findings
) -> tuple[str, Layout, list[str]]:
    connector.customer(_NO_NUMBER)
    connector.invoices_by_number([_NO_NUMBER])
    connector.receipts_for_invoice(_NO_NUMBER)
    fingerprint = connector.fingerprint()
    layout = connector.layout() if isinstance(connector, ShowsLayout) else {}
    told = _changes(opened, fingerprint, layout)
    is_held = bool(opened.fingerprint) and opened.fingerprint != fingerprint
    findings.add("Tables", _about(told, fingerprint, is_held=is_held), ok=not is_held)
    return fingerprint, layout, told if is_held else []


def _changes(opened: Opened, fingerprint: str, layout: Layout) -> list[str]:
    before = layouts.expected(tenant_id=opened.tenant_id, connection_id=opened.connection_id)
    told = changes(before, layout) if before is not None else []
    if not told and opened.fingerprint not in {"", fingerprint}:
        return ["The tables are not those of the last test."]
    return told


def _about(told: Sequence[str], fingerprint: str, *, is_held: bool) -> str:
    fits = f"The tables are what the posting profile says (fingerprint {fingerprint[:12]})."
    if is_held:
        words = " ".join(told)
        return f"{words} Posting waits until somebody accepts this or changes the profile."
    since = f" Since they were last accepted: {' '.join(told)}" if told else ""
    return fits + since


def _periods(periods: Sequence[FiscalPeriod]) -> str:
    if not periods:
        return "No fiscal period is open in Sage, so payments will wait until one is."
    if len(periods) == 1:
        return f"One open period: {_period(periods[0])}."
    return f"{len(periods)} open periods, from {_period(periods[0])} to {_period(periods[-1])}."


def _period(period: FiscalPeriod) -> str:
    return f"period {period.period} of {period.year}"


def _kinds(kinds: Sequence[str]) -> str:
    if not kinds:
        return "The posting profile allows no posting, so Tieout only reads."
    return ", ".join(_KINDS.get(kind, kind) for kind in kinds).capitalize() + "."
