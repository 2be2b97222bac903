"""python -m integrations.paytrace.recorder --out FOLDER"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

from integrations.canonical.errors import IntegrationError
from integrations.paytrace.recorder.comparing import compare
from integrations.paytrace.recorder.recording import Recording, record, write
from integrations.paytrace.recorder.sandbox import Sandbox, from_environment
from integrations.paytrace.recorder.twin import twin_of


def main() -> int:
    """0 when the sandbox answers in the simulator's shapes, 1 when not, 2 when it cannot be
    asked."""
    options = _options()
    try:
        sandbox = from_environment(os.environ)
        seen, known = _record_both(sandbox)
    except IntegrationError as error:
        _say(f"{error.sentence} {error.remedy}".strip())
        return 2
    files = write(seen, folder=options.out, recorded_at=datetime.now(UTC))
    _say(f"{len(files)} answers were written to {options.out}.")
    for name, why in seen.skipped.items():
        _say(f"left out: {name}, because {why}")
    for name, why in seen.failed.items():
        _say(f"not clear: {name}: {why}")
    found = compare(simulator=known, sandbox=seen)
    for sentence in found:
        _say(f"differs: {sentence}")
    _say("The simulator answers in another shape." if found else "No difference in shape.")
    return 1 if found else 0


def _record_both(sandbox: Sandbox) -> tuple[Recording, Recording]:
    run = secrets.token_hex(4)
    today = datetime.now(sandbox.settings.zone_info).date()
    seen = record(sandbox.settings, customer_id=sandbox.customer_id, today=today, run=run)
    with twin_of(sandbox.settings) as twin:
        known = record(
            twin.settings, customer_id=twin.customer_id, today=today, run=run, settle=twin.settle
        )
    return seen, known


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="integrations.paytrace.recorder")
    parser.add_argument("--out", type=Path, required=True)
    return parser.parse_args()


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")


if __name__ == "__main__":
    sys.exit(main())
