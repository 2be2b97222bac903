"""What became of an instruction at PayTrace, as the rows will say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from integrations.instructions.models import InstructionState
from integrations.paytrace.vault import VaultCustomer

NEVER_ARRIVED = "paytrace.never_arrived"
ROW_REFUSED = "sage.row_refused"
PERSON_NEEDED = "instruction.person_needed"


@dataclass(frozen=True)
class Outcome:
    """The state to move to and why. `result_id` is PayTrace's id of what was made."""

    state: InstructionState
    """DONE, DECLINED, REFUSED, UNKNOWN; READY when surely nothing was done and waiting helps."""
    code: str = ""
    sentence: str = ""
    result_id: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    after: timedelta | None = None
    """How long to wait before sending it, or asking about it, again."""
    customer: VaultCustomer | None = None
    """The stored customer that was made along the way."""
    address: str = field(default="", repr=False)
    """Where the page is that was made; whoever has it can pay."""
    on: date | None = None
    """Of a plan that was ended: the last day on which it may have charged."""

    @property
    def is_ended(self) -> bool:
        return self.state in ENDS


ENDS = frozenset({InstructionState.DONE, InstructionState.DECLINED, InstructionState.REFUSED})
