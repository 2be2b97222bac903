"""Reading the document numbers a payer wrote, in whichever field they wrote them.

`INV-00123`, `inv 123` and `123` are one reference. How far that goes is data (`Ladder`); the
scanner is ours, so no pattern ever comes from a person.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from integrations.canonical.fields import CUSTOM_FAMILY, CUSTOM_PREFIX, PAYMENT_FIELDS, spec_for
from integrations.canonical.transactions import GatewayTransaction

# One payment naming more documents than this is a remittance advice, which a person reads.
MAX_REFERENCES = 20
# Longer texts are prose; the head is read, the rest is not searched.
MAX_TEXT = 2000

_DIGITS = frozenset("0123456789")
_GLUE = " -#:._/\t\n\r"
_WRAPPING = "()[]{}<>\"'.,;:!?"


class Reading(StrEnum):
    """How a field is read."""

    WHOLE = "whole"
    """The whole text is a reference, or several split at the ladder's separators."""
    NUMBERS = "numbers"
    """Prose: only words that are a number, prefix aside, are references."""


class Target(StrEnum):
    """What in Sage a reference is compared with."""

    INVOICE_NUMBER = "invoice number"
    ORDER_NUMBER = "order number"
    CUSTOMER_PO = "customer purchase order"


@dataclass(frozen=True)
class Rung:
    """One step of the ladder: read this field so, and compare it with that."""

    field: str
    reading: Reading = Reading.WHOLE
    target: Target = Target.INVOICE_NUMBER


@dataclass(frozen=True)
class Ladder:
    """The order in which fields are tried, and how their texts become numbers."""

    rungs: tuple[Rung, ...] = (
        Rung("invoice_reference"),
        Rung("customer_reference"),
        Rung(CUSTOM_FAMILY),
        Rung("description", Reading.NUMBERS),
    )
    prefixes: tuple[str, ...] = ("INVOICE", "INV", "NUMBER", "NUM", "NO", "NR", "#")
    """Taken off the front, in any case, when no letter follows."""
    separators: str = ",;&|"
    """Each character splits a text that names several documents."""
    ignore_leading_zeros: bool = True
    shortest_number: int = 3
    """In prose, shorter digit runs are counts and days, not documents."""
    longest_number: int = 10
    """In prose, longer digit runs are phone or tracking numbers (Sage invno is C10)."""


@dataclass(frozen=True)
class Reference:
    """One document number a payment names. Two references with one `key` are the same."""

    key: str
    written: str
    """The piece of text it came from, as the payer wrote it."""
    field: str
    label: str
    """The field's label as it reads inside a sentence."""
    reading: Reading
    target: Target


def normalise(text: str, *, ladder: Ladder) -> str:
    """The one form all spellings of a document number share. Empty when nothing is left."""
    current = _fold(text[:MAX_TEXT])
    # Each round takes characters off, so the bound is never met; 00INV-07 takes two.
    for _ in range(MAX_TEXT):
        shorter = _strip_prefix(current, ladder=ladder)
        shorter = _strip_zeros(shorter) if ladder.ignore_leading_zeros else shorter
        if shorter == current:
            shorter = _fold("".join(current.split()))
        if shorter == current:
            break
        current = shorter
    return current if any(char.isalnum() for char in current) else ""


def references_at(
    transaction: GatewayTransaction, *, rung: Rung, ladder: Ladder
) -> list[Reference]:
    """The references one rung finds, in reading order, each key once."""
    found: dict[str, Reference] = {}
    for field, text in _texts(transaction, rung.field):
        spec = spec_for(field, fields=PAYMENT_FIELDS)
        for written in _pieces(text, reading=rung.reading, ladder=ladder):
            key = normalise(written, ladder=ladder)
            if key and key not in found and len(found) < MAX_REFERENCES:
                label = spec.in_sentence if spec else field
                found[key] = Reference(key, written, field, label, rung.reading, rung.target)
    return list(found.values())


def candidates(transaction: GatewayTransaction, *, ladder: Ladder) -> list[Reference]:
    """Every reference the payment names, rung by rung; the first rung to name one keeps it."""
    found: dict[tuple[Target, str], Reference] = {}
    for rung in ladder.rungs:
        for reference in references_at(transaction, rung=rung, ladder=ladder):
            found.setdefault((reference.target, reference.key), reference)
    return list(found.values())


def numbers_to_look_up(
    transaction: GatewayTransaction, *, ladder: Ladder, target: Target = Target.INVOICE_NUMBER
) -> list[str]:
    """The spellings to ask Sage for, likeliest first: normalised, as written, prefix removed.

    Sage's own padding (blanks, right justification) is the reader's business; compare what
    comes back with `normalise`.
    """
    spellings: dict[str, None] = {}
    for reference in candidates(transaction, ladder=ladder):
        if reference.target is target:
            for spelling in _spellings(reference, ladder=ladder):
                spellings.setdefault(spelling)
    return list(spellings)


def _spellings(reference: Reference, *, ladder: Ladder) -> Iterator[str]:
    yield reference.key
    written = _fold(reference.written)
    yield written
    bare = "".join(_strip_prefix(written, ladder=ladder).split())
    if bare:
        yield bare


def _texts(transaction: GatewayTransaction, field: str) -> list[tuple[str, str]]:
    if field == CUSTOM_FAMILY:
        return [(CUSTOM_PREFIX + key, text) for key, text in transaction.discretionary.items()]
    if field.startswith(CUSTOM_PREFIX):
        return [(field, transaction.discretionary.get(field.removeprefix(CUSTOM_PREFIX), ""))]
    return [(field, text) for name, text in _named_texts(transaction) if name == field]


def _named_texts(transaction: GatewayTransaction) -> tuple[tuple[str, str], ...]:
    return (
        ("invoice_reference", transaction.invoice_reference),
        ("customer_reference", transaction.customer_reference),
        ("customer_id", transaction.customer_id),
        ("description", transaction.description),
    )


def _pieces(text: str, *, reading: Reading, ladder: Ladder) -> list[str]:
    read = text[:MAX_TEXT]
    for separator in ladder.separators:
        read = read.replace(separator, "\n")
    if reading is Reading.WHOLE:
        return [piece.strip() for piece in read.split("\n") if piece.strip()]
    words = (word.strip(_WRAPPING) for word in read.split())
    return [word for word in words if _is_number(word, ladder=ladder)]


def _is_number(word: str, *, ladder: Ladder) -> bool:
    """A word that is digits once a prefix is off: not an amount, a date, a phone or a part code."""
    bare = _strip_prefix(_fold(word), ladder=ladder)
    sizes = range(ladder.shortest_number, ladder.longest_number + 1)
    return bool(bare) and _DIGITS.issuperset(bare) and len(bare) in sizes


def _strip_prefix(text: str, *, ladder: Ladder) -> str:
    for prefix in sorted(map(_fold, ladder.prefixes), key=len, reverse=True):
        rest = text.removeprefix(prefix)
        is_prefix = prefix and rest != text and not rest[:1].isalpha()
        bare = rest.lstrip(_GLUE)
        if is_prefix and bare:
            return bare
    return text.lstrip(_GLUE) or text


def _strip_zeros(text: str) -> str:
    stripped = text.lstrip("0")
    if not stripped:
        return text[:1]
    return stripped if stripped[0].isalnum() else text


def _fold(text: str) -> str:
    upper = unicodedata.normalize("NFKC", text).upper()
    return unicodedata.normalize("NFKC", upper).strip()
