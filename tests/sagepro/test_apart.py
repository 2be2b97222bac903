"""A company in a process of its own: its calls, its death, its trust."""

from __future__ import annotations

import os
import signal
import ssl
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from integrations.canonical.errors import FixConfiguration, OutcomeUnknown, TryLater
from integrations.canonical.posting import PostingOutcome, WithdrawOutcome
from integrations.canonical.stock import ChangeOutcome
from integrations.sagepro.agent import calls
from integrations.sagepro.apart.connector import ApartConnector
from integrations.sagepro.apart.messages import Asked, NotUnderstood, unpack
from integrations.sagepro.apart.trust import Trust
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.connector import (
    Connector,
    ProvesItself,
    ShowsLayout,
    TakesSnapshots,
)
from integrations.sagepro.sample.profile import sample_profile
from tests.sagepro.certificates import Issuer
from tests.sagepro.companies import SampleCompany
from tests.sagepro.orders import order
from tests.sagepro.postings import receipt
from tests.sagepro.tds_server import Answers, Rows, TdsServer
from tests.sagepro.test_mssql import answering

QUICK = Limits(connect=timedelta(seconds=5), lock=timedelta(seconds=20))


@pytest.fixture
def apart(company: SampleCompany) -> Iterator[ApartConnector]:
    made = ApartConnector(company.dsn, profile=sample_profile(), limits=QUICK)
    yield made
    made.close()


def _pid(apart: ApartConnector) -> int:
    assert apart._process is not None
    return apart._process.running.pid


def test_every_call_of_a_connector_is_carried() -> None:
    protocols = (Connector, BeyondPayments, ShowsLayout, TakesSnapshots, ProvesItself)
    names = {name for one in protocols for name in vars(one) if not name.startswith("_")}
    assert names - {"close"} == calls.READS | calls.WRITES


def test_the_process_answers_like_the_connector_itself(
    company: SampleCompany, apart: ApartConnector
) -> None:
    sage = company.connect()
    assert apart.company_profile() == sage.company_profile()
    assert apart.fingerprint() == sage.fingerprint()
    assert apart.fiscal_periods() == sage.fiscal_periods()
    assert apart.customer("ACME01") == sage.customer("ACME01")
    assert apart.invoices_by_number(["10432"]) == sage.invoices_by_number(["10432"])
    assert isinstance(sage, ShowsLayout)
    assert apart.layout() == sage.layout()
    assert apart.self_test().is_passed
    assert apart.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    assert apart.post_if_absent(receipt()) == sage.post_if_absent(receipt())
    refused = apart.post_if_absent(receipt("sale-2", "1.00")).refusal
    assert refused is not None
    assert refused.code == "invoice_paid"
    assert apart.receipts_for_invoice("10432") == sage.receipts_for_invoice("10432")
    assert apart.withdraw("never-came") is WithdrawOutcome.WITHDRAWN
    assert apart.note_status(invoice_number="10433", status="Declined")
    assert apart.upsert_order(order()).outcome is ChangeOutcome.DONE
    assert apart.upsert_order(order()) == company.open().upsert_order(order())
    assert apart.open_orders("ACME01") == company.open().open_orders("ACME01")


def test_its_environment_and_command_line_hold_no_secret_and_no_key(
    apart: ApartConnector, company: SampleCompany
) -> None:
    apart.fingerprint()
    place = Path(f"/proc/{_pid(apart)}")
    told = dict(pair.split("=", 1) for pair in (place / "environ").read_text().split("\0") if pair)
    assert sorted(told) == ["LANG", "PATH"]
    assert company.dsn not in (place / "cmdline").read_text()


def test_its_death_in_the_middle_of_a_write_is_unknown_until_asked_again(
    company: SampleCompany, apart: ApartConnector
) -> None:
    """A clerk holds the invoice; the process is killed while it waits for it."""
    apart.fingerprint()
    with psycopg.connect(company.dsn) as clerk:
        clerk.execute("UPDATE armast SET notes = 'x' WHERE trim(invno) = '10432'")
        killer = threading.Thread(target=_kill_when_waiting, args=(company.dsn, _pid(apart)))
        killer.start()
        with pytest.raises(OutcomeUnknown) as lost:
            apart.post_if_absent(receipt())
        killer.join()
        clerk.rollback()
    assert lost.value.code == "sage.process_lost"
    before = company.books()
    assert before["arcash"] == company.books()["arcash"]
    assert apart.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    assert apart.post_if_absent(receipt()).outcome is PostingOutcome.EXISTS


