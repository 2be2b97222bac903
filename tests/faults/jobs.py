"""What a worker of the sweep can be told to do."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from integrations import pipeline, tasks
from tests.faults import controls
from tests.walks.world import NOON

__all__ = ["JOBS", "NOON"]


def deliver(*, tenant_id: str, subject_id: str, **_: str) -> None:
    """A drain without the doorbell's lease: as if two were answered at once."""
    pipeline.deliver(tenant_id=UUID(tenant_id), company_id=UUID(subject_id))


JOBS: dict[str, Callable[..., object]] = {
    "deliver": deliver,
    "drain": tasks.drain,
    "flag_in_transaction": controls.flag_in_transaction,
    "read_back_then_write": controls.read_back_then_write,
    "tell_without_record": controls.tell_without_record,
}
