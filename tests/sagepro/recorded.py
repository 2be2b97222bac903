"""What the connector asks of a company's database, as SQL Server would be asked it.

The statements are taken while they run on PostgreSQL, as SQLAlchemy's expressions before any
product's words, and are then written in SQL Server's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, Engine, Insert, Update, event
from sqlalchemy.dialects.mssql.pymssql import MSDialect_pymssql
from sqlalchemy.sql.visitors import cloned_traverse

from integrations.sagepro.backends.preamble import MssqlPreamble

_SQL_SERVER = MSDialect_pymssql(paramstyle="pyformat")  # type: ignore[no-untyped-call]
_CLOCK = ("added_date", "added_time")


@dataclass
class Recorder:
    """Listens to one engine; transactions are told by their beginning and end.

    One that only reads is committed on PostgreSQL and rolled back on SQL Server.
    """

    lines: list[str] = field(default_factory=list)
    _is_open: bool = False
    _only_reads: bool = False

    @contextmanager
    def listening(self, engine: Engine) -> Iterator[None]:
        hooks: dict[str, Callable[..., None]] = {
            "before_execute": self._executed,
            "commit": lambda _: self._ended("COMMIT TRAN"),
            "rollback": lambda _: self._ended("ROLLBACK TRAN"),
        }
        for name, hook in hooks.items():
            event.listen(engine, name, hook)
        try:
            yield
        finally:
            for name, hook in hooks.items():
                event.remove(engine, name, hook)

    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def _executed(
        self, _connection: object, element: Any, _many: object, given: Any, _options: object
    ) -> None:
        if not isinstance(element, ClauseElement):
            return
        told = str(element)
        if "set_config" in told:
            self._began(element)
        elif "pg_advisory" in told:
            self.lines[-1:] = in_mssql(MssqlPreamble._WRITER.element)
        elif "pg_catalog" not in told:
            self.lines += in_mssql(element, given)

    def _began(self, settings: ClauseElement) -> None:
        self._ended("ROLLBACK TRAN")
        self._only_reads = "transaction_read_only" in settings.compile().params.values()
        self.lines += ["BEGIN TRAN", *in_mssql(MssqlPreamble._LIMIT.element)]
        self._is_open = True

    def _ended(self, words: str) -> None:
        if self._is_open:
            self.lines += ["ROLLBACK TRAN" if self._only_reads else words, ""]
        self._is_open = False


def in_mssql(element: ClauseElement, given: Mapping[str, Any] | None = None) -> list[str]:
    """The statement in SQL Server's words, and below it what it is given."""
    given = given or {}
    columns = element.table.c if isinstance(element, Insert | Update) else ()
    compiled = (element if columns else _filled(element, given)).compile(
        dialect=_SQL_SERVER,
        column_keys=[key for key in given if key in columns] or None,
        compile_kwargs={"render_postcompile": True},
    )
    told = (compiled.construct_params(given) if columns else compiled.params) or {}
    shown = {key: value for key, value in told.items() if value is not None}
    values = [f"--   {key} = {_shown(key, value)}" for key, value in shown.items()]
    return [" ".join(str(compiled).split()), *values]


def _filled(element: ClauseElement, given: Mapping[str, Any]) -> ClauseElement:
    """The statement as if it had been built with these values."""

    def fill(place: BindParameter[Any]) -> None:
        if place.key in given:
            place.value, place.required = given[place.key], False

    return cloned_traverse(element, {}, {"bindparam": fill})


def _shown(key: str, value: object) -> str:
    return "(by the company's clock)" if key.startswith(_CLOCK) else repr(value)