def _kill_when_waiting(dsn: str, process: int) -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN "
        "(SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
    )
    with psycopg.connect(dsn, autocommit=True) as watch:
        for _ in range(4000):
            row = watch.execute(waiting).fetchone()
            if row and row[0]:
                break
            threading.Event().wait(0.005)
    os.kill(process, signal.SIGKILL)


def test_a_process_that_does_not_answer_is_ended(company: SampleCompany) -> None:
    slow = ApartConnector(company.dsn, profile=sample_profile(), answer_seconds=0.3)
    _freeze(slow)
    with pytest.raises(TryLater):
        slow.gl_accounts()
    assert slow._process is None
    slow.close()


def _freeze(apart: ApartConnector) -> None:
    apart._patience, patience = 60.0, apart._patience
    apart.fingerprint()
    apart._patience = patience
    os.kill(_pid(apart), signal.SIGSTOP)


def test_a_dead_or_rested_process_is_replaced_unseen(company: SampleCompany) -> None:
    made = ApartConnector(company.dsn, profile=sample_profile(), idle_seconds=0.0)
    made.fingerprint()
    first = made._process
    assert first is not None
    made.fingerprint()
    assert made._process is not first
    assert not first.is_alive
    second = _pid(made)
    made._idle = 60.0
    os.kill(second, signal.SIGKILL)
    assert made._process is not None
    made._process.running.wait(60)
    made.fingerprint()
    assert _pid(made) != second
    made.close()


@pytest.mark.parametrize(
    "data", [b"", b"[]", b'{"dsn": 1}', b"\x80\x04.", b"[" * 100_000, b'{"name": "x"}']
)
def test_what_is_no_message_is_never_read(data: bytes) -> None:
    with pytest.raises(NotUnderstood):
        unpack(Asked, data)


class _Authority:
    """A server whose certificate says `localhost`, and who signed it."""

    def __init__(self, folder: Path) -> None:
        self.issuer = Issuer("Acme root")
        self.tls: ssl.SSLContext = self.issuer.server("localhost", folder=folder)
        self.pem = self.issuer.pem.decode()


def _ask(answers: Answers, tls: ssl.SSLContext | None, trust: Trust) -> list[str]:
    """What the server hears when it is asked for the customer of no number."""
    with TdsServer(answers, tls=tls) as server:
        dsn = make_url(server.dsn).set(host="127.0.0.1").render_as_string(hide_password=False)
        sage = ApartConnector(dsn, profile=sample_profile(), trust=trust, limits=QUICK)
        try:
            sage.note_status(invoice_number="10432", status="Declined")
        finally:
            sage.close()
        return server.heard


def test_a_server_that_the_customer_s_authority_signed_is_spoken_to(tmp_path: Path) -> None:
    own = _Authority(tmp_path)
    heard = _ask(answering(_no_rows), own.tls, Trust("localhost", own.pem))
    assert any("sp_getapplock" in statement for statement in heard)


def _no_rows(_statement: str) -> Rows:
    return Rows(("none",), [])


@pytest.mark.parametrize("wrong", ["authority", "name", "no authority"])
def test_another_authority_or_name_is_told_nothing(wrong: str, tmp_path: Path) -> None:
    own = _Authority(tmp_path)
    trusts = {
        "authority": Trust("localhost", Issuer("Somebody else").pem.decode()),
        "name": Trust("books.acme.example", own.pem),
        "no authority": Trust("localhost"),
    }
    with pytest.raises((TryLater, FixConfiguration)):
        _ask(answering(), own.tls, trusts[wrong])


def test_a_server_without_encryption_is_told_nothing(tmp_path: Path) -> None:
    own = _Authority(tmp_path)
    with pytest.raises((TryLater, FixConfiguration)):
        _ask(answering(), None, Trust("localhost", own.pem))


def test_a_name_cannot_write_into_the_driver_s_settings() -> None:
    with pytest.raises(FixConfiguration):
        Trust("books\nencryption = off").settle()
