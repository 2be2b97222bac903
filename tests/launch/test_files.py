"""What a start keeps is for its owner only, made once, and never half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from integrations.canonical.ledger_documents import Invoice, InvoiceStatus
from portal.launch import keepsakes, places, ports, private_files, processes, simulator
from portal.launch.postgres import LaunchError


def test_private_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "new" / "facts.json"
    private_files.write_json(file, {"a": 1})
    private_files.write_json(file, {"a": 2})
    assert private_files.read_json(file) == {"a": 2}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in file.parent.iterdir()] == ["facts.json"]


def test_secrets_are_made_once(tmp_path: Path) -> None:
    first = keepsakes.load(database=tmp_path / "database", file=tmp_path / "secrets.json")
    again = keepsakes.load(database=tmp_path / "database", file=tmp_path / "secrets.json")
    assert first == again
    passwords = [*first["passwords"].values(), *first["logins"].values()]
    assert len(set(passwords)) == 12
    assert min(len(one) for one in passwords) >= 16


def test_a_secret_added_later_leaves_the_others(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = keepsakes.load(database=tmp_path / "database", file=file)
    private_files.write_json(file, {**first, "logins": {"owner": "chosen-before"}})
    again = keepsakes.load(database=tmp_path / "database", file=file)
    assert again["logins"]["owner"] == "chosen-before"
    assert set(again["logins"]) == set(keepsakes.DEMO_LOGINS)
    assert again["master_keys"] == first["master_keys"]


def test_lost_secrets_of_an_existing_database_stop_the_start(tmp_path: Path) -> None:
    data = tmp_path / "database" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18")
    with pytest.raises(LaunchError, match=r"put the file back, or start clean with"):
        keepsakes.load(database=tmp_path / "database", file=tmp_path / "secrets.json")


def test_a_wanted_port_that_is_taken_is_named() -> None:
    taken = ports.listen(wanted=str(ports.free_port()))
    port = taken.getsockname()[1]
    with taken, pytest.raises(LaunchError) as refusal:
        ports.listen(wanted=str(port))
    assert str(refusal.value) == (
        f"Port {port} is taken or not allowed; free it, "
        "or leave PORT out and the next free port is used."
    )


@pytest.mark.parametrize("wanted", ["http", "0", "70000", "-1"])
def test_a_port_that_is_no_port_is_named(wanted: str) -> None:
    with pytest.raises(LaunchError, match=f"it is ‘{wanted}’"):
        ports.listen(wanted=wanted)


def test_without_a_wish_the_next_free_port_is_taken() -> None:
    with ports.listen() as first, ports.listen() as second:
        assert ports.FIRST <= first.getsockname()[1] < second.getsockname()[1]


def test_a_second_start_is_refused_while_one_runs(tmp_path: Path) -> None:
    """The lock belongs to the process, so a second process tries."""
    code = (
        "from portal.launch import lock_file, postgres\n"
        "from pathlib import Path\n"
        f"lock_file.LOCK = Path({str(tmp_path / 'run.lock')!r})\n"
        "try:\n"
        "    with lock_file.only_one(): print('mine', flush=True); input()\n"
        "except postgres.LaunchError as error: print(error)\n"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=places.CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        second = subprocess.run(
            command, cwd=places.CHECKOUT, input="\n", capture_output=True, text=True, check=True
        )
        holder.communicate("\n")
    assert second.stdout == (
        f"Tieout is already running here (process {holder.pid}); "
        "use it, or stop it with Ctrl-C in its terminal first.\n"
    )
    third = subprocess.run(
        command, cwd=places.CHECKOUT, input="\n", capture_output=True, text=True, check=True
    )
    assert third.stdout == "mine\n"


def test_a_large_log_is_kept_once_and_begun_anew(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.touch()
    os.truncate(log, processes.LARGEST_LOG + 1)
    processes.roll(log)
    assert log.stat().st_size == 0
    assert (tmp_path / "web.log.1").stat().st_size == processes.LARGEST_LOG + 1


NOTICE = {"url": "http://127.0.0.1:8000/hooks/t", "secret": "whsec_AAAA"}


def test_a_story_that_goes_on_keeps_what_was_told_and_adds_new_invoices(tmp_path: Path) -> None:
    """The simulator remembers what it paid of each invoice, so their amounts must not change."""
    file = tmp_path / "story.json"
    first = [_invoice("10432", "ACME01", "740.00"), _invoice("10433", "ACME01", "312.50")]
    begins = simulator.write_story(
        invoices=first, customers=[{"customer_id": "ACME01"}], notice=NOTICE, file=file
    )
    later = [_invoice("10433", "ACME01", "100.00"), _invoice("10600", "ZENITH", "55.10")]
    moved = {**NOTICE, "url": "http://127.0.0.1:8001/hooks/t"}
    begins_again = simulator.write_story(
        invoices=later, customers=[{"customer_id": "ZENITH"}], notice=moved, file=file
    )
    assert (begins, begins_again) == (True, False)
    assert json.loads(file.read_text()) == {
        "account": "A",
        "customers": [{"customer_id": "ACME01"}, {"customer_id": "ZENITH"}],
        "invoices": [
            {"invoice_number": "10432", "customer_id": "ACME01", "amount": "740.00"},
            {"invoice_number": "10433", "customer_id": "ACME01", "amount": "312.50"},
            {"invoice_number": "10600", "customer_id": "ZENITH", "amount": "55.10"},
        ],
        "notice": moved,
        "seconds_between": simulator.CALM_PACE,
    }


def _invoice(number: str, customer: str, balance: str) -> Invoice:
    return Invoice(
        number=number,
        customer_number=customer,
        invoice_date=date(2026, 11, 1),
        amount=Decimal(balance),
        paid=Decimal(0),
        balance=Decimal(balance),
        currency="USD",
        status=InvoiceStatus.OPEN,
    )
