"""The agent's look at itself and at what it reaches, told in sentences the portal shows."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from integrations.canonical.errors import IntegrationError
from integrations.sagepro.agent import settings
from integrations.sagepro.agent.ways import Reached

_EDITIONS = {"sql": "SQL edition", "dbf": "Visual FoxPro edition"}
_LEAST_FREE = 500 * 1024 * 1024
_MOST_SKEW = timedelta(minutes=2)
_SHOWN_TABLES = 6


@dataclass(frozen=True)
class Finding:
    """One thing looked at: good, bad, or None for what is neither."""

    label: str
    sentence: str
    ok: bool | None


def examine(
    folder: Path, *, reach: Callable[[], Reached], skew: timedelta, holds: str
) -> list[Finding]:
    """Every finding, good ones included. Never raises an IntegrationError.

    `skew` is how far the portal's clock is ahead of this computer's.
    """
    chosen = settings.read(folder)
    return [
        *_sage(reach),
        *_line(chosen),
        _disk(folder),
        _clock(skew),
        _switches(holds),
    ]


def _line(chosen: settings.Settings) -> Iterator[Finding]:
    told = chosen.line.told(chosen.address)
    if told:
        yield Finding("Encryption", told, ok=True if chosen.line.is_checked else None)


def _sage(reach: Callable[[], Reached]) -> Iterator[Finding]:
    try:
        company = reach()
        yield from _company(company)
        company.take_over()
        yield Finding("Writer", "This agent is the one that writes these books.", ok=True)
    except IntegrationError as error:
        yield Finding("Sage Pro", f"{error.sentence} {error.remedy}".strip(), ok=False)


def _company(company: Reached) -> Iterator[Finding]:
    found = company.company_profile()
    edition = _EDITIONS.get(found.edition, found.edition)
    told = f"{found.name}, company {found.company_number}, {edition}."
    yield Finding("Edition", told, ok=True)
    look = company.look()
    largest = sorted(look.rows.items(), key=lambda pair: -pair[1])[:_SHOWN_TABLES]
    counts = ", ".join(f"{table} {rows:,}" for table, rows in largest)
    yield Finding("Rows", f"{counts}.", ok=True)
    yield Finding("Locks", _locks(look.locked), ok=None if look.locked else True)
    if found.edition == "dbf":
        yield Finding("Code page", f"{look.code_page}.", ok=None)
        yield from _site(company)
    else:
        yield Finding("Code page", f"The database says {look.code_page or 'nothing'}.", ok=None)


def _site(company: Reached) -> Iterator[Finding]:
    """Whether a FoxPro site was proven; the page of the connection has every check."""
    found = company.self_test()
    missing = [check.label.lower() for check in found.checks if not check.is_ok]
    told = "Its self-test has passed." if found.is_passed else f"Not proven: {', '.join(missing)}."
    yield Finding("Site", told, ok=found.is_passed)


def _locks(locked: int) -> str:
    if not locked:
        return "No customer or document is open in Sage now."
    return f"{locked:,} customers or documents are open in Sage now; postings to them wait."


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    told = f"{free // (1024 * 1024):,} MB are free for the journal."
    return Finding("Free disk", told, ok=free >= _LEAST_FREE)


def _clock(skew: timedelta) -> Finding:
    seconds = round(skew.total_seconds())
    if abs(seconds) < 2:
        return Finding("Clock", "This computer's clock agrees with the portal's.", ok=True)
    side = "behind" if seconds > 0 else "ahead of"
    told = f"This computer's clock is {abs(seconds):,} seconds {side} the portal's."
    return Finding("Clock", f"{told} Postings do not depend on it.", ok=abs(skew) <= _MOST_SKEW)


def _switches(holds: str) -> Finding:
    if holds:
        return Finding("Switches", holds, ok=None)
    return Finding("Switches", "Reading and writing are allowed on this computer.", ok=True)
