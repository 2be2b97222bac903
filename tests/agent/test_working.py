"""Work through an agent: jobs in order, answers once, and what is never begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError, TryLater
from integrations.canonical.posting import (
    PostingKind,
    PostingOutcome,
    PostingResult,
    WithdrawOutcome,
)
from integrations.canonical.stock import ChangeOutcome
from integrations.connections.agents import jobs, pairing
from integrations.connections.agents.connector import AgentConnector
from integrations.connections.models import Agent, AgentJob, Connection
from integrations.pipeline.answer import Answer, take_answers
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent import keeping
from integrations.sagepro.agent.portal import PortalRefused
from integrations.sagepro.agent.running import at_work
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.backends.sql import SqlConnector
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import DueWork
from tests.agent.scene import AgentScene, Patient
from tests.sagepro.companies import SampleCompany
from tests.sagepro.orders import LABOR, NEWCOMER, order
from tests.sagepro.postings import on_account, receipt

HANDED_OVER = PostingOutcome.HANDED_OVER


@pytest.fixture
def worker(scene: AgentScene) -> Worker:
    made = scene.worker(scene.pair())
    made.once(wait=0)
    return made


@pytest.fixture
def asks(scene: AgentScene, worker: Worker) -> AgentConnector:
    return scene.connector()


def _states(scene: AgentScene) -> list[tuple[str, str]]:
    with scene.inside():
        rows = AgentJob.objects.order_by("sequence")
        return [(row.name, row.state) for row in rows]


def _code(ask: Any) -> str:
    with pytest.raises(IntegrationError) as raised:
        ask()
    return raised.value.code


def test_a_read_is_asked_once_and_answered_from_then_on(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    for _ in range(3):
        assert _code(lambda: asks.customer("ACME01")) == "agent.asked"
    assert worker.once(wait=0) == 1
    found = asks.customer("ACME01")
    assert found is not None
    assert (found.number, str(found.balance)) == ("ACME01", "2780.9400")
    assert _states(scene) == [("customer", "answered")]
    assert worker.once(wait=0) == 0


def test_an_answer_grows_old_and_a_write_makes_it_stale(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    patient = Patient(asks, lambda: worker.once(wait=0))
    assert str(patient.invoices_by_number(["10432"])[0].balance) == "740.0000"
    assert patient.fiscal_periods()
    assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    assert _code(lambda: asks.invoices_by_number(["10432"])) == "agent.asked"
    assert str(patient.invoices_by_number(["10432"])[0].balance) == "0.0000"
    assert asks.fiscal_periods()
    with scene.inside():
        AgentJob.objects.update(answered_at=timezone.now() - timedelta(minutes=6))
    assert _code(asks.fiscal_periods) == "agent.asked"


def test_a_posting_is_handed_over_and_answered_with_what_stands_in_the_books(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    before = sage.books()
    assert [asks.post_if_absent(receipt()).outcome for _ in range(3)] == [HANDED_OVER] * 3
    assert sage.books() == before
    worker.once(wait=0)
    result = asks.post_if_absent(receipt())
    assert result.outcome is PostingOutcome.POSTED
    assert result.sage_reference == "Receipt PTH06BA0EN on document 10432"
    assert [row["paidamt"] for row in result.evidence["arcash"]] == ["740.0000"]  # type: ignore[attr-defined]
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    worker.once(wait=0)
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS


def test_the_answer_rings_the_company(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt())
    DueWork.objects.all().delete()
    worker.once(wait=0)
    assert DueWork.objects.filter(kind="deliver", due_at__isnull=False).count() == 1


def test_jobs_are_done_in_the_order_they_were_asked(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    """Two pay the same invoice: the first one asked gets it."""
    for key in ("sale-1", "sale-2"):
        asks.post_if_absent(receipt(key))
    worker.once(wait=0)
    outcomes = [asks.post_if_absent(receipt(key)).outcome for key in ("sale-1", "sale-2")]
    assert outcomes == [PostingOutcome.POSTED, PostingOutcome.REFUSED]


def test_a_backlog_of_an_absence_is_worked_off_in_order(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    for number in range(25):
        asks.post_if_absent(on_account(f"deposit-{number:02}", "1.00"))
    assert [worker.once(wait=0) for _ in range(3)] == [20, 5, 0]
    written = [entry.about for entry in reversed(worker.journal.entries(limit=99))]
    assert written == [
        f"on account 1.00 USD for ACME01 (deposit-{number:02})" for number in range(25)
    ]
    assert len(sage.books()["ptpost"]) == 25 + 1


def test_answers_of_one_round_make_stale_what_each_of_them_touched(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    """And all of them are marked as told."""
    patient = Patient(asks, lambda: worker.once(wait=0))
    for customer in ("ACME01", "ZENITH", "BOLT01"):
        patient.customer(customer)
    asks.post_if_absent(on_account("one", customer="ACME01"))
    asks.post_if_absent(on_account("two", customer="ZENITH"))
    worker.once(wait=0)
    assert _states(scene) == [
        ("customer", "answered"), ("post_if_absent", "answered"), ("post_if_absent", "answered"),
    ]  # fmt: skip
    assert worker.journal.untold() == []
    assert [entry.reported_at != "" for entry in worker.journal.entries(limit=9)] == [True, True]


def test_a_withdrawal_waits_for_what_is_under_way_and_then_tells(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt())
    assert asks.withdraw("sale-1") is WithdrawOutcome.PENDING
    worker.once(wait=0)
    patient = Patient(asks, lambda: worker.once(wait=0))
    assert patient.withdraw("sale-1") is WithdrawOutcome.EXISTS
    assert patient.withdraw("sale-2") is WithdrawOutcome.WITHDRAWN
    assert patient.post_if_absent(receipt("sale-2")).outcome is PostingOutcome.WITHDRAWN


def test_an_expired_job_is_never_begun(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    before = sage.books()
    asks.post_if_absent(receipt())
    with scene.inside():
        AgentJob.objects.update(expires_at=timezone.now())
    assert worker.once(wait=0) == 0
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    assert [state for _, state in _states(scene)] == ["waiting", "waiting"]
    # And where the portal hands one out in time but the agent comes to it too late:
    late = _hold(worker, minutes=11)
    assert worker.once(wait=0) == 1
    assert late.journal.entries(limit=9) == []
    assert _code(lambda: asks.post_if_absent(receipt())) == "agent.expired"
    assert sage.books() == before


def _hold(worker: Worker, *, minutes: int) -> Worker:
    """The agent believes the portal's clock, so its own may go as wrong as it likes."""
    set_clock = worker.portal._set_clock

    def later(answer: Any) -> None:
        set_clock(answer)
        worker.portal.skew += timedelta(minutes=minutes)

    worker.portal._set_clock = later  # type: ignore[method-assign]
    return worker


