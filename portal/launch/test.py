"""`python3 run.py test`: the whole suite on two processes; what follows goes to pytest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from portal.launch import browser, places
from portal.launch.progress import fail


def main(arguments: Sequence[str]) -> int:
    """pytest's exit code; 1 when chromium is missing and CI is set."""
    has_browser = browser.ensure()
    problem = refusal(os.environ, has_browser=has_browser)
    if problem:
        return fail(problem)
    command = pytest(arguments, has_browser=has_browser)
    return wait(
        subprocess.Popen(command, cwd=places.CHECKOUT, env=keeping_what_is_compiled(os.environ))
    )


def pytest(arguments: Sequence[str], *, has_browser: bool) -> list[str]:
    """The command. Arguments come last, so that they win over ours."""
    parallel = [] if _chooses_processes(arguments) else ["-n", "2"]
    marks = [] if _chooses_marks(arguments) else ["-m", _wanted(has_browser=has_browser)]
    return [sys.executable, "-m", "pytest", *parallel, *marks, *arguments]


def keeping_what_is_compiled(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of the suite, where Python may keep compiled files beside the sources.

    Images often forbid it, and then each of the suite's many processes compiles all of the portal
    anew, and each of its workers every test.
    """
    kept = dict(environment)
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept


def _wanted(*, has_browser: bool) -> str:
    """Long variants have a mark of their own: `python3 run.py test -m slow` runs them."""
    return "not slow" if has_browser else "not slow and not browser"


def refusal(environment: Mapping[str, str], *, has_browser: bool) -> str:
    """Why the suite may not run here, in a sentence; empty when it may."""
    if has_browser or not environment.get("CI"):
        return ""
    return "CI is set, and there the browser tests must run; install chromium."


def wait(process: subprocess.Popen[bytes]) -> int:
    """The exit code. Ctrl-C reaches pytest by itself, which needs a moment to stop its database."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def _chooses_processes(arguments: Sequence[str]) -> bool:
    return any(one.startswith(("-n", "--numprocesses", "--pdb")) for one in arguments)


def _chooses_marks(arguments: Sequence[str]) -> bool:
    return any(one == "-m" or one.startswith("-m=") for one in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
