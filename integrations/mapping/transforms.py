"""The closed catalogue of steps a field mapping is made of. No language, no patterns.

Each step takes one type and gives one type. An empty value passes through a step that needs an
amount, a date or a yes/no, so an unsettled payment maps to an empty date, not to an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from integrations.canonical.fields import FieldType, FieldValue
from integrations.mapping.arguments import Arguments, ArgumentSpec, ArgumentType

_COUNT, _CHOICE = ArgumentType.COUNT, ArgumentType.CHOICE
_FIELDS, _TABLE = ArgumentType.FIELDS, ArgumentType.TABLE

DATE_FORMATS = (
    "MM/DD/YYYY",
    "MM/DD/YY",
    "YYYY-MM-DD",
    "YYYYMMDD",
    "MMDDYY",
    "MMDDYYYY",
    "DD/MM/YYYY",
    "DD.MM.YYYY",
)

# Money.MAX_INTEGER_DIGITS: a product beyond it is no amount.
_TOO_LARGE = Decimal(10) ** 12


class StepError(Exception):
    """A step cannot work on this value; the text says why, `remedy` what to change."""

    def __init__(self, sentence: str, *, remedy: str = "") -> None:
        super().__init__(sentence)
        self.remedy = remedy


@dataclass(frozen=True)
class StepSpec:
    """One step of the catalogue, with the words the form shows."""

    name: str
    label: str
    description: str
    accepts: FieldType
    gives: FieldType
    run: Callable[[FieldValue, Arguments], FieldValue]
    arguments: tuple[ArgumentSpec, ...] = ()


def as_text(value: FieldValue) -> str:
    """A value as Sage is given it: 1234.50, 2026-01-31, yes."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value


def _on_text(
    name: str,
    label: str,
    description: str,
    run: Callable[[str, Arguments], str],
    *arguments: ArgumentSpec,
) -> StepSpec:
    def checked(value: FieldValue, given: Arguments) -> FieldValue:
        if not isinstance(value, str):
            raise StepError(f"‘{label}’ works on text.", remedy="Format the value as text first.")
        return run(value, given)

    return StepSpec(name, label, description, FieldType.TEXT, FieldType.TEXT, checked, arguments)


def _on_amount(
    name: str,
    label: str,
    description: str,
    run: Callable[[Decimal, Arguments], FieldValue],
    *arguments: ArgumentSpec,
    gives: FieldType = FieldType.AMOUNT,
) -> StepSpec:
    def checked(value: FieldValue, given: Arguments) -> FieldValue:
        if not isinstance(value, Decimal):
            raise StepError(f"‘{label}’ works on an amount.", remedy="Choose an amount field.")
        return run(value, given)

    return StepSpec(name, label, description, FieldType.AMOUNT, gives, checked, arguments)


def _format_date(value: FieldValue, given: Arguments) -> FieldValue:
    if not isinstance(value, date):
        raise StepError("‘Date format’ works on a date.", remedy="Choose a date field.")
    text = given.text("format").replace("YYYY", f"{value.year:04d}")
    text = text.replace("YY", f"{value.year % 100:02d}")
    return text.replace("MM", f"{value.month:02d}").replace("DD", f"{value.day:02d}")


def _yes_no_text(value: FieldValue, given: Arguments) -> FieldValue:
    if not isinstance(value, bool):
        raise StepError("‘Yes/no text’ works on a yes/no.", remedy="Choose a yes/no field.")
    return given.text("yes") if value else given.text("no")


def _title(value: str, _given: Arguments) -> str:
    return " ".join(word[:1].upper() + word[1:].lower() for word in value.split(" "))


def _replace(value: str, given: Arguments) -> str:
    find = given.text("find")
    return value.replace(find, given.text("with")) if find else value


def _substring(value: str, given: Arguments) -> str:
    start = given.count("from") - 1
    return value[start : start + given.count("for")]


def _last(value: str, given: Arguments) -> str:
    length = given.count("length")
    return value[-length:] if length else ""


def _pad_left(value: str, given: Arguments) -> str:
    return value.rjust(given.count("length"), given.text("with")[:1] or " ")


def _pad_right(value: str, given: Arguments) -> str:
    return value.ljust(given.count("length"), given.text("with")[:1] or " ")


def _keep_digits(value: str, _given: Arguments) -> str:
    return "".join(char for char in value if char.isascii() and char.isdigit())


def _keep_alphanumeric(value: str, _given: Arguments) -> str:
    return "".join(char for char in value if char.isascii() and char.isalnum())


def _first_of(value: str, given: Arguments) -> str:
    texts = [value, *(as_text(other) for other in given.values("fields"))]
    return next((text for text in texts if text.strip()), "")


def _concatenate(value: str, given: Arguments) -> str:
    texts = [value, *(as_text(other) for other in given.values("fields"))]
    return given.text("separator").join(text for text in texts if text.strip())


def _when_empty(value: str, given: Arguments) -> str:
    return value if value.strip() else given.text("text")


def _lookup(value: str, given: Arguments) -> str:
    table = given.table("table")
    found = table.get(value.strip().casefold(), given.text("default"))
    if found or value.strip().casefold() in table:
        return found
    raise StepError(
        f"‘{value}’ is not in the lookup table.", remedy="Add it to the table, or set a default."
    )


