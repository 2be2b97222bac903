"""Taking a snapshot of a test company through SQL; nothing is written there.

A column named like card data is not read at all; a text column in which any value looks like
a card number is left out whole, and both are said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, column, func, select, table

from integrations.canonical.errors import NeverWorks
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends import fingerprint
from integrations.sagepro.backends.preamble import Limits
from integrations.sagepro.backends.session import open_session
from integrations.sagepro.calibration.snapshot import Row, Snapshot, plain
from integrations.sagepro.layout import Shape, layout_of
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sensitive import is_sensitive

MOST_ROWS = 20_000
"""A larger table is not a test company's."""
_LONGEST_TEXT = 254
_CARD_DIGITS = 12


def take_snapshot(dsn: str, *, profile: PostingProfile, limits: Limits | None = None) -> Snapshot:
    """Every table of the company's schema as it stands now, our own record left aside.

    Raises TryLater and FixConfiguration as a connector does, NeverWorks for a company without
    tables that this login may see.
    """
    session = open_session(dsn, company=profile.company_number, limits=limits or Limits())
    try:
        with session.reading() as connection:
            return _read(connection, profile)
    finally:
        session.engine.dispose()


def _read(connection: Connection, profile: PostingProfile) -> Snapshot:
    facts = fingerprint.read_all(connection, schema=profile.database_schema)
    layout = dict(layout_of(facts))
    layout.pop(profile.physical_table("postings"), None)
    if not layout:
        raise NeverWorks(
            "This login sees no table in the company.",
            code="sage.permission",
            remedy="For calibration, let it read every table of the test company.",
        )
    rows: dict[str, list[Row]] = {}
    kept: dict[str, dict[str, Shape]] = {}
    skipped: list[str] = []
    for name, columns in sorted(layout.items()):
        read = _columns(name, columns, skipped)
        if _is_too_large(connection, profile, name, skipped) or not read:
            continue
        found = _rows(connection, profile, name, read)
        shaped = _card_shaped(found)
        skipped += [f"{name}.{each} holds what looks like card numbers." for each in shaped]
        kept[name] = {each: of for each, of in columns.items() if not is_sensitive(each)}
        rows[name] = [{c: v for c, v in row.items() if c not in shaped} for row in found]
    return Snapshot(kept, rows, tuple(skipped))


def _columns(name: str, columns: Mapping[str, Shape], skipped: list[str]) -> dict[str, Shape]:
    """The columns that may be read: short texts, numbers, dates and yes-or-no, by their names."""
    read: dict[str, Shape] = {}
    for each, shape in columns.items():
        if is_sensitive(each):
            skipped.append(f"{name}.{each} is named like card data or a password.")
        elif _is_plain(shape):
            read[each] = shape
    return read


def _is_plain(shape: Shape) -> bool:
    if shape.is_text:
        # Long texts are nobody's key; what people wrote there is none of our business.
        return shape.width.isdecimal() and int(shape.width) <= _LONGEST_TEXT
    return shape.is_number or shape.is_date or shape.is_logical


def _is_too_large(
    connection: Connection, profile: PostingProfile, name: str, skipped: list[str]
) -> bool:
    of = table(name, schema=profile.database_schema or None)
    count = connection.execute(select(func.count()).select_from(of)).scalar_one()
    if count > MOST_ROWS:
        skipped.append(f"{name} has {count:,} rows, more than a test company's table.")
    return bool(count > MOST_ROWS)


def _rows(
    connection: Connection, profile: PostingProfile, name: str, read: dict[str, Shape]
) -> list[Row]:
    of = table(name, *map(column, read), schema=profile.database_schema or None)
    names = list(read)
    found = connection.execute(select(*(of.c[each] for each in names)))
    return [dict(zip(names, map(plain, values), strict=True)) for values in found]


def _card_shaped(rows: list[Row]) -> set[str]:
    return {name for row in rows for name, text in _long_digits(row) if redact_text(text) != text}


def _long_digits(row: Row) -> Iterator[tuple[str, str]]:
    for name, text in row.items():
        if text and len(text) > _CARD_DIGITS and sum(map(str.isdigit, text)) > _CARD_DIGITS:
            yield name, text