def test_a_wrong_clock_on_the_agents_computer_changes_nothing(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    worker.portal.skew = timedelta(days=-400)
    asks.post_if_absent(receipt())
    worker.once(wait=0)
    assert abs(worker.portal.skew) < timedelta(seconds=5)
    assert asks.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_the_same_answer_twice_is_taken_once_and_a_late_one_is_accepted(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt())
    with scene.inside():
        job = AgentJob.objects.get(name="post_if_absent")
        AgentJob.objects.update(
            expires_at=timezone.now() - timedelta(hours=1),
            lease_until=timezone.now() - timedelta(hours=1),
            state="taken",
        )
    answer = {"value": {"outcome": "posted", "sage_reference": "Receipt", "evidence": {}}}
    for _ in range(2):
        given = {"results": [{"job_id": str(job.id), "answer": answer}]}
        assert worker.portal.call("results", given)["taken"] is True
    assert asks.post_if_absent(receipt()) == PostingResult(PostingOutcome.POSTED, "Receipt")
    caller = pairing.caller_of(worker.kept.secret)
    assert caller is not None
    assert take_answers(caller, [Answer(job.id, answer)])
    assert _states(scene) == [("post_if_absent", "used")]


NO_RESULTS: tuple[dict[str, Any], ...] = (
    {"results": None},
    {"results": [{}]},
    {"results": [{"job_id": "x", "answer": {}}]},
    {"results": [{"job_id": "01a1fcab-b281-79d7-aa23-90c31253447b", "answer": 1}]},
)


def test_what_is_no_result_is_refused_in_words(worker: Worker) -> None:
    for given in NO_RESULTS:
        with pytest.raises(PortalRefused, match=r"Result|result"):
            worker.portal.call("results", given)


def test_a_job_that_was_changed_on_the_way_is_not_done(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    before = sage.books()
    asks.post_if_absent(receipt())
    with scene.inside():
        job = AgentJob.objects.get()
        body = job.body.replace('"740.00"', '"7.40"').replace('"740.0000"', '"7.4000"')
        AgentJob.objects.update(body=body)
    assert worker.once(wait=0) == 1
    assert worker.journal.entries(limit=9) == []
    assert sage.books() == before


def test_a_posting_with_other_contents_is_a_question_of_its_own(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    """The answer to the first contents never passes for an answer to the second."""
    asks.post_if_absent(receipt(amount="740.00"))
    worker.once(wait=0)
    assert asks.post_if_absent(receipt(amount="10.00")).outcome is HANDED_OVER
    worker.once(wait=0)
    assert asks.post_if_absent(receipt(amount="10.00")).outcome is PostingOutcome.CONFLICT


def test_a_changed_profile_is_fetched_before_the_next_job(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt("sale-1"))
    with scene.inside():
        connection = Connection.objects.get(id=scene.connection_id)
        narrow = sample_profile().as_json() | {"kinds": [PostingKind.ON_ACCOUNT.value]}
        connection.settings["profile"] = narrow
        connection.save(update_fields=["settings"])
    worker.once(wait=0)
    assert _code(lambda: asks.post_if_absent(receipt("sale-1"))) == "agent.setup_changed"
    asks.post_if_absent(receipt("sale-1"))
    worker.once(wait=0)
    result = asks.post_if_absent(receipt("sale-1"))
    assert result.refusal is not None
    assert result.refusal.code == "profile_missing"


SWITCHES = {
    "read_only = true": "The agent is set to read only on its own computer.",
    'quiet_hours = "00:00-23:59:59.999999"': (
        "The agent keeps quiet hours and writes again at 23:59, its own time."
    ),
}


def test_the_customers_switches_hold_writes_and_let_reads_through(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    path = worker.folder / "agent.toml"
    kept = path.read_text()
    patient = Patient(asks, lambda: worker.once(wait=0))
    assert patient.customer("ACME02") is None
    before = sage.books()
    for switches, sentence in SWITCHES.items():
        asks.post_if_absent(receipt())
        path.write_text(kept.split("[switches]", maxsplit=1)[0] + f"[switches]\n{switches}\n")
        worker.once(wait=0)
        for _ in range(2):
            with pytest.raises(TryLater) as held:
                asks.post_if_absent(receipt())
            assert (held.value.code, held.value.sentence) == ("agent.holds", sentence)
        assert patient.customer("ACME01") is not None
        path.write_text(kept)
        worker.once(wait=0)
    assert sage.books() == before
    assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_the_kill_switch_takes_no_job_at_all(
    scene: AgentScene, worker: Worker, asks: AgentConnector
) -> None:
    asks.post_if_absent(receipt())
    (worker.folder / "STOP").touch()
    assert worker.once(wait=0) == 0
    with scene.inside():
        assert Agent.objects.get().holds == (
            "The agent is stopped by the switch on its own computer."
        )
    (worker.folder / "STOP").unlink()
    assert worker.once(wait=0) == 1


CARDS = ("4111111111111111", "4111 1111-1111 1111", "x 6799990100000000019")


def test_a_write_shaped_like_a_card_number_is_refused_by_the_agent(
    scene: AgentScene, worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    before = sage.books()
    patient = Patient(asks, lambda: worker.once(wait=0))
    for card in CARDS:
        result = patient.post_if_absent(receipt(fields={"comment": card}))
        assert result.refusal is not None
        assert (result.refusal.code, result.refusal.field) == ("value_refused", "comment")
        with pytest.raises(IntegrationError) as raised:
            patient.note_status(invoice_number="10432", status=card)
        assert raised.value.code == "agent.card_number"
        changed = patient.upsert_order(order(1, replace(LABOR, description=card)))
        assert changed.refusal is not None
        named = (changed.refusal.code, changed.refusal.field)
        assert named == ("value_refused", "lines.3.description")
    assert sage.books() == before
    fine = receipt(fields={"comment": "4111111111111112 79388123 5439", "reference": "79388123"})
    assert patient.post_if_absent(fine).outcome is PostingOutcome.POSTED


def test_an_order_is_handed_over_and_answered_from_the_books(
    worker: Worker, asks: AgentConnector, sage: SampleCompany
) -> None:
    patient = Patient(asks, lambda: worker.once(wait=0))
    assert asks.upsert_order(order()).outcome is ChangeOutcome.HANDED_OVER
    written = patient.upsert_order(order())
    assert (written.outcome, written.number) == (ChangeOutcome.DONE, "7404")
    again = patient.upsert_order(order())
    assert (again.outcome, again.number) == (ChangeOutcome.EXISTS, "7404")
    assert [one.number for one in patient.orders_by_number(["7404"])] == ["7404"]
    customer = patient.create_or_match_customer(NEWCOMER)
    assert (customer.outcome, customer.number) == (ChangeOutcome.DONE, "ACME02")
    assert [row["custno"] for row in sage.books()["somast"]].count("ACME01") > 2


def test_an_older_pairing_is_refused_beside_the_books(
    scene: AgentScene, worker: Worker, sage: SampleCompany
) -> None:
    """Even where the portal cannot stop it: the side table says who writes."""
    profile = sample_profile()
    newer = SqlConnector(sage.dsn, profile=profile, writer_epoch=worker.kept.epoch + 1)
    older = SqlConnector(sage.dsn, profile=profile, writer_epoch=worker.kept.epoch)
    assert older.post_if_absent(receipt("sale-1", "10.00")).outcome is PostingOutcome.POSTED
    newer.take_over()
    for write in (
        lambda: older.post_if_absent(receipt("sale-2", "10.00")),
        lambda: older.withdraw("sale-3"),
        lambda: older.note_status(invoice_number="10432", status="Paid"),
        older.take_over,
    ):
        with pytest.raises(FixConfiguration) as refused:
            write()
        assert refused.value.code == "sage.writer_replaced"
    assert newer.post_if_absent(receipt("sale-1", "10.00")).outcome is PostingOutcome.EXISTS
    assert [row.outcome for row in map(newer.post_if_absent, [receipt("sale-4", "5.00")])] == [
        PostingOutcome.POSTED
    ]
    for connector in (newer, older):
        connector.close()


def test_the_journal_is_for_people_and_holds_no_secret(
    scene: AgentScene,
    worker: Worker,
    asks: AgentConnector,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asks.post_if_absent(receipt())
    worker.once(wait=0)
    capsys.readouterr()
    for command in (["journal"], ["status"], ["self-test"]):
        assert program.main(["--home", str(worker.folder), *command]) == 0
    told = capsys.readouterr().out
    (line,) = [line for line in told.splitlines() if "(sale-1)" in line]
    assert " ".join(line.split()).endswith(
        " 1 post receipt 740.00 USD for ACME01 on 10432 (sale-1) "
        "posted: Receipt PTH06BA0EN on document 10432, told"
    )
    found = keeping.kept(worker.folder)
    assert found.secret not in told
    assert found.job_key not in told


def test_a_second_agent_in_the_same_folder_refuses(
    scene: AgentScene, capsys: pytest.CaptureFixture[str]
) -> None:
    home = scene.pair()
    with at_work(home):
        assert program.main(["--home", str(home), "self-test"]) == 1
    assert "Another agent is running" in capsys.readouterr().err


def test_jobs_hold_amounts_as_text(scene: AgentScene, asks: AgentConnector) -> None:
    asks.post_if_absent(receipt())
    with scene.inside():
        body = AgentJob.objects.get().body
    assert '"amount":{"amount":"740.00","currency":"USD"}' in body
    assert timedelta(minutes=10) == jobs.LASTS
    assert datetime.now(UTC).isoformat()[:4] in body