def _number_format(value: Decimal, given: Arguments) -> FieldValue:
    rounded = _rounded(value, given.count("decimals"))
    return f"{rounded:,f}" if given.text("thousands") == "yes" else f"{rounded:f}"


def _round(value: Decimal, given: Arguments) -> FieldValue:
    return _rounded(value, given.count("decimals"))


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + Decimal(0)


def _multiply(value: Decimal, given: Arguments) -> FieldValue:
    product = value * given.factor("factor")
    if abs(product) >= _TOO_LARGE:
        raise StepError("The product is too large to be an amount.", remedy="Check the factor.")
    return product


_LENGTH = ArgumentSpec("length", "Length", _COUNT, least=1)
_DECIMALS = ArgumentSpec("decimals", "Decimals", _COUNT, most=4)
_PADDING = ArgumentSpec("with", "Filled with", required=False)
_OTHERS = ArgumentSpec("fields", "Fields", _FIELDS)

_STEPS: tuple[StepSpec, ...] = (
    _on_text("trim", "Trim", "Takes blanks off both ends.", lambda v, _: v.strip()),
    _on_text(
        "tidy_spaces",
        "Tidy spaces",
        "Line breaks and runs of blanks become one blank.",
        lambda v, _: " ".join(v.split()),
    ),
    _on_text("upper", "Upper case", "ACME TOOLS", lambda v, _: v.upper()),
    _on_text("lower", "Lower case", "acme tools", lambda v, _: v.lower()),
    _on_text("title", "Title case", "Acme Tools", _title),
    _on_text(
        "replace",
        "Replace",
        "Every occurrence of a text becomes another.",
        _replace,
        ArgumentSpec("find", "Find"),
        ArgumentSpec("with", "Replace with", required=False),
    ),
    _on_text(
        "substring",
        "Part of text",
        "So many characters, counted from a place; the first is 1.",
        _substring,
        ArgumentSpec("from", "From character", _COUNT, least=1),
        ArgumentSpec("for", "How many", _COUNT, least=1),
    ),
    _on_text("last", "Last characters", "The end of the text.", _last, _LENGTH),
    _on_text(
        "truncate",
        "Cut to length",
        "The beginning of the text.",
        lambda v, given: v[: given.count("length")],
        _LENGTH,
    ),
    _on_text(
        "pad_left", "Pad on the left", "Fills up before the text.", _pad_left, _LENGTH, _PADDING
    ),
    _on_text(
        "pad_right", "Pad on the right", "Fills up after the text.", _pad_right, _LENGTH, _PADDING
    ),
    _on_text("keep_digits", "Keep digits", "Everything but 0 to 9 goes.", _keep_digits),
    _on_text(
        "keep_alphanumeric",
        "Keep letters and digits",
        "Everything but A to Z, a to z and 0 to 9 goes.",
        _keep_alphanumeric,
    ),
    _on_text(
        "first_of",
        "First filled of",
        "This value, or the first of these fields that is not empty.",
        _first_of,
        _OTHERS,
    ),
    _on_text(
        "concatenate",
        "Join fields",
        "This value and these fields, empty ones left out.",
        _concatenate,
        _OTHERS,
        ArgumentSpec("separator", "Separator", required=False),
    ),
    _on_text(
        "when_empty",
        "Text when empty",
        "Stands in when there is nothing.",
        _when_empty,
        ArgumentSpec("text", "Text"),
    ),
    _on_text(
        "lookup",
        "Look up in table",
        "Another word for each value; without a default an unknown one is a problem.",
        _lookup,
        ArgumentSpec("table", "Table", _TABLE),
        ArgumentSpec("default", "Default", required=False),
    ),
    _on_amount(
        "number_format",
        "Number format",
        "1,234.50 or 1234.50",
        _number_format,
        _DECIMALS,
        ArgumentSpec("thousands", "Thousands comma", _CHOICE, choices=("yes", "no")),
        gives=FieldType.TEXT,
    ),
    _on_amount("round", "Round", "Half a cent goes up.", _round, _DECIMALS),
    _on_amount(
        "multiply",
        "Multiply by",
        "An amount times a number.",
        _multiply,
        ArgumentSpec("factor", "Factor", ArgumentType.FACTOR),
    ),
    _on_amount("absolute", "Absolute value", "Without its sign.", lambda v, _: abs(v)),
    StepSpec(
        "date_format",
        "Date format",
        "A date as text.",
        FieldType.DATE,
        FieldType.TEXT,
        _format_date,
        (ArgumentSpec("format", "Format", _CHOICE, choices=DATE_FORMATS),),
    ),
    StepSpec(
        "yes_no_text",
        "Yes/no text",
        "One text for yes, another for no.",
        FieldType.YES_NO,
        FieldType.TEXT,
        _yes_no_text,
        (ArgumentSpec("yes", "For yes"), ArgumentSpec("no", "For no")),
    ),
)

STEPS: Mapping[str, StepSpec] = {spec.name: spec for spec in _STEPS}
