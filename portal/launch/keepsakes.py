"""What is made once and kept: keys and passwords in var/secrets.json, for their owner only."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

from portal.launch import places, private_files
from portal.launch.databases import APP, MIGRATOR, SUPPORT
from portal.launch.postgres import LaunchError
from portal.launch.private_files import Facts

SECRETS = places.VAR / "secrets.json"
# Who signs in to the demo: the name of the place, and the address.
DEMO_LOGINS = {
    "owner": "owner@northwind.example",
    "accountant": "accountant@northwind.example",
    "viewer": "viewer@northwind.example",
    "lakeside_owner": "owner@lakeside.example",
    "support": "support@tieout.example",
}


def load(*, database: Path, file: Path = SECRETS) -> Facts:
    """The kept secrets; what is missing is made now.

    Raises LaunchError when the file is gone but the embedded `database` it belongs to is
    not: nothing sealed in there could be opened again.
    """
    kept = private_files.read_json(file)
    if not kept and (database / "data" / "PG_VERSION").exists():
        raise LaunchError(
            f"{file} is gone but the database it belongs to is still in {database}; "
            "put the file back, or start clean with: python3 run.py reset"
        )
    made = _made()
    complete = made | kept
    for group in ("passwords", "logins"):
        complete[group] = made[group] | kept.get(group, {})
    if complete != kept:
        save(complete, file=file)
    return complete


def save(kept: Facts, *, file: Path = SECRETS) -> None:
    private_files.write_json(file, kept)


def _made() -> Facts:
    return {
        "secret_key": secrets.token_urlsafe(48),
        "master_keys": "v1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "passwords": {
            name: secrets.token_urlsafe(24)
            for name in (
                MIGRATOR,
                APP,
                SUPPORT,
                "sage_owner",
                "sage_connector",
                "gateway",
                "disputes",
            )
        },
        "logins": {place: _readable_password() for place in DEMO_LOGINS},
    }


def _readable_password() -> str:
    """Easy to type from a terminal into a browser: no look-alikes, about 71 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    blocks = ("".join(secrets.choice(letters) for _ in range(5)) for _ in range(3))
    return "-".join(blocks)
