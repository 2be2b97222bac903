"""Debian's chromium for the browser tests: there already, installed now, or said to be missing."""

from __future__ import annotations

import os
import shutil
import subprocess

from portal.launch.progress import say, step

CHROMIUM = "/usr/bin/chromium"
_PACKAGE = "chromium"


def ensure() -> bool:
    """Whether chromium can be used. As root with apt-get it is installed when missing; where
    that cannot be done, one line says so and the browser tests are left out."""
    if os.access(CHROMIUM, os.X_OK):
        return True
    if not _may_install():
        say("Browser tests are skipped: there is no /usr/bin/chromium here.")
        return False
    with step("Chromium"):
        failed = _install()
    if failed or not os.access(CHROMIUM, os.X_OK):
        say(
            f"Browser tests are skipped: chromium could not be installed ({failed or 'no reason'})."
        )
        return False
    return True


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _install() -> str:
    """Empty when it worked, otherwise apt-get's last words."""
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", _PACKAGE]):
        done = subprocess.run(
            ["apt-get", "--quiet", *command],
            env=quiet,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0 and command != ["update"]:
            said = (done.stderr or done.stdout).strip().splitlines()
            return said[-1] if said else f"exit code {done.returncode}"
    return ""
