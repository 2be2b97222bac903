"""Whether texts fit their columns: width, code page, control characters."""

from __future__ import annotations

from integrations.canonical.errors import NeverWorks
from integrations.canonical.identifiers import is_identifier
from integrations.canonical.posting import PostingRequest
from integrations.canonical.redaction import redact_text
from integrations.sagepro.backends.plan import Answered, refuse
from integrations.sagepro.profile import PostingProfile

_LONGEST_SHOWN = 40


def check_values(profile: PostingProfile, request: PostingRequest) -> None:
    """Raises Answered with REFUSED for a text that its column cannot hold as it is."""
    if not request.marker.strip() or not request.effect_key.strip():
        raise refuse("value_refused", "A posting needs a key and a marker.", field="marker")
    check_text(profile, "receipts", "marker", request.marker, field="marker")
    check_text(profile, "postings", "effect_key", request.effect_key, field="effect_key")
    for name, text in request.fields.items():
        column = profile.receipt_fields.get(name)
        if column is None:
            raise refuse(
                "profile_missing",
                f"The posting profile names no column for ‘{name}’ on receipts.",
                field=name,
                remedy="Remove the field from the mapping, or add the column to the profile.",
            )
        check_text(profile, "receipts", column, text, field=name)
        check_no_card(name, text)


def check_no_card(name: str, text: str) -> None:
    """Raises Answered with REFUSED for a text that holds a card number."""
    if not is_identifier(name, text) and redact_text(text) != text:
        raise refuse(
            "value_refused",
            f"The value for ‘{name}’ holds a card number, which is never written to Sage.",
            field=name,
            remedy="Map another field, or mask it in the field mapping.",
        )


def check_text(profile: PostingProfile, table: str, column: str, text: str, *, field: str) -> None:
    """Raises Answered with REFUSED naming table, column and value."""
    mapped = profile.column(table, column)
    where = f"{profile.physical_table(table)}.{mapped.name}"
    stranger = next((char for char in text if not _storable(char, profile.code_page)), "")
    if stranger:
        shown = stranger if stranger.isprintable() else f"the control character {ord(stranger)}"
        raise refuse(
            "value_refused",
            f"{where} cannot hold {shown} (its code page is {profile.code_page}).",
            field=field,
            remedy="Add a step to the field mapping that replaces it.",
        )
    width = mapped.type.width
    if width and len(text) > width:
        raise refuse(
            "value_too_long",
            f"{where} holds {width} characters; ‘{_shown(text)}’ has {len(text)}.",
            field=field,
            remedy="Shorten it in the field mapping.",
        )


def _shown(text: str) -> str:
    """The text, or its beginning, as a sentence may quote it."""
    safe = redact_text(text)
    return safe if len(safe) <= _LONGEST_SHOWN else f"{safe[:_LONGEST_SHOWN]}…"


def check_status(profile: PostingProfile, status: str) -> None:
    """Raises NeverWorks for a payment status that its column cannot hold."""
    try:
        check_text(profile, "invoices", profile.status_column, status, field="status")
    except Answered as answered:
        sentence = answered.result.refusal.sentence if answered.result.refusal else ""
        raise NeverWorks(sentence, code="sage.value_refused", field="status") from answered


def _storable(char: str, code_page: str) -> bool:
    try:
        char.encode(code_page)
    except UnicodeEncodeError:
        return False
    return char.isprintable()
