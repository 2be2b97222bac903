"""The difference between two versions of a posting profile, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from integrations.sagepro import column_words
from integrations.sagepro import profile_words as words
from integrations.sagepro.columns import ColumnMap, TableMap
from integrations.sagepro.profile import PostingProfile

_NOTHING = "nothing"


def differences(old: PostingProfile, new: PostingProfile) -> list[str]:
    """What `new` says otherwise than `old`, one sentence each; empty when they are the same."""
    return [*_settings(old, new), *_kinds(old, new), *_receipt_fields(old, new), *_tables(old, new)]


def _settings(old: PostingProfile, new: PostingProfile) -> Iterator[str]:
    labels = words.COMPANY | words.HABITS | words.LISTS
    before, after = _plain(old), _plain(new)
    for path, word in labels.items():
        if before[path] != after[path]:
            yield f"{word.label}: {after[path]} instead of {before[path]}."


def _plain(profile: PostingProfile) -> dict[str, str]:
    values: dict[str, object] = {
        key: getattr(profile, key) for key in (*words.COMPANY, *words.LISTS)
    }
    values |= {key: getattr(profile, key) for key in words.HABITS if "." not in key}
    values |= {
        **_numbering(profile, "order_numbers"),
        **_numbering(profile, "customer_numbers"),
        **{f"flag.{each.name}": getattr(profile.flag, each.name) for each in fields(profile.flag)},
        "session.key": profile.session.key,
        "session.width": profile.session.width,
        "session.is_next": profile.session.is_next,
        "marker.width": profile.marker.width,
        "marker.prefix": profile.marker.prefix,
        "status_column": profile.status_column
        and column_words.column_label("invoices", profile.status_column),
    }
    return {key: _said(value) for key, value in values.items()}


def _numbering(profile: PostingProfile, name: str) -> dict[str, object]:
    rule = getattr(profile, name)
    return {f"{name}.{each.name}": getattr(rule, each.name) for each in fields(rule)}


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or _NOTHING
    text = str(value)
    return f"‘{text}’" if text else _NOTHING


def _kinds(old: PostingProfile, new: PostingProfile) -> Iterator[str]:
    for kind, word in words.KINDS.items():
        was, is_now = kind in old.kinds, kind in new.kinds
        if was != is_now:
            yield f"{word.label}: {'posted from now on' if is_now else 'not posted any more'}."


def _receipt_fields(old: PostingProfile, new: PostingProfile) -> Iterator[str]:
    for name in sorted({*old.receipt_fields, *new.receipt_fields}):
        before, after = (_field(profile, name) for profile in (old, new))
        if before != after:
            yield f"What a field mapping calls ‘{name}’ goes to {after} instead of {before}."


def _field(profile: PostingProfile, name: str) -> str:
    column = profile.receipt_fields.get(name)
    return column_words.column_label("receipts", column) if column else _NOTHING


def _tables(old: PostingProfile, new: PostingProfile) -> Iterator[str]:
    for table, word in words.TABLES.items():
        before, after = old.tables.get(table), new.tables.get(table)
        if before is None or after is None:
            yield from _coming_or_going(word.label, before, after)
            continue
        for which, was, is_now in (
            ("table", before.name, after.name),
            ("history table", before.history_name, after.history_name),
        ):
            if was != is_now:
                yield f"{word.label}: the {which} is {is_now} instead of {was}."
        if before.is_system != after.is_system:
            told = "shared by all companies" if after.is_system else "this company's alone"
            yield f"{word.label}: the table is {told}."
        yield from _columns(table, word.label, before, after)
        yield from _filled(word.label, before, after)


def _coming_or_going(label: str, old: TableMap | None, new: TableMap | None) -> Iterator[str]:
    if new is not None:
        yield f"{label}: read from table {new.name} from now on."
    elif old is not None:
        yield f"{label}: table {old.name} is not used any more."


def _columns(table: str, label: str, old: TableMap, new: TableMap) -> Iterator[str]:
    for key in dict.fromkeys((*old.columns, *new.columns)):
        name = f"{label}, {column_words.column_label(table, key).lower()}"
        before, after = old.columns.get(key), new.columns.get(key)
        if after is None and before is not None:
            yield f"{name}: no column any more ({before.name} before)."
        elif before is None and after is not None:
            yield f"{name}: column {after.name}, {_shape(after)}."
        elif before and after and before != after:
            yield from (f"{name}: {change}." for change in _column_changes(before, after))


def _column_changes(old: ColumnMap, new: ColumnMap) -> Iterator[str]:
    if old.name != new.name:
        yield f"column {new.name} instead of {old.name}"
    if old.type != new.type:
        yield f"{type_in_words(new)} instead of {type_in_words(old)}"
    if old.is_right != new.is_right:
        yield ("filled with blanks on the left" if new.is_right else "not filled on the left")
    if old.is_free_text != new.is_free_text:
        yield "people type into it" if new.is_free_text else "nobody types into it"


def type_in_words(column: ColumnMap) -> str:
    """`text 10 wide`, `money`."""
    kind = column.type
    word = column_words.TYPES[kind.letter].lower()
    if kind.decimals:
        return f"{word} {kind.width} wide with {kind.decimals} decimals"
    return f"{word} {kind.width} wide" if kind.width else word


def _shape(column: ColumnMap) -> str:
    return type_in_words(column) + (", filled with blanks on the left" if column.is_right else "")


def _filled(label: str, old: TableMap, new: TableMap) -> Iterator[str]:
    before, after = _other_columns(old), _other_columns(new)
    for name in sorted({*before, *after}):
        was, is_now = before.get(name, "left alone"), after.get(name, "left alone")
        if was != is_now:
            yield f"{label}: in a new row, {name} is {is_now} instead of {was}."


def _other_columns(table: TableMap) -> Mapping[str, str]:
    blanks = {name: f"blank ({kind})" for name, kind in table.blanks.items()}
    return blanks | {name: f"‘{text}’ ({kind})" for name, (kind, text) in table.constants.items()}
