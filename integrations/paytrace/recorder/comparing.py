"""Where two recordings of the script differ in shape. Pure."""

from __future__ import annotations

from integrations.paytrace.recorder.recording import Recorded, Recording
from integrations.paytrace.recorder.shape import differences, shape_of


def compare(*, simulator: Recording, sandbox: Recording) -> list[str]:
    """One sentence per difference, by step; steps that either side left out are not compared."""
    found: list[str] = []
    for name, exchanges in sandbox.steps.items():
        known = simulator.steps.get(name)
        if known is not None:
            found += [f"{sandbox.version} {name}: {text}" for text in _step(known, exchanges)]
    return found


def _step(known: list[Recorded], seen: list[Recorded]) -> list[str]:
    """Calls of the same kind, whichever ids their paths name: an export that lags makes the
    client ask once more, and that is no difference in shape."""
    ours = {_kind(one): one for one in known}
    found: list[str] = []
    for theirs in seen:
        like = ours.get(_kind(theirs))
        if like is None:
            continue
        if like.status != theirs.status:
            found.append(f"status {theirs.status} instead of {like.status}")
        found += differences(expected=shape_of(like.answer), found=shape_of(theirs.answer))
    return list(dict.fromkeys(found))


def _kind(one: Recorded) -> tuple[str, str]:
    parts = ("{id}" if _is_id(part) else part for part in one.path.split("/"))
    return one.method, "/".join(parts)


def _is_id(part: str) -> bool:
    return part not in {"v1", "v3"} and any(letter.isdigit() for letter in part)
