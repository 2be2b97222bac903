"""Bars for the last days, worked out here and drawn as SVG by the template. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from integrations.posting.queries import DayShare
from integrations.posting.words import Tone

WIDTH = 700
HEIGHT = 150
_TOP = 14
_BASE = 128
_LEFT = 0
# Stacked from the axis upwards.
TONES = (Tone.GOOD, Tone.MOVING, Tone.WAITING, Tone.ATTENTION)


@dataclass(frozen=True)
class Segment:
    tone: Tone
    y: float
    height: float


@dataclass(frozen=True)
class Bar:
    """One day: its place on the axis, its segments, and the numbers for the table."""

    day: date
    x: float
    width: float
    middle: float
    segments: tuple[Segment, ...]
    amounts: tuple[Decimal, ...]
    """By tone, in the order of TONES."""
    total: Decimal
    count: int


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    top: Decimal
    """The amount the highest bar stands for."""
    width: int = WIDTH
    height: int = HEIGHT
    base: int = _BASE

    @property
    def is_empty(self) -> bool:
        return all(bar.count == 0 for bar in self.bars)


def chart(shares: Sequence[DayShare], *, days: int, today: date) -> Chart:
    """One bar for each of the last `days` days, the days without payments included."""
    wanted = [today - timedelta(days=back) for back in reversed(range(days))]
    sums = {day: dict.fromkeys(TONES, Decimal(0)) for day in wanted}
    counts = dict.fromkeys(wanted, 0)
    for share in shares:
        if share.day in sums:
            tone = share.word.tone if share.word.tone in TONES else Tone.GOOD
            sums[share.day][tone] += share.amount
            counts[share.day] += share.count
    top = max((sum(parts.values(), Decimal(0)) for parts in sums.values()), default=Decimal(0))
    slot = (WIDTH - _LEFT) / days
    bars = tuple(
        _bar(day, sums[day], counts[day], x=_LEFT + index * slot, slot=slot, top=top)
        for index, day in enumerate(wanted)
    )
    return Chart(bars, top)


def _bar(
    day: date, parts: dict[Tone, Decimal], count: int, *, x: float, slot: float, top: Decimal
) -> Bar:
    y = float(_BASE)
    segments: list[Segment] = []
    for tone in TONES:
        if parts[tone] > 0:
            height = max(float(parts[tone] / top) * (_BASE - _TOP), 1.5)
            y -= height
            segments.append(Segment(tone, round(y, 2), round(height, 2)))
    return Bar(
        day=day,
        x=round(x + slot * 0.18, 2),
        width=round(slot * 0.64, 2),
        middle=round(x + slot / 2, 2),
        segments=tuple(segments),
        amounts=tuple(parts[tone] for tone in TONES),
        total=sum(parts.values(), Decimal(0)),
        count=count,
    )
