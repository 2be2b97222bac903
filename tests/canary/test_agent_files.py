"""A card number in Sage's rows stays there: no agent keeps one, tells one or writes one down."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from integrations.canonical.keyed import KeyedQuestion
from integrations.canonical.keyed_changes import ChangeQuestion
from integrations.canonical.open_items import OpenItemsQuestion
from integrations.canonical.posting import PostingOutcome
from integrations.canonical.stock import ChangeOutcome
from integrations.connections.agents import jobs
from integrations.connections.models import Agent, AgentJob
from integrations.sagepro.agent import calls
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.agent.wire import Job
from tests.agent.conftest import portal_url, sage, scene
from tests.agent.foxpro import FoxProSite, foxpro_site_of_agent
from tests.agent.scene import AgentScene, Patient
from tests.canary.cards import Cards
from tests.canary.kept import leaks, leaks_in_database, leaks_in_files
from tests.canary.logbook import Logbook
from tests.canary.sage_planting import plant_in_foxpro, plant_in_sql
from tests.paytrace.simulator_process import ROOT
from tests.sagepro.companies import SampleCompany, company_template
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template
from tests.sagepro.orders import NEWCOMER, order
from tests.sagepro.postings import receipt

__all__ = [
    "company_template", "foxpro_company", "foxpro_site_of_agent", "foxpro_template", "portal_url",
    "sage", "scene",
]  # fmt: skip
# Everything an agent can be asked to read, with what it is asked.
READS: Mapping[str, Mapping[str, Any]] = {
    "company_profile": {},
    "fingerprint": {},
    "layout": {},
    "self_test": {},
    "snapshot": {},
    "gl_accounts": {},
    "fiscal_periods": {},
    "customer": {"number": "ACME01"},
    "invoices_by_number": {"numbers": ["10432", "10217", "998"]},
    "invoices_by_order": {"order_number": "7401"},
    "open_invoices": {"customer_number": "ACME01"},
    "open_items": {"question": encode(OpenItemsQuestion("look"))},
    # What a person said that they keyed: every receipt on its invoice is told.
    "look_for_keyed": {
        "question": encode(KeyedQuestion("PT00000001", receipt(), said_at="2026-11-20T20:00:00Z"))
    },
    "look_for_change": {"question": encode(ChangeQuestion(NEWCOMER))},
    "receipts_for_invoice": {"number": "998"},
    "receipts_by_reference": {"reference": "CHK 77991"},
    "receipts_between": {"first": "2020-01-01", "last": "2026-12-31"},
    "customers_after": {"number": "", "limit": 50},
    "customers_changed_since": {"day": "2020-01-01"},
    "orders_by_number": {"numbers": ["7401", "7402"]},
    "open_orders": {"customer_number": "ACME01"},
    "items": {"numbers": ["DESK"]},
    "stock": {"items": ["DESK"]},
    "flagged_rows": {"after": "", "limit": 50},
}


def test_every_read_of_the_agent_is_asked_here() -> None:
    assert set(READS) == set(calls.READS)


def _read_all(scene: AgentScene, turn: Callable[[], object]) -> bytes:
    """Have everything read, and give back the answers as the portal has them."""
    with scene.inside():
        agent = Agent.objects.get()
        for name, given in READS.items():
            jobs.make(agent, name=name, subject=name, arguments=given, now=timezone.now())
    for _ in READS:
        turn()
    with scene.inside():
        answers = dict(AgentJob.objects.values_list("name", "answer"))
    assert {name for name in READS if not answers.get(name)} == set()
    # Some ways into Sage do not offer every read, or not before a company was proven.
    failed = {name: one["code"] for name, one in answers.items() if one and "value" not in one}
    assert set(failed.values()) <= {"sage.not_offered"}, failed
    assert len(failed) < 12
    return repr(answers).encode()


def test_no_row_of_sage_stays_with_the_agent_or_reaches_the_portal(
    scene: AgentScene, sage: SampleCompany, cards: Cards, superuser_url: str
) -> None:
    with Logbook() as logbook:
        assert len(plant_in_sql(sage.dsn, cards)) > 40
        worker = scene.worker(scene.pair())
        worker.once(wait=0)
        told = _read_all(scene, lambda: worker.once(wait=0))
        patient = Patient(scene.connector(), lambda: worker.once(wait=0))
        assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
        assert patient.upsert_order(order()).outcome is ChangeOutcome.DONE
        wrong = leaks("what the agent told", told, cards)
        wrong += leaks_in_files(scene.folder, cards) + leaks("the log", logbook.read(), cards)
        assert wrong + leaks_in_database(superuser_url, cards) == []
        assert b"[PAN" in told


def test_no_field_of_a_foxpro_table_stays_with_the_agent_or_in_our_tables(
    foxpro_site_of_agent: FoxProSite, cards: Cards, superuser_url: str
) -> None:
    with Logbook() as logbook:
        at_site = foxpro_site_of_agent
        assert len(plant_in_foxpro(at_site.company, cards)) > 35
        at_site.turn()
        told = _read_all(at_site.scene, at_site.turn)
        patient = Patient(at_site.scene.connector(), at_site.turn)
        assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
        wrong = leaks("what the agent told", told, cards)
        wrong += leaks_in_files(at_site.home, cards) + leaks("the log", logbook.read(), cards)
        own = sorted(at_site.folder.glob("PT*"))
        wrong += [leak for path in own for leak in leaks(path.name, path.read_bytes(), cards)]
        assert len(own) > 2
        assert wrong + leaks_in_database(superuser_url, cards) == []
        assert b"[PAN" in told


def test_what_is_put_into_the_journal_is_found(
    scene: AgentScene, cards: Cards, superuser_url: str
) -> None:
    """The control, and the spool: an answer that was not told yet."""
    del superuser_url
    worker = scene.worker(scene.pair())
    now = datetime.now(UTC)
    job = Job("j1", 1, 1, "01", "post_if_absent", "", now.isoformat(), now.isoformat())
    worker.journal.begin(job, body=f"memo {cards.card('a job')}", signature="", now=now)
    worker.journal.end("j1", {"value": f"told {cards.card('an answer')}"}, now=now)
    worker.close()
    found = {one.rpartition(" in ")[2] for one in leaks_in_files(scene.folder, cards)}
    assert found == {"a job", "an answer"}


_TELLS = """
import sys
import structlog
from integrations.sagepro.agent import logs
logs.to_stderr()
log = structlog.get_logger("tieout.agent")
for text in sys.argv[1:]:
    log.info(f"about {text}", sentence=text, rows=[{"memo": text}], _hidden=text)
    try:
        raise ValueError(f"could not convert {text}")
    except ValueError:
        log.exception("job.failed")
"""


def test_no_line_of_the_agents_own_log_holds_one(cards: Cards) -> None:
    texts = [cards.text("a line") for _ in range(14)]
    said = subprocess.run(
        [sys.executable, "-c", _TELLS, *texts], cwd=ROOT, capture_output=True, check=True
    )
    assert leaks("the agent's log", said.stderr + said.stdout, cards) == []
    assert said.stderr.count(b"[PAN") > len(texts)
    assert said.stderr.count(b"could not convert") == len(texts)
