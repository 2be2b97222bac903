#!/usr/bin/env python3
"""Tieout's one command: makes the Python environment, then hands over to portal.launch.

Standard library only, and readable by every Python since 3.6, so that an old one can be
told what is wrong in a sentence.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
LOCKS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
FREE_MEGABYTES = {"run": 400, "dev": 900}
USAGE = """python3 run.py [word]

  (nothing)   set up and start everything; Ctrl-C stops it
  test        run the whole suite; what follows goes to pytest
  check       lint, format, types, arrows, migrations, then the suite
  bench       measure, print a table, write var/bench.json
  faults      kill and pause workers at every line of a posting
  properties  tell payments in a thousand random orders, and try every property longer
  reset       delete what a start made: database, secrets, logs
  lock        pin the requirements again (needs uv)"""
# The packages each word needs; `lock` needs none.
WORDS = {"start": "run", "reset": "run", "lock": "",
         "test": "dev", "check": "dev", "bench": "dev", "faults": "dev",
         "properties": "dev"}  # fmt: skip


class SetupError(Exception):
    """Why it cannot go on, in one sentence."""


def main(arguments: "list[str]") -> None:
    word = arguments[0] if arguments else "start"
    if word in ("-h", "--help", "help"):
        print(USAGE)
        return
    require_python(sys.version_info[:3], os.name)
    if word not in WORDS:
        raise SetupError(f"There is no word ‘{word}’.\n\n{USAGE}")
    python = prepare(WORDS[word]) if WORDS[word] else sys.executable
    os.chdir(str(HERE))
    os.execv(python, [python, "-m", f"portal.launch.{word}", *arguments[1:]])  # noqa: S606


def require_python(version: "tuple[int, ...]", system: str) -> None:
    """Raise SetupError for a Python or a system that cannot run Tieout."""
    if version[:2] < (3, 11):
        found = ".".join(str(part) for part in version)
        raise SetupError(
            f"Tieout needs Python 3.11 or newer; this is Python {found}. "
            "Start it with a newer one, for example: python3.11 run.py"
        )
    if system == "nt":
        raise SetupError("Tieout runs on Linux and macOS; on Windows, start it inside WSL.")


def prepare(wanted: str) -> str:
    """The environment's Python, with the `run` or `dev` packages installed as locked."""
    given = os.environ.get("TIEOUT_VENV")
    python = str(Path(given or str(ENVIRONMENT)) / "bin" / "python")
    # The development packages contain the others.
    if given or any(read(stamp_file(name)) == stamp(name) for name in {wanted, "dev"}):
        return python
    free = shutil.disk_usage(str(HERE)).free // 1000000
    if free < FREE_MEGABYTES[wanted]:
        needed = FREE_MEGABYTES[wanted]
        raise SetupError(f"Only {free} MB are free in {HERE}; setting up needs {needed} MB.")
    if read(stamp_file("made")) != interpreter():
        step("Python environment", make_environment)
    for name in LOCKS:
        write(stamp_file(name), "")
    step("Python packages", lambda: install(python, wanted))
    write(stamp_file(wanted), stamp(wanted))
    return python


def interpreter() -> str:
    return "{}.{}.{} {}".format(*sys.version_info[:3], Path(sys.executable).resolve())


def stamp(wanted: str) -> str:
    text = interpreter() + "".join(read(HERE / LOCKS[name]) for name in ("run", wanted))
    return hashlib.sha256(text.encode()).hexdigest()


def stamp_file(name: str) -> Path:
    return ENVIRONMENT / f"tieout-{name}"


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def make_environment() -> None:
    done = quiet(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
    uv = shutil.which("uv")
    if done.returncode != 0 and uv:
        done = quiet(uv, "venv", "--clear", "--python", sys.executable, str(ENVIRONMENT))
    if done.returncode != 0:
        missing = "ensurepip" in done.stdout or "No module named" in done.stdout
        sentence = (
            "Python's venv module is missing here; install it and start again "
            "(Debian and Ubuntu: apt install python3-venv)."
        )
        raise explained(sentence if missing else "The Python environment could not be made.", done)
    write(stamp_file("made"), interpreter())


def install(python: str, wanted: str) -> None:
    """With uv when it works (it does not read pip's configuration), otherwise with pip."""
    lock = str(HERE / LOCKS[wanted])
    uv = shutil.which("uv")
    sync = ("pip", "sync", "--quiet", "--python", python, "--require-hashes", lock)
    if uv and quiet(uv, *sync).returncode == 0:
        return
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    done = quiet(*pip, "--require-hashes", "-r", lock)
    if done.returncode != 0:
        sentence = (
            "The Python packages could not be installed; is this machine online, "
            "or pip set up for your mirror?"
        )
        raise explained(sentence, done)


def explained(sentence: str, done: "subprocess.CompletedProcess[str]") -> SetupError:
    if "No space left" in done.stdout:
        sentence = "The disk is full; free some space and start again."
    said = [line.strip() for line in done.stdout.splitlines() if line.strip()]
    return SetupError("\n  ".join([sentence, *said[-4:]]))


def quiet(*command: str) -> "subprocess.CompletedProcess[str]":
    pipe, same = subprocess.PIPE, subprocess.STDOUT
    return subprocess.run(command, stdout=pipe, stderr=same, text=True, check=False)


def step(label: str, work: "Callable[[], None]") -> None:
    print(f"  {label:<20} … ", end="", flush=True)
    started = time.monotonic()
    work()
    print(f"ready ({time.monotonic() - started:.1f} s)", flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except SetupError as error:
        sys.exit(f"\n{error}")
    except OSError as error:
        sys.exit(f"\nThe Python environment could not be made: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
