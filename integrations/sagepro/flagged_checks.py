"""Whether a posting profile's flagged table can be used: its flag, its words, its columns."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.sagepro.columns import FLAGGED_KINDS, ColumnMap, FlagRule, TableMap
from integrations.sagepro.invalid import invalid

STATUS_WIDTH = 12
"""Characters of the longest status that Tieout writes: ‘Not approved’."""
_TEXTS = ("number", "flag", "kind", "status", "result_id", "message")
_LETTERS: Mapping[str, str] = {"amount": "YN", "generation": "IN"}
_TYPED = {
    "amount": "must be money or a number",
    "generation": "must be a whole number or a number",
}


def check(rule: FlagRule, table: TableMap) -> None:
    """Raises FixConfiguration with the path of the first field at fault."""
    columns = table.columns
    _check_types(columns)
    _check_flag(rule, columns["flag"])
    _check_words(rule, columns["kind"])
    if not _holds(columns["status"], STATUS_WIDTH):
        raise invalid(
            "tables.flagged.columns.status.type", f"must hold {STATUS_WIDTH} characters or more"
        )


def _check_types(columns: Mapping[str, ColumnMap]) -> None:
    for key in _TEXTS:
        if not columns[key].type.is_text:
            raise invalid(f"tables.flagged.columns.{key}.type", "must be a text")
    for key, letters in _LETTERS.items():
        if columns[key].type.letter not in letters:
            raise invalid(f"tables.flagged.columns.{key}.type", _TYPED[key])


def _check_flag(rule: FlagRule, column: ColumnMap) -> None:
    if not rule.value:
        raise invalid("flag.value", "must say which value flags a row")
    if rule.value == rule.answered:
        raise invalid("flag.answered", "must not be what flags a row")
    for path, text in (("value", rule.value), ("answered", rule.answered)):
        if not _holds(column, len(text)):
            raise invalid(f"flag.{path}", f"is more than {column.name} holds")


def _check_words(rule: FlagRule, column: ColumnMap) -> None:
    told = [(kind, getattr(rule, kind)) for kind in FLAGGED_KINDS if getattr(rule, kind)]
    if not told:
        raise invalid("flag.charge", "or another kind needs a word, or no row can ask for anything")
    seen = set()
    for kind, word in told:
        if not _holds(column, len(word)):
            raise invalid(f"flag.{kind}", f"is more than {column.name} holds")
        if word.upper() in seen:
            raise invalid(f"flag.{kind}", f"is ‘{word}’, the word for another kind already")
        seen.add(word.upper())


def _holds(column: ColumnMap, count: int) -> bool:
    return not column.type.width or column.type.width >= count
