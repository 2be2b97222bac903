"""No card number comes in by a page: what is typed, uploaded or put in an address is refused.

The answer names the field and never shows what stood in it. An id whose field and shape are
known passes though it reads like a card (`integrations/canonical/identifiers.py`). The API has
the same wall in its parser (`portal/api/v1/parsers.py`); notices and agents have redaction of
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict

from integrations.canonical.card_scan import contains_card_number
from integrations.canonical.identifiers import is_identifier
from portal.api.v1.errors import refused_card_number
from portal.api.v1.parsers import NO_NUMBER
from portal.web.errors import card_number, not_found

Respond = Callable[[HttpRequest], HttpResponse]
# Read at a time of an upload; with the end of the piece before, no number falls between two.
_PIECE = 256 * 1024
_LONGEST_NUMBER = 256
_API = "/api/"
_PAY = "/pay/"
# What PayTrace's card form gives instead of a card: random text that is passed on and never kept.
# Long ones look like a number by chance: 0.7 % of 512 hexadecimal digits, measured.
PAIR = frozenset({"hpf_token", "enc_key"})


class CardWall:
    """Refuses a request in which a card number stands, before any view has seen it.

    Behind the CSRF check, so that a stranger's form is refused as a stranger's.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, arguments: Any, named: Any
    ) -> HttpResponse | None:
        """The refusal, or None where nothing was found."""
        del view, arguments, named
        is_api = request.path_info.startswith(_API)
        if contains_card_number(request.path_info.encode("utf-8", "surrogatepass")):
            return None if is_api else not_found(request)
        field = next(_fields_with_one(request), None)
        if field is None:
            return None
        return refused_card_number(field) if is_api else card_number(field)


def _fields_with_one(request: HttpRequest) -> Iterator[str]:
    """Names of fields; of a name that is itself a card number, nothing."""
    yield from _in_values(request.GET)
    if request.path_info.startswith(_API) or request.method != "POST":
        return
    is_pay_page = request.path_info.startswith(_PAY)
    yield from _in_values(request.POST, but=PAIR if is_pay_page else frozenset())
    for name, file in _each(request.FILES):
        if contains_card_number(str(file.name).encode()) or _is_in_file(file):
            yield _safe(name)


def _in_values(
    values: MultiValueDict[str, str], *, but: frozenset[str] = frozenset()
) -> Iterator[str]:
    for name, value in _each(values):
        if name in but and len(value) > NO_NUMBER:
            continue
        if is_identifier(_field_of(name), value):
            continue
        if contains_card_number(f"{value}\n{name}".encode("utf-8", "surrogatepass")):
            yield _safe(name)


def _each(values: MultiValueDict[str, Any]) -> Iterable[tuple[str, Any]]:
    return ((name, value) for name, many in values.lists() for value in many)


def _field_of(name: str) -> str:
    """`account` of `rule0-account`."""
    return name.rpartition("-")[2]


def _safe(name: str) -> str:
    return "" if contains_card_number(name.encode("utf-8", "surrogatepass")) else name[:80]


def _is_in_file(file: UploadedFile[bytes]) -> bool:
    end = b""
    for piece in file.chunks(_PIECE):
        if contains_card_number(end + piece):
            break
        end = piece[-_LONGEST_NUMBER:]
    else:
        file.seek(0)
        return False
    return True
