"""The company's tables as they were last read; one is read again only when it has changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from integrations.sagepro.backends.dbf.folder import away, find
from integrations.sagepro.backends.dbf.header import LONGEST, Header, read_header
from integrations.sagepro.backends.dbf.image import Image, Sign, read_image, sign_of
from integrations.sagepro.backends.dbf.layout import Layout
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.required import NEW_CUSTOMER


@dataclass(frozen=True)
class Loaded:
    """A table's bytes with the sign they were read under, and how to read its records."""

    path: Path
    sign: Sign
    image: Image
    layout: Layout

    @cached_property
    def usual(self) -> Layout:
        """Without the columns that only a new customer needs."""
        return self.layout.narrowed([key for key in self.layout.keys if key not in NEW_CUSTOMER])


class Snapshot:
    """Opens the mapped tables of one company's folders. Safe to share between threads.

    A change of the header's date or count, of the size or of the time of the file makes a table
    read again. Over a network share the time may lag behind: whoever is about to decide on
    money calls `forget` first.
    """

    def __init__(self, folders: Sequence[Path], profile: PostingProfile) -> None:
        self.folders = tuple(folders)
        self.profile = profile
        self._loaded: dict[str, Loaded] = {}
        self._lock = threading.Lock()

    def table(self, name: str) -> Loaded:
        """The logical table as it is now.

        Raises TryLater when the folder is out of reach or the table half-written, and
        FixConfiguration when the table or a mapped column is not what the profile says.
        """
        with self._lock:
            known = self._loaded.get(name)
            if known is None or sign_of(known.path) != known.sign:
                known = self._loaded[name] = self._load(name)
            return known

    def header(self, name: str) -> Header:
        """How the logical table looks now, whether the profile fits it or not."""
        path = self.path(name)
        try:
            with path.open("rb") as file:
                return read_header(file.read(LONGEST), name=path.name)
        except OSError as error:
            raise away() from error

    def forget(self) -> None:
        """Read every table again at its next use."""
        with self._lock:
            self._loaded.clear()

    def path(self, name: str) -> Path:
        return find(self.folders, f"{self.profile.physical_table(name)}.dbf")

    def _load(self, name: str) -> Loaded:
        path = self.path(name)
        sign, image = read_image(path)
        layout = Layout(
            image,
            self.profile.table_map(name).columns,
            path=path,
            code_page=self.profile.code_page,
            turned=self.profile.turned(name),
        )
        return Loaded(path, sign, image, layout)
