"""`python -m integrations.sagepro.foxpro prepare|hold|status --folder F --profile P`.

`prepare` makes our tables beside the company's and puts the program there; `hold` is our half of
the lock test; `status` says whether the site may be written. None touches a live table.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.backends.dbf import site
from integrations.sagepro.foxpro.holding import PROGRAM, try_locks
from integrations.sagepro.profile import PostingProfile


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it is as it should be; 1 with one sentence on the error stream otherwise."""
    options = _parser().parse_args(arguments)
    today = datetime.now(UTC).date()
    try:
        profile = _profile(options.profile)
        if options.word == "prepare":
            return _prepare(options.folder, profile, epoch=options.epoch, today=today)
        if options.word == "hold":
            return _hold(options.folder, profile, today=today, minutes=options.minutes)
        return _status(options.folder, profile)
    except IntegrationError as error:
        return _fail(f"{error.sentence} {error.remedy}")
    except (OSError, ValueError) as error:
        return _fail(f"This cannot be read or written: {error}.")


def _prepare(folder: Path, profile: PostingProfile, *, epoch: int, today: date) -> int:
    site.prepare(folder, profile, epoch=epoch, today=today)
    shutil.copy(PROGRAM, folder / "TIEOUT.PRG")
    return _say("Our tables and TIEOUT.PRG are in the folder. Next: the self-test.")


def _hold(folder: Path, profile: PostingProfile, *, today: date, minutes: int) -> int:
    patience = timedelta(minutes=minutes)
    company = profile.company_number
    if not try_locks(folder, company, today=today, patience=patience, say=_say):
        return _fail("We got the table while Sage Pro held it: this share does not carry locks.")
    return _say("Each side kept the other out.")


def _status(folder: Path, profile: PostingProfile) -> int:
    found = site.self_test(folder, profile)
    for check in found.checks:
        _say(f"{'passed' if check.is_ok else 'MISSING'}  {check.label}. {check.sentence}")
    site.check_ready(folder, profile)
    return _say("This site may be written.")


def _profile(path: Path) -> PostingProfile:
    return PostingProfile.from_json(json.loads(path.read_text(), parse_float=Decimal))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m integrations.sagepro.foxpro")
    parser.add_argument("word", choices=["prepare", "hold", "status"])
    parser.add_argument("--folder", type=Path, required=True, help="the company's data folder")
    parser.add_argument("--profile", type=Path, required=True, help="its posting profile, as JSON")
    parser.add_argument("--epoch", type=int, default=1, help="rises with each pairing")
    parser.add_argument("--minutes", type=int, default=5, help="how long to wait for Sage Pro")
    return parser


def _say(sentence: str) -> int:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()
    return 0


def _fail(sentence: str) -> int:
    sys.stderr.write(sentence.strip() + "\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
