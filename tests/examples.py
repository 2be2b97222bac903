"""How many examples of a property are tried: more under `python3 run.py properties`."""

from __future__ import annotations

import os

from portal.launch.properties import TIMES


def examples(usual: int) -> int:
    """`usual` in the suite, and a multiple of it where the word was given."""
    return usual * int(os.environ.get(TIMES, "1"))
