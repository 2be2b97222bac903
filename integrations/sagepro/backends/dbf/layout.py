"""How the mapped columns of one logical table lie in its file, checked against the profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.books import Row
from integrations.sagepro.backends.dbf import memo
from integrations.sagepro.backends.dbf.decoding import (
    Decoder,
    UnreadableError,
    blank_for,
    decoder_for,
    fits,
)
from integrations.sagepro.backends.dbf.header import Field
from integrations.sagepro.backends.dbf.image import Image, columns_of
from integrations.sagepro.backends.sentences import schema_changed
from integrations.sagepro.columns import ColumnMap
from integrations.sagepro.sensitive import is_sensitive

RECORD_NUMBER = "record_number"
"""The name by which a profile asks for the record's number, as DBF tables have no row id. Longer
than a column of a free table can be named, so it is never a site's."""


@dataclass(frozen=True)
class Column:
    """One mapped column: whose bytes to take and how to read them."""

    key: str
    field: Field
    wanted: str
    decode: Decoder

    @property
    def is_nullable(self) -> bool:
        return self.field.null_bit >= 0


class Layout:
    """Reads the mapped columns of a record, and no other byte of it."""

    def __init__(
        self,
        image: Image,
        mapped: Mapping[str, ColumnMap],
        *,
        path: Path,
        code_page: str,
        turned: frozenset[str] = frozenset(),
    ) -> None:
        """`turned` columns hold an amount with the other sign."""
        self._turned = turned
        self._image = image
        self._mapped = mapped
        self._path = path
        self._code_page = code_page
        self.numbered = [key for key, one in mapped.items() if one.name == RECORD_NUMBER]
        self.columns = [
            self._column(key, one) for key, one in mapped.items() if one.name != RECORD_NUMBER
        ]
        self._order = list(mapped)
        # Two logical columns may be one of the site's.
        fields = sorted({one.field for one in self.columns}, key=lambda field: field.offset)
        self._pattern = columns_of(fields)
        # One flat step per column: this is what reading a hundred thousand records spends.
        self._steps = [
            (one.key, one.decode, fields.index(one.field), one if one.is_nullable else None)
            for one in self.columns
        ]

    def row(self, number: int) -> Row:
        """The record of that number. Raises FixConfiguration for a value that cannot be read."""
        image = self._image
        parts = self._pattern.unpack_from(image.data, image.at(number))
        values: dict[str, object] = dict.fromkeys(self._order, number)
        for key, decode, part, nullable in self._steps:
            try:
                values[key] = decode(parts[part])
            except UnreadableError as error:
                raise self._unreadable(number, key, str(error)) from error
            if nullable and image.is_null(number, nullable.field):
                values[key] = blank_for(nullable.wanted)
        return values

    @property
    def keys(self) -> Sequence[str]:
        """The logical columns it reads."""
        return self._order

    def narrowed(self, keys: Sequence[str]) -> Layout:
        """The same table with these columns only."""
        mapped = {key: self._mapped[key] for key in keys}
        return Layout(
            self._image,
            mapped,
            path=self._path,
            code_page=self._code_page,
            turned=self._turned,
        )

    def _column(self, key: str, mapped: ColumnMap) -> Column:
        name, wanted = mapped.name, mapped.type
        if is_sensitive(name):
            raise FixConfiguration(
                f"{self._image.name}.{name} may hold card data or a password; it is never read.",
                code="sage.column_forbidden",
                field=f"{key}.name",
                remedy="Take the column out of the posting profile.",
            )
        field = self._image.header.by_name.get(name.upper())
        if field is None:
            raise schema_changed(f"Sage Pro's table {self._image.name} has no column {name}.")
        if not fits(wanted.letter, field) or (wanted.letter == "C" and field.width < wanted.width):
            raise schema_changed(
                f"{self._image.name}.{name} is {field.letter}{field.width}, and the posting "
                f"profile says {wanted}."
            )
        letter = wanted.letter
        decode = self._decoder(field, letter)
        return Column(key, field, letter, _turning(decode) if key in self._turned else decode)

    def _decoder(self, field: Field, wanted: str) -> Decoder:
        if wanted == "M":
            return self._memo
        return decoder_for(field, wanted=wanted, code_page=self._code_page)

    def _memo(self, data: bytes) -> str:
        block = memo.pointer(data)
        if not block:
            return ""
        return memo.read_memo(self._path, block).decode(self._code_page, "replace").strip(" \0")

    def _unreadable(self, number: int, key: str, shown: str) -> FixConfiguration:
        where = f"{self._image.name}.{self._mapped[key].name}"
        return FixConfiguration(
            f"Record {number} of {where} holds ‘{shown}’, which is not what the column is for.",
            code="sage.value_unreadable",
            remedy="Correct the record in Sage Pro.",
        )


def _turning(decode: Decoder) -> Decoder:
    def turned(data: bytes) -> object:
        found: Any = decode(data)
        return -found

    return turned
