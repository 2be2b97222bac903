"""run.py says in one sentence what keeps it from setting up."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import run
from portal.launch import lock, places
from portal.launch.test import keeping_what_is_compiled, refusal
from portal.launch.test import pytest as pytest_command


@pytest.mark.parametrize("version", [(3, 6, 9), (3, 9, 2), (3, 10, 14)])
def test_an_old_python_is_told_what_is_needed(version: tuple[int, ...]) -> None:
    with pytest.raises(run.SetupError) as refusal:
        run.require_python(version, "posix")
    found = ".".join(str(part) for part in version)
    assert str(refusal.value) == (
        f"Tieout needs Python 3.11 or newer; this is Python {found}. "
        "Start it with a newer one, for example: python3.11 run.py"
    )


def test_windows_is_told_where_it_runs() -> None:
    with pytest.raises(run.SetupError, match="on Windows, start it inside WSL"):
        run.require_python((3, 12, 0), "nt")


def test_pythons_since_3_6_can_read_run_py() -> None:
    source = (places.CHECKOUT / "run.py").read_text()
    assert ast.parse(source, feature_version=(3, 6))
    assert "from __future__ import annotations" not in source


def test_an_unknown_word_ends_with_the_list_of_words() -> None:
    done = _run("fly")
    assert done.returncode == 1
    assert "There is no word ‘fly’." in done.stderr
    assert run.USAGE in done.stderr


def test_help_names_every_word() -> None:
    done = _run("help")
    assert (done.returncode, done.stdout.strip()) == (0, run.USAGE)
    assert all(f"  {word} " in run.USAGE for word in run.WORDS if word != "start")


def test_an_environment_without_venv_module_is_named(tmp_path: Path) -> None:
    done = subprocess.CompletedProcess([], 1, stdout="Error: ensurepip is not available\n")
    sentence = str(run.explained("Python's venv module is missing here", done))
    assert sentence == "Python's venv module is missing here\n  Error: ensurepip is not available"


def test_a_full_disk_is_named_whatever_failed() -> None:
    said = "ERROR: Could not install packages: [Errno 28] No space left on device\n"
    done = subprocess.CompletedProcess([], 1, stdout=said)
    first, second = str(run.explained("The packages could not be installed.", done)).split("\n")
    assert first == "The disk is full; free some space and start again."
    assert second == f"  {said.strip()}"


def test_the_locks_name_no_host() -> None:
    for name in lock.LOCKS.values():
        assert not lock.names_host((places.CHECKOUT / name).read_text())


@pytest.mark.parametrize(
    "line",
    ["--index-url https://a.example/simple", "x @ https://a.example/x.whl", "--find-links /mirror"],
)
def test_a_lock_that_names_a_host_is_noticed(line: str) -> None:
    assert lock.names_host(f"{line}\nx==1\n")


def test_pytest_runs_on_two_processes_and_gets_what_follows() -> None:
    assert pytest_command(["-k", "money"], has_browser=True)[1:] == [
        "-m", "pytest", "-n", "2", "-m", "not slow", "-k", "money",
    ]  # fmt: skip


def test_a_chosen_number_of_processes_is_kept() -> None:
    assert pytest_command(["-n0"], has_browser=True)[1:] == [
        "-m", "pytest", "-m", "not slow", "-n0",
    ]  # fmt: skip


def test_without_chromium_the_browser_tests_are_left_out() -> None:
    assert pytest_command([], has_browser=False)[1:] == [
        "-m", "pytest", "-n", "2", "-m", "not slow and not browser",
    ]  # fmt: skip


def test_the_long_variants_run_when_they_are_asked_for() -> None:
    assert pytest_command(["-m", "slow"], has_browser=True)[1:] == [
        "-m", "pytest", "-n", "2", "-m", "slow",
    ]  # fmt: skip


def test_under_ci_a_missing_chromium_is_a_failure() -> None:
    assert refusal({"CI": "1"}, has_browser=False) == (
        "CI is set, and there the browser tests must run; install chromium."
    )
    assert refusal({"CI": "1"}, has_browser=True) == ""
    assert refusal({}, has_browser=False) == ""


def test_the_suite_s_processes_may_keep_what_python_compiles() -> None:
    given = {"CI": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    assert keeping_what_is_compiled(given) == {"CI": "1"}
    assert given["PYTHONDONTWRITEBYTECODE"] == "1"


def test_ci_runs_the_same_command() -> None:
    script = places.CHECKOUT / ".ci" / "run"
    assert script.read_text() == "#!/usr/bin/env bash\nCI=1 exec python3 run.py test\n"
    assert os.access(script, os.X_OK)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "run.py", *arguments],
        cwd=places.CHECKOUT,
        env={**os.environ, "TIEOUT_VENV": sys.prefix},
        capture_output=True,
        text=True,
        check=False,
    )
