"""*Test connection* against the running simulator and a real sample company."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest
from django.db import connection as database

from integrations.accounting.operations import refresh_accounts
from integrations.accounting.queries import accounts
from integrations.canonical.errors import FixConfiguration
from integrations.connections import layouts, operations, profiles, queries
from integrations.connections.clients import paytrace_client, sage_connector
from integrations.connections.models import Connection, ConnectionTest, TableLayout
from integrations.connections.testing import run_test
from integrations.sagepro.sample.books import changes
from integrations.sagepro.sample.profile import sample_profile
from tenants.errors import NotPossible
from tenants.models import DueWork
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene, logins, put_user, told
from tests.paytrace.simulator_process import Simulator
from tests.sagepro.companies import SampleCompany

State = Connection.State


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_good_credentials_connect_and_list_what_the_user_can_do(
    supply: Scene, simulator: Simulator, version: str
) -> None:
    connection = supply.paytrace(simulator.url, api_version=version)

    test = supply.test(connection)

    host = simulator.url.removeprefix("http://")
    findings = told(test)
    assert findings[0] == ("Sign in", True, f"PayTrace at {host} accepted the user.")
    assert findings[1] == ("Read card payments", True, "This user can read card payments.")
    assert {label for label, _, _ in findings} == {
        "Sign in",
        "Read card payments",
        "Read batches",
        "Read stored customers",
        "Refund",
        "Read ACH payments",
        "Ceilings",
        "Kind of user",
        "Settle on request",
        "Password",
    }
    assert (test.state, test.finished_at is not None) == ("passed", True)
    assert logins(simulator) == (1, 0)
    row = supply.row(connection)
    assert (row.state, row.state_sentence, row.failures_in_a_row) == (State.CONNECTED, "", 0)
    assert row.capabilities["cards"] == {
        "available": True,
        "sentence": "This user can read card payments.",
    }
    assert [action for action, _ in supply.audit()] == [
        "company.created",
        "connection.created",
        "connection.test_requested",
        "connection.test_passed",
    ]


def test_the_token_of_the_test_serves_the_workers(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    supply.test(connection)
    client = paytrace_client(tenant_id=supply.tenant.id, connection_id=connection.id)
    client.transaction("392483001")
    assert logins(simulator) == (1, 0)


def test_a_wrong_password_is_one_sign_in_and_an_exact_sentence(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url, password="wrong-password")

    test = supply.test(connection)

    assert told(test) == [
        (
            "Sign in",
            False,
            (
                "PayTrace refused the user name or password. 1 of 4 failed sign-ins are used; at "
                "four PayTrace locks the user, so Tieout does not try again by itself. Check that "
                "it is a sandbox user: production users are refused here in the same way. "
                "This password has special characters, which PayTrace advises against for API "
                "users: they may be why."
            ),
        )
    ]
    assert test.state == "failed"
    assert logins(simulator) == (0, 1)
    assert supply.row(connection).state == State.WAITING_CREDENTIAL
    assert supply.audit()[-1] == ("connection.test_failed", {"code": "paytrace.login_refused"})


def test_sandbox_credentials_in_production_are_named_as_such(
    supply: Scene, simulator: Simulator
) -> None:
    """The simulator on this machine plays production; it knows no such user."""
    connection = supply.paytrace(
        simulator.url, gateway_environment="production", username="sandbox_user"
    )
    ((label, is_ok, sentence),) = told(supply.test(connection))
    assert (label, is_ok) == ("Sign in", False)
    assert "Check that it is a production user: sandbox users are refused here" in sentence


def test_a_missing_permission_is_named(supply: Scene, simulator: Simulator) -> None:
    put_user(simulator, permissions=["sale", "batches"])
    connection = supply.paytrace(simulator.url)

    test = supply.test(connection)

    findings = {label: (is_ok, sentence) for label, is_ok, sentence in told(test)}
    assert findings["Sign in"][0] is True
    assert findings["Read card payments"] == (False, "This user may not read card payments.")
    assert findings["Read batches"][0] is True
    assert findings["Read stored customers"] == (False, "This user may not read stored customers.")
    assert test.state == "failed"
    row = supply.row(connection)
    assert (row.state, row.state_sentence) == (
        State.MISCONFIGURED,
        "This user may not read card payments. Without that no payment can be found.",
    )
    assert queries.failed_logins(connection) == 0


def test_a_permission_that_is_not_needed_does_not_fail_the_test(
    supply: Scene, simulator: Simulator
) -> None:
    put_user(simulator, permissions=["export"])
    test = supply.test(supply.paytrace(simulator.url))
    assert ("Read batches", False, "This user may not read batches.") in told(test)
    assert test.state == "passed"


def test_a_host_where_nothing_answers_is_named(supply: Scene) -> None:
    connection = supply.paytrace("http://127.0.0.1:9")
    test = supply.test(connection)
    assert told(test) == [
        (
            "Sign in",
            False,
            (
                "Nothing answers at 127.0.0.1:9. Check the address; if it is right, PayTrace is "
                "down or this portal has no way out to it. No sign-in was used up."
            ),
        )
    ]
    row = supply.row(connection)
    assert (row.state, row.state_sentence) == (State.NEW, "PayTrace cannot be reached.")
    assert queries.failed_logins(connection) == 0


def test_a_host_that_is_something_else_is_named(supply: Scene) -> None:
    class Shop(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>Welcome to our shop</html>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as shop:
        thread = threading.Thread(target=shop.serve_forever)
        thread.start()
        port = shop.server_address[1]
        test = supply.test(supply.paytrace(f"http://127.0.0.1:{port}"))
        shop.shutdown()
        thread.join()
    assert told(test) == [
        (
            "Sign in",
            False,
            (
                f"Something answers at 127.0.0.1:{port}, but it is not PayTrace's API. "
                "Check the address."
            ),
        )
    ]


def test_a_gateway_that_is_down_is_offline_when_it_was_connected(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url)
    supply.test(connection)
    simulator.control("faults", kind="http_500", path_prefix="/oauth/", count=1)
    test = supply.test(connection)
    host = simulator.url.removeprefix("http://")
    assert told(test)[0][2] == (
        f"PayTrace at {host} is busy or down just now. Test again in a few minutes."
    )
    assert supply.row(connection).state == State.OFFLINE


def test_a_passed_test_wakes_what_waits(
    supply: Scene, simulator: Simulator, company: SampleCompany
) -> None:
    books = supply.sagepro(company.dsn)
    gateway = supply.paytrace(simulator.url, posts_to_id=books.id)
    supply.test(gateway)
    DueWork.objects.filter(kind="test").delete()
    waking = [(kind, gateway.id) for kind in ("instruct", "poll", "process")]
    assert supply.due() == [("deliver", books.id), *waking]
    assert DueWork.objects.get(kind="poll").every_seconds == 180

    DueWork.objects.filter(kind="poll").update(every_seconds=15)
    supply.test(gateway)
    assert DueWork.objects.get(kind="poll").every_seconds == 15, "somebody chose that"
    DueWork.objects.all().delete()
    supply.test(books)
    DueWork.objects.filter(kind="test").delete()
    assert supply.due() == [
        ("deliver", books.id), ("open_items", books.id), ("process", gateway.id),
    ]  # fmt: skip


def test_a_sage_company_is_shown_and_its_accounts_are_kept(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    sage = company.connect()
    profile, fingerprint = sage.company_profile(), sage.fingerprint()
    before = company.books()

    test = supply.test(connection)

    done = changes(before, company.books())
    assert list(done.added) == ["ptpost"], "a test writes one row into our own table"
    assert (len(done.added["ptpost"]), done.changed, done.removed) == (1, {}, {})
    row = supply.row(connection)
    findings = {label: (is_ok, sentence) for label, is_ok, sentence in told(test)}
    assert list(findings) == [
        "Sign in",
        "Company",
        "Customers",
        "Open invoices",
        "GL accounts",
        "Open periods",
        "Tables",
        "What Tieout may post",
        "Self-test",
    ]
    assert {is_ok for is_ok, _ in findings.values()} == {True}
    assert findings["Company"][1] == f"{profile.name}, company 01, SQL edition."
    assert findings["Customers"][1] == f"{profile.customer_count:,} customers."
    assert findings["Open invoices"][1] == f"{profile.open_invoice_count:,} open invoices."
    assert findings["What Tieout may post"][1] == (
        "Open credits applied to invoices, chargebacks with their fee, fee journals, payments on "
        "account, receipts on invoices, reversals, settlement journals."
    )
    assert fingerprint[:12] in findings["Tables"][1]
    assert (row.state, row.fingerprint) == (State.CONNECTED, fingerprint)
    assert row.capabilities["kinds"] == [
        "application",
        "chargeback",
        "fee",
        "on_account",
        "receipt",
        "reversal",
        "settlement",
    ]
    assert row.capabilities["open_invoices"] == profile.open_invoice_count
    with tenant_transaction(supply.tenant.id):
        kept = accounts(connection.id)
    assert [(a.number, a.is_active) for a in kept] == [
        (a.number, a.is_active) for a in sage.gl_accounts()
    ]


@pytest.mark.parametrize(
    ("break_it", "sentence", "state"),
    [
        (
            "ALTER TABLE armast DROP COLUMN balance",
            "column armast.balance does not exist",
            State.MISCONFIGURED,
        ),
        (
            "ALTER TABLE arcash RENAME TO arcash_old",
            "arcash",
            State.MISCONFIGURED,
        ),
    ],
)
def test_tables_that_are_not_the_profile_s_are_named(
    supply: Scene, company: SampleCompany, break_it: str, sentence: str, state: str
) -> None:
    company.execute(break_it)
    connection = supply.sagepro(company.dsn)
    test = supply.test(connection)
    label, is_ok, said = told(test)[-1]
    assert (label, is_ok) == ("Sage Pro", False)
    assert sentence in said
    assert supply.row(connection).state == state
    assert test.state == "failed"


NEW_COLUMN = "Column reseller_note of armast is new (long text)."
WIDER = "Column refno of arcash is now 12 wide instead of 10."


def _change_tables(company: SampleCompany) -> None:
    company.execute("ALTER TABLE armast ADD COLUMN reseller_note text NOT NULL DEFAULT ''")
    company.execute("ALTER TABLE arcash ALTER COLUMN refno TYPE char(12)")


def test_changed_tables_stop_posting_until_a_person_accepts_them(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    _change_tables(company)
    before = company.books()
    sage = sage_connector(tenant_id=supply.tenant.id, connection_id=connection.id)
    with pytest.raises(FixConfiguration) as stopped:
        sage.withdraw("paytrace:acme:1:sale:1")
    assert stopped.value.sentence == (
        f"Sage Pro's tables have changed, so nothing was written. {WIDER} {NEW_COLUMN}"
    )
    assert company.books() == before

    held = supply.test(connection)
    assert (held.state, told(held)[-2][:2]) == ("failed", ("Tables", False))
    row = supply.row(connection)
    assert row.state == State.MISCONFIGURED
    assert row.state_sentence == f"Sage Pro's tables have changed: {WIDER} {NEW_COLUMN}"
    with tenant_transaction(supply.tenant.id):
        waiting = layouts.waiting(connection.id)
        assert waiting is not None
        assert layouts.waiting_changes(connection.id) == [WIDER, NEW_COLUMN]
        layouts.accept(
            connection_id=connection.id, layout_id=waiting.id, actor=ACTOR, reason="Our reseller's"
        )
    assert supply.test(connection).state == "passed"
    accepted = sage_connector(tenant_id=supply.tenant.id, connection_id=connection.id)
    assert accepted is not sage
    assert accepted.withdraw("paytrace:acme:1:sale:1") == "withdrawn"
    with tenant_transaction(supply.tenant.id):
        rows = TableLayout.objects.values_list("accepted_by", "reason")
        assert list(rows) == [
            (ACTOR, "Our reseller's"),
            (ACTOR, "Found by the test of the connection"),
        ]
    assert (
        "connection.tables_accepted",
        {"changes": [WIDER, NEW_COLUMN], "reason": "Our reseller's"},
    ) in supply.audit()


def test_a_new_profile_version_takes_the_tables_as_they_are(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    _change_tables(company)
    supply.test(connection)
    profile = supply.row(connection).settings["profile"]
    profile["tables"]["receipts"]["columns"]["marker"]["type"] = "C12"
    with tenant_transaction(supply.tenant.id):
        profiles.save_version(connection_id=connection.id, profile=profile, based_on=1, actor=ACTOR)
    passed = supply.test(connection)
    assert passed.state == "passed"
    tables = next(sentence for label, _, sentence in told(passed) if label == "Tables")
    assert tables.endswith(f"Since they were last accepted: {WIDER} {NEW_COLUMN}")
    with tenant_transaction(supply.tenant.id):
        assert layouts.waiting(connection.id) is None


def test_tables_changed_back_need_nobody(supply: Scene, company: SampleCompany) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    _change_tables(company)
    supply.test(connection)
    company.execute("ALTER TABLE armast DROP COLUMN reseller_note")
    company.execute("ALTER TABLE arcash ALTER COLUMN refno TYPE char(10)")
    assert supply.test(connection).state == "passed"
    with tenant_transaction(supply.tenant.id):
        assert layouts.waiting(connection.id) is None


def test_only_the_changes_that_were_shown_can_be_accepted(
    supply: Scene, company: SampleCompany
) -> None:
    connection = supply.sagepro(company.dsn)
    supply.test(connection)
    company.execute("ALTER TABLE armast ADD COLUMN reseller_note text NOT NULL DEFAULT ''")
    supply.test(connection)
    with tenant_transaction(supply.tenant.id):
        shown = layouts.waiting(connection.id)
    assert shown is not None
    _refuse(supply, connection, shown.id, reason=" ")
    company.execute("ALTER TABLE arcash ALTER COLUMN refno TYPE char(12)")
    supply.test(connection)
    _refuse(supply, connection, shown.id, reason="Seen")


def _refuse(supply: Scene, connection: Connection, layout_id: UUID, *, reason: str) -> None:
    with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible):
        layouts.accept(connection_id=connection.id, layout_id=layout_id, actor=ACTOR, reason=reason)
    assert supply.row(connection).state == State.MISCONFIGURED


@pytest.mark.parametrize(
    ("change", "words", "state"),
    [
        (("sage_", "nosuch_"), "Sage Pro's server has no database of that name.", "misconfigured"),
        (
            ("postgres:", "nobody_here:"),
            "Sage Pro's server refused the login.",
            "waiting_credential",
        ),
    ],
)
def test_a_wrong_sage_address_is_named(
    supply: Scene, company: SampleCompany, change: tuple[str, str], words: str, state: str
) -> None:
    dsn = company.dsn.replace(*change)
    assert dsn != company.dsn
    connection = supply.sagepro(dsn)
    ((label, is_ok, sentence),) = told(supply.test(connection))
    assert (label, is_ok) == ("Sage Pro", False)
    assert sentence.startswith(words)
    assert supply.row(connection).state == state


def test_a_profile_that_allows_nothing_only_reads(supply: Scene, company: SampleCompany) -> None:
    profile = sample_profile().as_json() | {"kinds": []}
    test = supply.test(supply.sagepro(company.dsn, profile=profile))
    assert told(test)[-1] == (
        "What Tieout may post",
        None,
        "The posting profile allows no posting, so Tieout only reads.",
    )
    assert test.state == "passed"


def test_findings_are_there_while_the_test_runs(supply: Scene, company: SampleCompany) -> None:
    """The page sees each as soon as it is known: the last one is committed before the end."""
    connection = supply.sagepro(company.dsn)
    seen: list[tuple[str, int]] = []

    def look(*, company_id: object, accounts: object) -> None:
        test = ConnectionTest.objects.get()
        seen.append((test.state, len(test.findings)))

    with tenant_transaction(supply.tenant.id):
        asked = operations.request_test(connection_id=connection.id, actor=ACTOR)
    run_test(tenant_id=supply.tenant.id, test_id=asked.id, keep_accounts=look)
    assert seen == [("running", 9)]


def test_a_test_runs_once_whoever_answers_the_bell(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    test = supply.test(connection)
    run_test(tenant_id=supply.tenant.id, test_id=test.id, keep_accounts=refresh_accounts)
    assert logins(simulator) == (1, 0)


def test_a_second_click_gives_back_the_test_under_way(supply: Scene, simulator: Simulator) -> None:
    connection = supply.paytrace(simulator.url)
    with tenant_transaction(supply.tenant.id):
        first = operations.request_test(connection_id=connection.id, actor=ACTOR)
        second = operations.request_test(connection_id=connection.id, actor=ACTOR)
        assert first.id == second.id
        assert supply.due() == [("test", first.id)]


def test_a_test_lost_with_its_worker_makes_room_for_another(
    supply: Scene, simulator: Simulator
) -> None:
    connection = supply.paytrace(simulator.url)
    with tenant_transaction(supply.tenant.id):
        lost = operations.request_test(connection_id=connection.id, actor=ACTOR)
        ConnectionTest.objects.update(
            state="running", requested_at=datetime.now(UTC) - timedelta(minutes=6)
        )
    assert supply.test(connection).state == "passed"
    with tenant_transaction(supply.tenant.id):
        assert ConnectionTest.objects.get(pk=lost.pk).state == "failed"


def test_settings_changed_during_a_test_are_not_called_tested(
    supply: Scene, simulator: Simulator
) -> None:
    """Somebody enters another merchant while PayTrace is slow to answer the test."""
    connection = supply.paytrace(simulator.url)
    with tenant_transaction(supply.tenant.id):
        asked = operations.request_test(connection_id=connection.id, actor=ACTOR)
    simulator.control("faults", kind="slow", path_prefix="/v1/batches", count=1, seconds=2)
    worker = threading.Thread(target=_run_elsewhere, args=(supply.tenant.id, asked.id), daemon=True)
    worker.start()
    while "/v1/batches/export_one" not in simulator.look("calls")["calls"]:
        worker.join(0.02)
    with tenant_transaction(supply.tenant.id):
        operations.update_settings(connection_id=connection.id, merchant_id="9", actor=ACTOR)
    simulator.control("faults", kind="none")
    worker.join(60)

    with tenant_transaction(supply.tenant.id):
        ended = queries.latest_test(connection.id)
    assert ended is not None
    assert (ended.state, told(ended)[-1]) == (
        "failed",
        ("Test", False, "The connection was changed while it was being tested. Test it again."),
    )
    assert supply.row(connection).state == State.NEW


def _run_elsewhere(tenant_id: UUID, test_id: UUID) -> None:
    try:
        run_test(tenant_id=tenant_id, test_id=test_id, keep_accounts=refresh_accounts)
    finally:
        database.close()


def test_a_mistake_of_ours_ends_the_test_too(supply: Scene, company: SampleCompany) -> None:
    connection = supply.sagepro(company.dsn)

    def stumble(*, company_id: object, accounts: object) -> None:
        raise ZeroDivisionError

    with tenant_transaction(supply.tenant.id):
        asked = operations.request_test(connection_id=connection.id, actor=ACTOR)
    with pytest.raises(ZeroDivisionError):
        run_test(tenant_id=supply.tenant.id, test_id=asked.id, keep_accounts=stumble)
    with tenant_transaction(supply.tenant.id):
        ended = queries.latest_test(connection.id)
    assert ended is not None
    assert (ended.state, told(ended)[-1]) == (
        "failed",
        ("Test", False, "Tieout could not finish this test; our staff can see why."),
    )
    assert supply.row(connection).state == State.NEW
