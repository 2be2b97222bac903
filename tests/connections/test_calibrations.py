"""A calibration as a person walks it: rows, a worker's looks, answers, and a new version."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from integrations.canonical.errors import TryLater
from integrations.canonical.posting import PostingKind
from integrations.connections import calibrating, calibrations, profiles
from integrations.connections.clients import open_connection, sage_snapshot
from integrations.connections.models import Calibration, CalibrationStep, Connection
from integrations.sagepro.calibration.keyed import Keyed
from tenants.crypto import Secret
from tenants.errors import NotPossible
from tenants.models import DueWork, Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene
from tests.sagepro.calibrating import APPLY, CHARGEBACK, DISCOUNT, FEE, FULL, REVERSAL
from tests.sagepro.clerk import Clerk, Habits
from tests.sagepro.companies import SampleCompany

HABITS = Habits(paid_includes_discount=False)


def _work(supply: Scene) -> None:
    """What workers do when their bells ring."""
    for due in DueWork.objects.filter(kind="calibrate", due_at__isnull=False):
        calibrating.run_step(tenant_id=supply.tenant.id, step_id=due.subject_id)
    DueWork.objects.filter(kind="calibrate").delete()


def _begin(supply: Scene, company: SampleCompany) -> Connection:
    connection = supply.sagepro(company.dsn)
    with tenant_transaction(supply.tenant.id):
        calibrations.start(connection_id=connection.id, actor=ACTOR)
    _work(supply)
    return connection


def _say(supply: Scene, connection: Connection, keyed: Keyed) -> CalibrationStep:
    with tenant_transaction(supply.tenant.id):
        step = calibrations.have_keyed(connection_id=connection.id, keyed=keyed, actor=ACTOR)
    _work(supply)
    with tenant_transaction(supply.tenant.id):
        return CalibrationStep.objects.get(pk=step.id)


def test_a_calibration_ends_in_a_version_with_what_was_proven(
    supply: Scene, company: SampleCompany
) -> None:
    connection, clerk = _begin(supply, company), Clerk(company.dsn, HABITS)
    for keyed in (FULL, DISCOUNT):
        clerk.key(keyed)
        step = _say(supply, connection, keyed)
        assert (step.state, step.sentence) == ("done", "")
    assert (
        "armast, the row of custno ‘ACME01’ and invno ‘10432’: balance ‘0’ instead of ‘740’, "
        "bbal ‘0’ instead of ‘740’, dtepaid ‘2026-11-20’ instead of ‘1900-01-01’, "
        "paidamt ‘725.2’ instead of ‘0’."
    ) in step.differences
    with tenant_transaction(supply.tenant.id):
        made = calibrations.accept(connection_id=connection.id, actor=ACTOR)
        row = Connection.objects.get(pk=connection.pk)
        ended = Calibration.objects.get()
    profile = profiles.in_force(row)
    assert (made.version, made.origin, row.state) == (2, "calibrated", "new")
    assert profile.paid_includes_discount is False
    assert profile.kinds == {PostingKind.RECEIPT}
    assert (ended.state, ended.snapshot) == ("accepted", None)
    assert [fact for fact, _ in supply.audit()][-2:] == [
        "connection.calibration_started",
        "connection.profile_saved",
    ]


def test_a_look_that_shows_nothing_or_fails_can_be_repeated(
    supply: Scene, company: SampleCompany
) -> None:
    connection = _begin(supply, company)
    nothing = _say(supply, connection, FULL)
    assert nothing.state == "failed"
    assert nothing.sentence.startswith("Nothing has changed in the company since the last look.")
    company.execute("UPDATE ardist SET glbatch = 'X'")
    assert "more than one transaction changes" in _say(supply, connection, FULL).sentence
    with tenant_transaction(supply.tenant.id):
        calibrations.look_again(connection_id=connection.id, actor=ACTOR)
    _work(supply)
    Clerk(company.dsn).key(FULL)
    assert _say(supply, connection, FULL).state == "done"


def test_only_one_look_at_a_time_and_a_lost_one_is_given_up(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    with tenant_transaction(supply.tenant.id):
        first = calibrations.start(connection_id=connection.id, actor=ACTOR)
        assert calibrations.start(connection_id=connection.id, actor=ACTOR) == first
    _refuse(supply, connection.id, "A worker is looking at the company now.")
    with tenant_transaction(supply.tenant.id):
        step = CalibrationStep.objects.get()
        CalibrationStep.objects.update(requested_at=step.requested_at.replace(year=2020))
    _refuse(supply, connection.id, "has not been looked at yet")
    calibrating.run_step(tenant_id=supply.tenant.id, step_id=step.id)
    with tenant_transaction(supply.tenant.id):
        assert CalibrationStep.objects.get().state == "failed", "a late worker changes nothing"


def _refuse(supply: Scene, connection_id: UUID, words: str) -> None:
    with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible, match=words):
        calibrations.have_keyed(connection_id=connection_id, keyed=FULL, actor=ACTOR)


def test_nothing_is_calibrated_in_production(supply: Scene, company: SampleCompany) -> None:
    with tenant_transaction(supply.tenant.id):
        production = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
    connection = supply.sagepro(company.dsn, environment_id=production.id)
    with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible) as refused:
        calibrations.start(connection_id=connection.id, actor=ACTOR)
    assert refused.value.sentence == calibrations.ONLY_TEST_COMPANIES


def test_a_sql_server_is_looked_at_by_a_process_of_its_own(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    opened = open_connection(tenant_id=supply.tenant.id, connection_id=connection.id)
    elsewhere = replace(opened, secrets={"dsn": Secret("mssql://u:p@127.0.0.1:9/books")})
    with pytest.raises(TryLater) as away:
        sage_snapshot(elsewhere)
    assert away.value.code == "sage.unreachable"


_DOES_NOT_FIT = [
    (replace(FULL, amount=Decimal(0)), "above zero"),
    (replace(FULL, amount=Decimal(5)), "The invoices add up to 312.50, and the money is 5."),
    (replace(FULL, reference=""), "Type the reference"),
    (replace(REVERSAL, takes_back=""), "Type the reference of what was taken back"),
    (replace(CHARGEBACK, fee=Decimal(0)), "Type the bank's fee, above zero"),
    (replace(APPLY, credit=""), "Type the number of the open credit"),
    (replace(FEE, credit_account=""), "Type both accounts of the journal"),
    (replace(FEE, credit_account=FEE.debit_account), "between two accounts"),
]


def test_what_does_not_fit_is_refused(supply: Scene, company: SampleCompany) -> None:
    connection = _begin(supply, company)
    for keyed, words in _DOES_NOT_FIT:
        with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible, match=words):
            calibrations.have_keyed(connection_id=connection.id, keyed=keyed, actor=ACTOR)


def test_a_question_is_answered_and_nothing_else_is(supply: Scene, company: SampleCompany) -> None:
    connection = _begin(supply, company)
    clerk = Clerk(company.dsn, Habits(more="UPDATE sysdata SET int2 = int2 + 1 WHERE sysid = 'SO'"))
    for keyed in (FULL, DISCOUNT):
        clerk.key(keyed)
        _say(supply, connection, keyed)
    with tenant_transaction(supply.tenant.id):
        with pytest.raises(NotPossible, match="Questions are still open"):
            calibrations.accept(connection_id=connection.id, actor=ACTOR)
        for key, value in (("leave:sysdata.int2", "perhaps"), ("nobody asked", "leave")):
            with pytest.raises(NotPossible, match="not among the questions"):
                calibrations.answer(connection_id=connection.id, key=key, value=value, actor=ACTOR)
        calibrations.answer(
            connection_id=connection.id, key="leave:sysdata.int2", value="leave", actor=ACTOR
        )
        made = calibrations.accept(connection_id=connection.id, actor=ACTOR)
    assert made.profile["kinds"] == ["receipt"]


def test_starting_over_uses_nothing(supply: Scene, company: SampleCompany) -> None:
    connection = _begin(supply, company)
    with tenant_transaction(supply.tenant.id):
        calibrations.start_over(connection_id=connection.id, actor=ACTOR)
        assert calibrations.open_calibration(connection.id) is None
        with pytest.raises(NotPossible, match="No calibration is under way"):
            calibrations.start_over(connection_id=connection.id, actor=ACTOR)
        assert profiles.version_in_force(Connection.objects.get(pk=connection.pk)) == 1


def test_the_command_walks_the_same_calibration(supply: Scene, company: SampleCompany) -> None:
    supply.sagepro(company.dsn)
    clerk = Clerk(company.dsn, HABITS)
    assert "first_look: done" in _command(supply, "start")
    clerk.key(FULL)
    told = _command(
        supply, "keyed", "--transaction=full", "--customer=ACME01", "--amount=312.50",
        "--part=10433=312.50", "--reference=TESTFULL", "--day=2026-11-20",
        "--entered-on=2026-11-23", "--user=MAC", "--check-number=5523", "--payment-type=K",
    )  # fmt: skip
    assert "full: done" in told
    assert "Proven kinds of posting: none" in told
    with pytest.raises(CommandError, match="x is no amount"):
        _command(supply, "keyed", "--transaction=full", "--day=2026-11-20", "--amount=x")
    assert "No calibration is under way." in _command(supply, "start-over")
    with pytest.raises(CommandError, match="no such company"):
        call_command("calibrate", "show", company="nobody", connection="Acme books")


def _command(supply: Scene, *words: str) -> str:
    out = StringIO()
    given = (f"--company={supply.tenant.slug}", "--connection=Acme books", *words)
    call_command("calibrate", *given, stdout=out)
    return out.getvalue()
