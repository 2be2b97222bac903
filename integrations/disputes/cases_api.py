"""A disputes API over HTTPS in a small JSON shape of our own.

No vendor documents this shape. PayTrace's API v1 and v3 tell nothing of chargebacks; the
acquirer does, each in its own way. Whoever can serve this list can feed Tieout: an acquirer, a
chargeback service, a program of the merchant's own.

    GET <address>/cases?changed_since=2026-11-20T10:00:00Z&page=1     Authorization: Bearer <key>
    200 {"account": "777001", "next_page": 2, "cases": [{
            "case_number": "D-1001",           1 to 40 letters, digits, - _ .
            "payment_id": "392483001",         PayTrace's transaction; "" or null when not known
            "status": "opened",                opened, won, lost; any other goes to a person
            "amount": "740.00", "currency": "USD",
            "opened_on": "2026-11-20", "decided_on": null,
            "fee": "15.00", "reason": "Goods not received", "respond_by": "2026-12-10"}]}

`next_page` is null on the last page. `account` is the merchant id the key is for. Unknown members
are left alone. 401 is a refused key, 403 one that may not read cases; 429 and 5xx are tried later,
after `Retry-After` seconds where that is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

import requests

from integrations.canonical.errors import (
    FixConfiguration,
    IntegrationError,
    NeverWorks,
    TryLater,
)
from integrations.disputes.provider import Told
from integrations.disputes.reading import read_case

MOST_PAGES = 1_000
"""A list that never ends is no list."""
_MAX_RETRY_AFTER = 86_400  # seconds we are willing to believe


class CasesApi:
    """One merchant account at one address. Never retries; the session follows no redirect."""

    def __init__(self, address: str, *, key: str, account: str, session: requests.Session) -> None:
        self._address = address.rstrip("/")
        self._key = key
        self._account = account
        self._session = session

    def __repr__(self) -> str:
        return f"CasesApi({self._address})"

    def check(self) -> None:
        self._page(changed_since=datetime.now(UTC), page=1)

    def cases(self, *, changed_since: datetime) -> Iterator[Sequence[Told]]:
        page = 1
        while True:
            body = self._page(changed_since=changed_since, page=page)
            yield [read_case(record) for record in _list(body, "cases")]
            following = body.get("next_page")
            if following is None:
                return
            if following != page + 1 or page >= MOST_PAGES:
                raise _later("disputes.unreadable_reply")
            page += 1

    def close(self) -> None:
        self._session.close()

    def _page(self, *, changed_since: datetime, page: int) -> Mapping[str, Any]:
        since = changed_since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        outcome = self._exchange({"changed_since": since, "page": str(page)})
        if isinstance(outcome, IntegrationError):
            raise outcome
        if str(outcome.get("account", "")) != self._account:
            _refuse_account(self._account)
        return outcome

    def _exchange(self, query: Mapping[str, str]) -> Mapping[str, Any] | IntegrationError:
        # Failures are returned and raised elsewhere: an exception of requests holds the request,
        # and with it the key, and must not travel along as __context__.
        try:
            response = self._session.get(
                f"{self._address}/cases",
                params=query,
                headers={"Authorization": f"Bearer {self._key}", "Accept": "application/json"},
            )
        except requests.RequestException as error:
            return _unanswered(error)
        return read_reply(response.status_code, response.headers, response.content)


def read_reply(
    status: int, headers: Mapping[str, str], content: bytes
) -> Mapping[str, Any] | IntegrationError:
    """Sort a raw answer: the JSON object of a page, or the failure it stands for. Pure."""
    if status != 200:
        return _refused(status, headers)
    try:
        body = json.loads(content, parse_float=Decimal)
    except (ValueError, RecursionError):
        return _later("disputes.unreadable_reply")
    return body if isinstance(body, dict) else _later("disputes.unreadable_reply")


def _refused(status: int, headers: Mapping[str, str]) -> IntegrationError:
    if status == 429 or status >= 500:
        return _later("disputes.unavailable", after=_retry_after(headers))
    if status in _FIXES:
        code, field, sentence, remedy = _FIXES[status]
        return FixConfiguration(sentence, code=code, field=field, remedy=remedy)
    if 300 <= status < 400:
        return _refused(404, headers)
    return NeverWorks(
        f"The disputes provider refused the question (HTTP {status}).", code="disputes.refused"
    )


# Code, field, sentence, remedy.
_FIXES = {
    401: (
        "disputes.key_refused",
        "api_key",
        "The disputes provider refused the API key.",
        "Enter the key again, then test the connection.",
    ),
    403: (
        "disputes.not_permitted",
        "api_key",
        "The disputes provider accepts the API key and does not let it read cases.",
        "Have the provider permit it, or enter another key.",
    ),
    404: (
        "disputes.no_list",
        "base_url",
        "There is no list of cases at this address.",
        "Check the address with the provider.",
    ),
}
_WHY = {
    "disputes.unavailable": "The disputes provider is busy or down.",
    "disputes.unreadable_reply": "The disputes provider answered with something that is no list "
    "of cases.",
    "disputes.no_answer": "The disputes provider did not answer in time.",
    "disputes.unreachable": "The disputes provider cannot be reached.",
}


def _later(code: str, *, after: timedelta | None = None) -> TryLater:
    return TryLater(_WHY[code], code=code, after=after)


def _unanswered(error: requests.RequestException) -> IntegrationError:
    if isinstance(error, requests.exceptions.SSLError):
        return FixConfiguration(
            "The secure connection to the disputes provider could not be verified.",
            code="disputes.certificate_refused",
            field="base_url",
            remedy="Check the address, and any proxy that opens secure connections.",
        )
    if isinstance(error, requests.ConnectionError | requests.Timeout):
        is_timeout = isinstance(error, requests.ReadTimeout)
        return _later("disputes.no_answer" if is_timeout else "disputes.unreachable")
    if isinstance(
        error, requests.exceptions.ContentDecodingError | requests.exceptions.ChunkedEncodingError
    ):
        return _later("disputes.unreadable_reply")
    # Nothing was sent: an invalid address, or one the guarded session does not call.
    return FixConfiguration(
        "The address of the disputes provider is not usable.",
        code="disputes.address_refused",
        field="base_url",
        remedy="Enter its public address, with https.",
    )


def _list(body: Mapping[str, Any], name: str) -> Sequence[Any]:
    found = body.get(name)
    if not isinstance(found, list):
        raise _later("disputes.unreadable_reply")
    return found


def _refuse_account(account: str) -> NoReturn:
    raise FixConfiguration(
        f"This API key is not for merchant account {account}.",
        code="disputes.other_account",
        field="api_key",
        remedy="Enter the key of that account, so that cases never meet another's payments.",
    )


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    text = headers.get("Retry-After", "")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return timedelta(seconds=min(int(text), _MAX_RETRY_AFTER))
