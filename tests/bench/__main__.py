"""`python -m tests.bench`: measures, prints a table, writes var/bench.json."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

from portal.launch import places
from portal.launch.postgres import LaunchError
from portal.launch.progress import fail, say, step
from tests.bench import commits, direct, foxpro
from tests.bench import sizes as all_sizes
from tests.bench.report import Row, table, write
from tests.bench.sizes import Sizes
from tests.bench.stage import Stage, set_stage

FILE = places.VAR / "bench.json"


def main(arguments: Sequence[str]) -> int:
    """0 when everything was measured; aims that are missed are told, not punished."""
    options = _options(arguments)
    sizes = all_sizes.BY_NAME[options.size]
    try:
        with set_stage(seconds=sizes.seconds) as stage:
            rows = _measure(stage, sizes)
    except LaunchError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return fail("Stopped.")
    write(rows, sizes=sizes, file=options.file)
    sys.stdout.write(f"\n{table(rows)}\n\n")
    say(f"Written to {options.file}. Other work on this machine lowers figures; trust ratios.")
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py bench")
    size = parser.add_mutually_exclusive_group()
    for name, help_text in (
        ("quick", "a few minutes (the default)"),
        ("full", "about an hour, with 10,000 waiting"),
        ("tiny", "whether it works; its figures mean nothing"),
    ):
        size.add_argument(
            f"--{name}", dest="size", action="store_const", const=name, help=help_text
        )
    parser.add_argument("--file", type=Path, default=FILE, help="where the figures go")
    parser.set_defaults(size="quick")
    return parser.parse_args(arguments)


def _measure(stage: Stage, sizes: Sizes) -> list[Row]:
    with step("PostgreSQL"):
        rows = commits.measure(stage, sizes)
    with step("FoxPro tables"):
        rows += foxpro.measure(sizes)
    with step("Direct way into Sage"):
        rows += direct.measure(stage, sizes)
    _enter_django(stage)
    from tests.bench import measures  # noqa: PLC0415 models can be imported only now

    return rows + measures.run(stage, sizes)


def _enter_django(stage: Stage) -> None:
    os.environ.update(stage.settings)
    django.setup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
