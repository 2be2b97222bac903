"""A refusal as v3 says it, alone or as one item of a batch (inferred: v1's `errors`)."""

from __future__ import annotations

from integrations.paytrace.simulator.exchange import Json
from integrations.paytrace.simulator.state import RefusedError


def failure(refused: RefusedError) -> Json:
    return {
        "success": False,
        "response_code": refused.response_code,
        "errors": {str(refused.code): [f"Error {refused.code}."]},
    }
