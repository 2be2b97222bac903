"""The recorder: pointed at the simulator it finds no difference, at a changed one it names it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.canonical.errors import FixConfiguration
from integrations.paytrace.recorder.comparing import compare
from integrations.paytrace.recorder.recording import Recording, record, write
from integrations.paytrace.recorder.sandbox import from_environment
from integrations.paytrace.recorder.script import STEPS
from integrations.paytrace.recorder.shape import differences, shape_of
from tests.paytrace.bench import PASSWORD, Bench, bench, renew, simulator
from tests.paytrace.renaming import renaming
from tests.paytrace.simulator_process import ROOT

__all__ = ["bench", "simulator"]

TODAY = date(2026, 3, 10)


BANK_ACCOUNTS = {"bank_customer_create", "bank_customer", "bank_customer_delete"}


def recorded(bench: Bench, url: str = "", *, can_settle: bool = True) -> Recording:
    settings = bench.settings(base_url=url or bench.simulator.url)
    settle = bench.settle if can_settle else None
    paid = datetime(2026, 3, 9, 20, tzinfo=UTC).isoformat()
    bench.simulator.control(
        "ach", account="acme", amount="5.00", status="settled", created_at=paid, settled_at=paid
    )
    return record(settings, customer_id=bench.customer_id, today=TODAY, run="ab12", settle=settle)


@pytest.fixture
def known(bench: Bench) -> Recording:
    """What the simulator answers; the account is new again afterwards."""
    kept = recorded(bench)
    renew(bench.simulator)
    return kept


def test_the_simulator_differs_in_nothing_from_itself(bench: Bench, known: Recording) -> None:
    again = recorded(bench)
    assert (again.failed, compare(simulator=known, sandbox=again)) == ({}, [])
    # It is settled by hand here, so that step makes no call.
    assert set(again.steps) | set(again.skipped) | {"settle"} == set(STEPS)
    assert (
        set(again.skipped)
        == {
            "v1": {
                "adjust",
                "several",
                "ach_list",
                "ach_deposits",
                "ach_deposit_lines",
                "hosted_invoice",
                "user",
                *BANK_ACCOUNTS,
            },
            "v3": {"recurring_list"},
        }[bench.version]
    )


@pytest.mark.parametrize(
    ("old", "new"), [("approval_code", "approvalCode"), ("net_amount", "batch_net")]
)
def test_a_renamed_field_is_named(bench: Bench, known: Recording, old: str, new: str) -> None:
    with renaming(bench.simulator.url, old=old, new=new) as url:
        seen = recorded(bench, url)
    told = compare(simulator=known, sandbox=seen)
    if old == "approval_code":
        prefix = "" if bench.version == "v1" else "data."
        assert f"{bench.version} sale_approved: {prefix}{old} is missing" in told
        assert f"{bench.version} sale_approved: {prefix}{new} is new: a text" in told
    assert told
    assert all(old in text or new in text for text in told)


def test_another_status_is_told(bench: Bench, known: Recording) -> None:
    seen = recorded(bench)
    refusal = seen.steps["sale_unknown_customer"]
    seen.steps["sale_unknown_customer"] = [
        type(one)(one.method, one.path, 200, one.answer) for one in refusal
    ]
    (told,) = compare(simulator=known, sandbox=seen)
    assert told.startswith(f"{bench.version} sale_unknown_customer: status 200 instead of 4")


def test_what_cannot_be_done_is_left_out_with_its_reason(bench: Bench) -> None:
    seen = recorded(bench, can_settle=False)
    if bench.version == "v1":
        assert "settle" in seen.steps
        return
    assert seen.skipped["settle"] == "API v3 has no call to settle; the evening does it"
    assert "run it again tomorrow" in seen.skipped["refund"]


def test_a_refused_login_ends_it_after_one_attempt(bench: Bench) -> None:
    bench.account(users=[{"username": "api_user", "password": "another"}])
    with pytest.raises(FixConfiguration):
        recorded(bench)
    assert bench.calls()["logins"] == {"api_user": {"accepted": 0, "refused": 1}}


def test_fixtures_say_where_they_come_from_and_hold_no_secret(
    bench: Bench, known: Recording, tmp_path: Path
) -> None:
    files = write(known, folder=tmp_path, recorded_at=datetime(2026, 3, 10, tzinfo=UTC))
    assert [file.name for file in files] == [f"{bench.version}_{name}.json" for name in known.steps]
    whole = "\n".join(file.read_text() for file in files)
    for secret in (PASSWORD, "api_user", "777001", "tieout12"):
        assert secret not in whole
    sale = json.loads((tmp_path / f"{bench.version}_sale_approved.json").read_text())
    assert (sale["source"], sale["kind"], sale["status"]) == (
        "PayTrace sandbox, recorded 2026-03-10",
        "recorded",
        200,
    )


def test_the_command_says_that_nothing_differs(bench: Bench, tmp_path: Path) -> None:
    ended = _command(bench, tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.endswith("No difference in shape.\n")
    assert PASSWORD not in ended.stdout + ended.stderr
    assert (tmp_path / f"{bench.version}_sale_approved.json").exists()


def _command(bench: Bench, folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    account = {
        "PAYTRACE_API_VERSION": bench.version,
        "PAYTRACE_BASE_URL": bench.simulator.url,
        "PAYTRACE_USERNAME": "api_user",
        "PAYTRACE_PASSWORD": PASSWORD,
        "PAYTRACE_MERCHANT_ID": "777001",
        "PAYTRACE_INTEGRATOR_ID": "tieout12",
        "PAYTRACE_CUSTOMER_ID": bench.customer_id,
    }
    return subprocess.run(
        [sys.executable, "-m", "integrations.paytrace.recorder", "--out", str(folder)],
        cwd=ROOT,
        env={**os.environ, **account, **changes},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PAYTRACE_USERNAME": ""}, "Set PAYTRACE_USERNAME in the environment"),
        ({"PAYTRACE_API_VERSION": "v2"}, "v1 or v3"),
        (
            {"PAYTRACE_BASE_URL": "https://api.paytrace.com"},
            "never speaks to",
        ),
        ({"PAYTRACE_INTEGRATOR_ID": "thirteen-char"}, "at most 12"),
    ],
)
def test_an_environment_that_cannot_be_used_is_told(changes: dict[str, str], words: str) -> None:
    given = {
        "PAYTRACE_API_VERSION": "v1",
        "PAYTRACE_USERNAME": "u",
        "PAYTRACE_PASSWORD": "p",
        "PAYTRACE_INTEGRATOR_ID": "i",
        "PAYTRACE_CUSTOMER_ID": "c",
    }
    with pytest.raises(FixConfiguration, match=words):
        from_environment({**given, **changes})
    assert from_environment(given).settings.base_url == "https://api.sandbox.paytrace.com"


# Shapes

WHOLE: Any = {"a": 1, "rows": [{"id": "x", "n": 1}, {"id": "y"}], "o": {"p": None}}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (WHOLE, []),
        ({"a": 2, "rows": [{"id": "z", "n": 5}], "o": {"p": None}}, []),
        ({"a": 1, "rows": [], "o": {"p": None}}, []),
        ({"a": "1", "rows": [], "o": {"p": None}}, ["a is a text instead of a number"]),
        ({"a": 1, "rows": []}, ["o is missing"]),
        (
            {"a": 1, "rows": [{"id": "x", "extra": True, "n": 1}], "o": {"p": None}},
            ["rows[].extra is new: yes or no"],
        ),
    ],
)
def test_shapes_are_compared_by_names_and_kinds(found: Any, told: list[str]) -> None:
    assert differences(expected=shape_of(WHOLE), found=shape_of(found)) == told
