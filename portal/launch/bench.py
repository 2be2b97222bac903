"""`python3 run.py bench`: hands over to the bench among the tests, whose packages it needs."""

from __future__ import annotations

import os
import sys

from portal.launch import places

if __name__ == "__main__":
    os.chdir(places.CHECKOUT)
    os.execv(sys.executable, [sys.executable, "-m", "tests.bench", *sys.argv[1:]])  # noqa: S606
