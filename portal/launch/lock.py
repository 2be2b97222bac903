"""`python3 run.py lock`: pins every requirement by version and hash, and by nothing else.

Standard library only: it runs with any Python, before there is an environment.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

from portal.launch import places

LOCKS = {"requirements.in": "requirements.txt", "requirements-dev.in": "requirements-dev.txt"}
# A lock that names a host fails where only a mirror is reachable.
_NAMES_HOST = re.compile(r"://|--(?:extra-)?index-url|--find-links|--trusted-host")


def main() -> int:
    uv = shutil.which("uv")
    if uv is None:
        print("This needs uv on the PATH; the locks are unchanged.", file=sys.stderr)
        return 1
    for source, lock in LOCKS.items():
        command = [
            uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-header",
            "--python-version", "3.11", "--upgrade", source, "--output-file", lock,
        ]  # fmt: skip
        done = subprocess.run(command, cwd=places.CHECKOUT, check=False)
        if done.returncode != 0:
            return done.returncode
        text = (places.CHECKOUT / lock).read_text()
        if names_host(text):
            print(f"{lock} names a host; it must hold versions and hashes only.", file=sys.stderr)
            return 1
        print(f"  {lock}: {text.count('==')} packages")
    return 0


def names_host(text: str) -> bool:
    """Whether a lock says where packages come from."""
    return _NAMES_HOST.search(text) is not None


if __name__ == "__main__":
    sys.exit(main())
