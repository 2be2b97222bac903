"""Which column holds what: told by the values that a person keyed and Sage wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from integrations.sagepro.calibration.notes import Notes
from integrations.sagepro.calibration.snapshot import Row, Value
from integrations.sagepro.column_words import column_label
from integrations.sagepro.columns import ColumnType
from integrations.sagepro.layout import Layout, Shape
from integrations.sagepro.profile_words import TABLES
from integrations.sagepro.required import REQUIRED

BLANKS = frozenset({"", "0", "false"})
_MONEY_DECIMALS, _MONEY_DIGITS = "4", 18
_MOST_EVIDENCE = 4


@dataclass(frozen=True)
class Sample:
    """A row in which a column must hold a value, and which transaction says so."""

    row: Row
    expected: str
    told_by: str


@dataclass
class Columns:
    """The columns of one table as they are found; each is used once."""

    role: str
    table: str
    layout: Layout
    present: Mapping[str, str]
    """Logical → physical column of the present profile, where the table still has it."""
    notes: Notes
    names: dict[str, str] = field(default_factory=dict)

    def find(self, key: str, samples: Iterable[Sample], *, like: Callable[[Shape], bool]) -> str:
        """The column that held what was expected in every sample."""
        told = list(samples)
        fits = [name for name in self._free(like) if all(_holds(s, name) for s in told)]
        is_telling = any(s.expected.strip() not in BLANKS for s in told)
        present = self.present.get(key, "")
        if not is_telling:
            fits = [present] if present in fits else []
        is_required = key in REQUIRED[self.role] and bool(told)
        evidence = [_said(s, present, fits) for s in told if is_telling]
        return self._take(key, fits, evidence, is_required=is_required)

    def claim(self, key: str, fits: Sequence[str], evidence: Sequence[str]) -> str:
        """One of the columns that fit, found in another way."""
        free = [name for name in fits if name not in self.names.values()]
        return self._take(key, free, evidence, is_required=key in REQUIRED[self.role])

    def keep_present(self, *keys: str) -> None:
        """What nothing keyed can show stays as the present profile says, where it still exists."""
        for key in keys:
            name = self.present.get(key, "")
            if name and key not in self.names and name not in self.names.values():
                self.names[key] = name

    def _take(
        self, key: str, fits: Sequence[str], evidence: Sequence[str], *, is_required: bool
    ) -> str:
        fits = self._not_another_s(key, fits)
        label = f"{TABLES[self.role].label}, {column_label(self.role, key).lower()}"
        chosen = self.notes.choose(
            f"{self.role}.{key}",
            label,
            [f"{self.table}.{name}" for name in fits],
            present=f"{self.table}.{self.present.get(key, '')}",
            evidence=evidence[:_MOST_EVIDENCE],
            is_required=is_required,
        ).rpartition(".")[2]
        if chosen:
            self.names[key] = chosen
        return chosen

    def _not_another_s(self, key: str, fits: Sequence[str]) -> Sequence[str]:
        """What the present profile uses for something else comes into question last."""
        others = {name for each, name in self.present.items() if each != key}
        return [name for name in fits if name not in others] or fits

    def _free(self, like: Callable[[Shape], bool]) -> Iterator[str]:
        for name, shape in self.layout[self.table].items():
            if like(shape) and name not in self.names.values():
                yield name


def _holds(sample: Sample, name: str) -> bool:
    value = sample.row.get(name)
    return value is not None and value.strip() == sample.expected.strip()


def _said(sample: Sample, present: str, fits: Sequence[str]) -> str:
    name = present if present in fits else (fits[0] if fits else "")
    return f"{sample.told_by}: {name} holds {sample.expected.strip() or 'nothing'}."


def is_text(shape: Shape) -> bool:
    return shape.is_text


def is_number(shape: Shape) -> bool:
    return shape.is_number


def is_whole(shape: Shape) -> bool:
    return shape.is_number and shape.decimals in {"", "0"}


def is_date(shape: Shape) -> bool:
    return shape.is_date


def stored_type(shape: Shape) -> ColumnType | None:
    """The FoxPro type that writes such a column; None when there is none."""
    if shape.is_text:
        return _text_type(shape)
    if shape.is_logical or shape.is_date:
        return ColumnType("L" if shape.is_logical else "D")
    if not shape.is_number:
        return None
    if is_whole(shape) and shape.type not in {"numeric", "decimal"}:
        return ColumnType("I")
    if shape.decimals == _MONEY_DECIMALS and int(shape.digits or 0) >= _MONEY_DIGITS:
        return ColumnType("Y")
    return ColumnType("N", int(shape.digits or 0), int(shape.decimals or 0))


def _text_type(shape: Shape) -> ColumnType:
    width = int(shape.width) if shape.width.isdecimal() else 0
    is_fixed = "var" not in shape.type and shape.type != "text"
    return ColumnType("C" if is_fixed else "V", width) if 0 < width < 1000 else ColumnType("M")


def is_right_justified(values: Iterable[Value], *, width: int) -> bool | None:
    """Whether keys stand at the right of their column; None when all of them fill it."""
    short = [value for value in values if value and len(value.strip()) < width]
    if not short:
        return None
    return all(value[0] == " " and len(value) == width for value in short)


def amount(value: Decimal) -> str:
    """As a snapshot writes it."""
    return f"{value.normalize():f}" if value else "0"
