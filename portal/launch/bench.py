"""`python3 run.py bench`: the code is with the tests, because it needs their packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from portal.launch import places


def main(arguments: Sequence[str]) -> int:
    """The bench's exit code; Ctrl-C reaches it by itself, and it needs a moment to stop."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench", *arguments], cwd=places.CHECKOUT
    )
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
