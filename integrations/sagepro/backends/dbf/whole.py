"""Taking a snapshot of a test company in FoxPro tables: its files are read, none is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from integrations.canonical.errors import FixConfiguration
from integrations.sagepro.backends.dbf.decoding import Decoder, UnreadableError, decoder_for
from integrations.sagepro.backends.dbf.fingerprint import fact
from integrations.sagepro.backends.dbf.folder import away
from integrations.sagepro.backends.dbf.header import Field
from integrations.sagepro.backends.dbf.image import Image, columns_of, read_image
from integrations.sagepro.backends.dbf.staging_shape import SHAPES
from integrations.sagepro.calibration.gathering import gather
from integrations.sagepro.calibration.snapshot import Snapshot
from integrations.sagepro.layout import Layout, layout_of

# Digits at the end of a file's name that say whose it is: `ARMAST01.DBF`.
_NUMBER = 2


def read_snapshot(folders: Sequence[Path], *, company: str, code_page: str) -> Snapshot:
    """Every table of these folders as it stands now, our own left aside.

    Of two files of one name the one in the first folder counts, as everywhere. Raises TryLater
    when a folder is out of reach, FixConfiguration for a damaged table.
    """
    return gather(_Files(folders, company=company, code_page=code_page))


class _Files:
    def __init__(self, folders: Sequence[Path], *, company: str, code_page: str) -> None:
        self._folders = folders
        self._company = company
        self._code_page = code_page
        self._images: dict[str, Image] = {}

    def layout(self) -> Layout:
        return layout_of(
            fact(name, field)
            for name in sorted(self._paths)
            for field in self._image(name).header.fields
        )

    def count(self, table: str) -> int:
        return self._image(table).header.count

    def rows(self, table: str, columns: Sequence[str]) -> Iterator[Sequence[object]]:
        image = self._image(table)
        fields = [image.header.by_name[name.upper()] for name in columns]
        in_order = sorted(fields, key=lambda field: field.offset)
        pattern = columns_of(in_order)
        places = [in_order.index(field) for field in fields]
        decoders = [self._decoder(field) for field in fields]
        for number in image.records():
            parts = pattern.unpack_from(image.data, image.at(number))
            yield [
                None if image.is_null(number, field) else _value(decode, parts[place], table, field)
                for field, decode, place in zip(fields, decoders, places, strict=True)
            ]

    @cached_property
    def _paths(self) -> dict[str, Path]:
        found: dict[str, Path] = {}
        try:
            files = [path for folder in self._folders for path in sorted(folder.iterdir())]
        except OSError as error:
            raise away() from error
        for path in files:
            name = path.stem.lower()
            if path.suffix.lower() == ".dbf" and self._is_meant(name):
                found.setdefault(name, path)
        return found

    def _is_meant(self, name: str) -> bool:
        """No table of ours, and none of another company in the same folder."""
        ending = name[-_NUMBER:]
        is_other = ending.isdigit() and ending != self._company
        return name.removesuffix(self._company) not in SHAPES and not is_other

    def _image(self, name: str) -> Image:
        if name not in self._images:
            _, self._images[name] = read_image(self._paths[name])
        return self._images[name]

    def _decoder(self, field: Field) -> Decoder:
        return decoder_for(field, wanted=field.letter, code_page=self._code_page)


def _value(decode: Decoder, data: bytes, table: str, field: Field) -> object:
    try:
        return decode(data)
    except UnreadableError as error:
        raise FixConfiguration(
            f"{table}.{field.name.lower()} holds ‘{error}’, which is not what the column is for.",
            code="sage.value_unreadable",
            remedy="Correct the record in Sage Pro.",
        ) from error
