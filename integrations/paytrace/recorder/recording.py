"""Play the script against one account and keep what it answers, redacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.paytrace import wire
from integrations.paytrace.client import PayTraceClient, connect
from integrations.paytrace.http import CallRecord
from integrations.paytrace.recorder.script import STEPS, Scene, SkippedError, play
from integrations.paytrace.settings import PayTraceSettings
from integrations.paytrace.tokens import MemoryTokens

_LOGIN_REFUSED = frozenset({"paytrace.login_refused", "paytrace.user_locked"})


@dataclass(frozen=True)
class Recorded:
    """One exchange, as it may be kept."""

    method: str
    path: str
    status: int | None
    answer: Any


@dataclass
class Recording:
    """What each step answered, why steps were left out, and what went wrong."""

    version: str
    steps: dict[str, list[Recorded]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def record(
    settings: PayTraceSettings,
    *,
    customer_id: str,
    today: date,
    run: str,
    settle: Callable[[], None] | None = None,
) -> Recording:
    """Play every step once. Raises FixConfiguration when the login is refused: nothing is tried
    a second time, because four failures lock the user. Everything else that goes wrong is noted.
    """
    kept = Recording(settings.api_version)
    seen: list[CallRecord] = []
    client = connect(settings, tokens=MemoryTokens(), observe=seen.append)
    scene = Scene(client, customer_id, today, run, settle or _settle_with(client, settings))
    for name, step in STEPS.items():
        seen.clear()
        try:
            why = play(step, scene)
        except IntegrationError as error:
            if isinstance(error, FixConfiguration) and error.code in _LOGIN_REFUSED:
                raise
            kept.failed[name] = error.sentence
            why = ""
        if why:
            kept.skipped[name] = why
        elif seen:
            kept.steps[name] = [_keep(one, settings) for one in seen]
    client.close()
    return kept


def write(recording: Recording, *, folder: Path, recorded_at: datetime) -> list[Path]:
    """One fixture file per step, saying where it comes from."""
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write_one(folder / f"{recording.version}_{name}.json", exchanges, recorded_at)
        for name, exchanges in recording.steps.items()
    ]


def _write_one(file: Path, exchanges: list[Recorded], recorded_at: datetime) -> Path:
    last = exchanges[-1]
    fixture = {
        "source": f"PayTrace sandbox, recorded {recorded_at:%Y-%m-%d}",
        "kind": "recorded",
        "call": f"{last.method} {last.path}",
        "status": last.status,
        "payload": last.answer,
    }
    file.write_text(wire.dumps(fixture) + "\n")
    return file


def _settle_with(client: PayTraceClient, settings: PayTraceSettings) -> Callable[[], None]:
    def settle() -> None:
        if settings.api_version != "v1":
            raise SkippedError("API v3 has no call to settle; the evening does it")
        client.cards.settle()

    return settle


def _keep(one: CallRecord, settings: PayTraceSettings) -> Recorded:
    """The exchange without anything that says whose account it is."""
    own = {
        settings.username: "USER",
        settings.merchant_id: "MERCHANT",
        settings.integrator_id: "INTEGRATOR",
    }
    return Recorded(
        method=one.method,
        path=_without(one.path, own),
        status=one.status,
        answer=_scrubbed(one.response, own),
    )


def _scrubbed(value: Any, own: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _scrubbed(member, own) for key, member in value.items()}
    if isinstance(value, list):
        return [_scrubbed(member, own) for member in value]
    return _without(value, own) if isinstance(value, str) else value


def _without(text: str, own: Mapping[str, str]) -> str:
    for word, instead in own.items():
        if word:
            text = text.replace(word, instead)
    return text
