"""JSON read strictly: what two readers could understand differently is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import IO, Any, NoReturn

from rest_framework.parsers import BaseParser

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.identifiers import without_identifiers
from portal.api.v1.errors import Refusal, holds_card_number

# The largest field mapping or rule set allowed is far smaller.
MAX_BYTES = 262_144
MAX_DEPTH = 12
# No card number is longer, whatever stands between its digits.
NO_NUMBER = 40


class StrictJSONParser(BaseParser):
    """JSON in UTF-8 without NaN, duplicate names, NUL characters, card numbers or deep nesting."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,  # noqa: ARG002 DRF's signature
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The parsed body, numbers with a point as Decimal. Raises Refusal."""
        body = stream.read(MAX_BYTES + 1)
        if len(body) > MAX_BYTES:
            raise Refusal(413, "too_large", f"A request body has at most {MAX_BYTES // 1024} kB.")
        random = _random_fields(parser_context or {})
        if contains_card_number(body) and (field := _field_with_one(body, but=random)) is not None:
            raise holds_card_number(field)
        value = _loads(body)
        _check(value, depth=1)
        return value


def _random_fields(context: Mapping[str, Any]) -> frozenset[str]:
    """Fields of long random text that is passed on and never kept, as the view names them: one
    reads like a card number now and then."""
    named: frozenset[str] = getattr(context.get("view"), "random_fields", frozenset())
    return named


def _loads(body: bytes) -> Any:
    try:
        return json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        reason = error.msg if isinstance(error, json.JSONDecodeError) else "it cannot be read"
        raise Refusal(400, "malformed", f"The body is not JSON in UTF-8: {reason}.") from error


def _no_constant(name: str) -> NoReturn:
    raise Refusal(400, "malformed", f"{name} is not a JSON value.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Refusal(
            400, "duplicate_name", "A name stands twice in one object.", _printable(twice)
        )
    return found


def _check(value: Any, *, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check(inner, depth=depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth=depth + 1)


def _check_text(text: str) -> None:
    """A database cannot hold NUL, and half a surrogate pair is no character."""
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Refusal(400, "malformed", "A text holds a NUL character or half a surrogate pair.")


def _field_with_one(body: bytes, *, but: frozenset[str]) -> str | None:
    """The first field in which a card number stands; empty where that cannot be told, None where
    only ids of a known shape, or the long random texts in `but`, read like one."""
    try:
        value = _without(without_identifiers(_loads(body)), but)
    except (Refusal, RecursionError):
        return ""
    if not _holds_one(value):
        return None
    fields = value.items() if isinstance(value, dict) else ()
    return next((name for name, inner in fields if _holds_one(inner) and not _holds_one(name)), "")


def _without(value: Any, random: frozenset[str]) -> Any:
    if not (random and isinstance(value, dict)):
        return value
    return {
        name: inner
        for name, inner in value.items()
        if not (name in random and isinstance(inner, str) and len(inner) > NO_NUMBER)
    }


def _holds_one(value: Any) -> bool:
    return contains_card_number(json.dumps(value, default=str).encode())


def _too_deep() -> Refusal:
    return Refusal(400, "too_deep", f"The body is nested more than {MAX_DEPTH} levels deep.")


def _printable(text: str) -> str:
    return text.encode("ascii", "backslashreplace").decode()[:80]
