"""The agent's signature under a self-test, so that the portal counts no other one.

A test that another agent made, for another pairing or company, under another posting profile,
or long ago does not carry it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.sagepro.agent import wire
from integrations.sagepro.agent.codec import encode
from integrations.sagepro.agent.wire import Job
from integrations.sagepro.self_test import SelfTest

# A result is looked at within minutes of the look; clocks may differ by as much again.
LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class Bond:
    """What a self-test is for: one company, one pairing, one posting profile."""

    company_number: str
    epoch: int
    setup: str


def sealed(answer: Mapping[str, Any], job: Job, *, key: bytes, now: datetime) -> dict[str, Any]:
    """The answer to a self-test, dated and signed. `now` on the portal's clock."""
    value = {**answer["value"], "made_at": now.isoformat()}
    bond = Bond(job.company_number, job.epoch, job.setup)
    return {"value": {**value, "seal": _seal(value, bond, key=key)}}


def is_good(found: SelfTest, bond: Bond, *, key: bytes, now: datetime) -> bool:
    """Whether this very result was signed for `bond`, and not long ago."""
    wanted = _seal(encode(found), bond, key=key)
    if not hmac.compare_digest(found.seal, wanted):
        return False
    return abs(now - datetime.fromisoformat(found.made_at)) <= LASTS


def _seal(value: Mapping[str, Any], bond: Bond, *, key: bytes) -> str:
    told = {name: value[name] for name in ("server", "checks", "made_at")}
    return wire.sign(wire.canonical({"self_test": told, "bond": encode(bond)}), key=key)
