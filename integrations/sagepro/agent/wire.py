"""A job as it travels: one signed line of JSON, so that what was signed is what is done.

The key is derived from the secret that was handed out at pairing and lives as long as the
pairing; the secret itself may be exchanged meanwhile.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sagepro.agent.codec import decode, encode


class NotOurs(ValueError):  # noqa: N818 the sentence is the point
    """The job was not signed by the portal this agent is paired with, or is not a job."""


@dataclass(frozen=True)
class Job:
    """One call for the agent to make."""

    job_id: str
    sequence: int
    epoch: int
    """The pairing it was made for."""
    company_number: str
    name: str
    """The call: a name of `calls.READS` or `calls.WRITES`, or the self-test."""
    setup: str
    """The digest of the profile and fingerprint it was made under."""
    created_at: str
    expires_at: str
    """ISO 8601 with offset, on the portal's clock. Not started by then: never started."""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def is_expired(self, now: datetime) -> bool:
        """Whether it may not be started any more; `now` on the portal's clock."""
        return datetime.fromisoformat(self.expires_at) <= now


def write(job: Job) -> str:
    """The job as the one text that is signed."""
    return canonical(encode(job))


def read(body: str, *, signature: str, key: bytes) -> Job:
    """The job in `body`. Raises NotOurs unless the signature is right and it is one."""
    if not hmac.compare_digest(sign(body, key=key), signature):
        raise NotOurs("The job was not signed by the portal this agent is paired with.")
    try:
        job: Job = decode(Job, load(body))
        datetime.fromisoformat(job.expires_at)
    except ValueError as error:
        raise NotOurs("What the portal sent is not a job.") from error
    return job


def sign(body: str, *, key: bytes) -> str:
    """HMAC-SHA256 in hexadecimal."""
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def job_key(secret: str) -> bytes:
    """The key that signs the jobs of a pairing, derived from its first secret."""
    return hmac.new(secret.encode(), b"tieout agent jobs", hashlib.sha256).digest()


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(data).encode()).hexdigest()


def canonical(data: Any) -> str:
    """One text per value: sorted, without blanks."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def load(text: str | bytes) -> Any:
    """JSON with decimals as Decimal. Raises ValueError."""
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not a number")
