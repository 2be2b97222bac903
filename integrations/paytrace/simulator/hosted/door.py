"""What a payer's browser asks of PayTrace: the script, the frame's page, the pair; and the page of
a hosted invoice (`invoice_page`).

Documented (Protect.js page): the frame holds number, expiry and security code, a client key opens
it, and the pair is good for one use. Seen in code: the script's path. Inferred: the frame's own
paths, and that a client key ends after 20 minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from integrations.paytrace.simulator.exchange import (
    Answer,
    BadFieldError,
    Json,
    Request,
    json_answer,
    number_of,
    text_of,
)
from integrations.paytrace.simulator.hosted import invoice_page
from integrations.paytrace.simulator.world import World

SCRIPT = "/js/protect.min.js"
PAIR = "/hosted/pair"
_HERE = Path(__file__).parent
_JAVASCRIPT = "text/javascript; charset=utf-8"
_FILES: Mapping[str, tuple[str, str]] = {
    SCRIPT: ("protect.js", _JAVASCRIPT),
    "/hosted/fields": ("fields.html", "text/html; charset=utf-8"),
    "/hosted/fields.js": ("fields.js", _JAVASCRIPT),
    "/hosted/fields.css": ("fields.css", "text/css; charset=utf-8"),
}
_HIDDEN = 6  # digits of sixteen between the first six and the last four


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a browser; None when the path is not one of the card form's."""
    if request.method == "GET" and request.path in _FILES:
        name, content_type = _FILES[request.path]
        return Answer(200, (_HERE / name).read_bytes(), content_type=content_type)
    if (request.method, request.path) == ("POST", PAIR):
        return _pair(world, request)
    return invoice_page.answer(world, request)


def _pair(world: World, request: Request) -> Answer:
    fields = request.fields()
    try:
        card = _card(fields)
    except BadFieldError as bad:
        return json_answer({"success": False, "message": f"{bad.name} is not valid."}, status=400)
    with world.turn():
        account = world.account_of_client_key(text_of(fields, "client_key"))
        if account is None:
            said = "The client key is unknown or has expired."
            return json_answer({"success": False, "message": said}, status=401)
        hpf_token, enc_key = world.store.hosted.make(account, card)
    pair = {"hpf_token": hpf_token, "enc_key": enc_key}
    return json_answer({"success": True, "message": pair})


def _card(fields: Json) -> Json:
    """What is kept of a card: its mask, its expiry, and what it shall do."""
    return {
        "masked_number": _digits(fields, "first_six", 6) + "*" * _HIDDEN
        + _digits(fields, "last_four", 4),
        "expiration_month": _between(fields, "expiration_month", 1, 12),
        "expiration_year": _between(fields, "expiration_year", 0, 99),
        "is_declined": fields.get("is_declined") is True,
        "is_code_wrong": fields.get("is_code_wrong") is True,
    }  # fmt: skip


def _digits(fields: Json, name: str, length: int) -> str:
    text = text_of(fields, name)
    if not (text.isascii() and text.isdigit() and len(text) == length):
        raise BadFieldError(name)
    return text


def _between(fields: Json, name: str, lowest: int, highest: int) -> int:
    number = number_of(fields, name=name)
    if not lowest <= number <= highest:
        raise BadFieldError(name)
    return number
