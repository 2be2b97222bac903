"""What strangers, shops, people and the gateway send to a started Tieout, card numbers in it."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import requests

from integrations.events.signatures import sign
from portal.launch import simulator
from tests.canary.cards import CODE_NAMES, Cards
from tests.launch.checkout import Facts

_FORM = "application/x-www-form-urlencoded"
_TIMES = 21
# The gateway's fields in which people write.
_TYPED = ("description", "customer_name", "email", "invoice_id", "customer_reference_id")


class Outside:
    """All of it; every answer is kept."""

    def __init__(self, facts: Facts, cards: Cards) -> None:
        self._facts, self._cards = facts, cards
        self.answers: list[bytes] = []

    def send_notices(self) -> None:
        """Signed ones and silent posts."""
        for number in range(_TIMES):
            text = self._cards.text("a notice")
            told = {
                "type": "payment.approved", "account": "x", "transaction_id": text,
                "occurred_at": "2026-11-20T20:00:00Z", "data": {"memo": text},
                **{name: self._cards.code() for name in CODE_NAMES},
            }  # fmt: skip
            body = json.dumps(told).encode()
            headers = sign(
                body=body, secret=self._facts["notice_secret"], event_id=f"evt_{number}",
                sent_at=datetime.now(UTC),
            )  # fmt: skip
            self._post(self._facts["notice_url"], body, headers)
            pairs = f"ORDERID~{self._cards.text('a silent post')}|TRANSACTIONID~{number}|"
            form = urlencode({"parmList": pairs}).encode()
            self._post(self._facts["notice_url"], form, {"Content-Type": _FORM, "X-Note": text})

    def ask(self) -> None:
        """The API and pages, with a key and without, in bodies, addresses and headers."""
        url, key = self._facts["url"], self._facts["api_key"]
        for number in range(_TIMES):
            text = self._cards.text("a request")
            headers = {
                "Authorization": f"Bearer {key if number % 2 else text}", "X-Note": text,
                "User-Agent": text, "Idempotency-Key": text, "Referer": text,
            }  # fmt: skip
            body = json.dumps({"description": text, "kind": "charge"}).encode()
            self._post(f"{url}/api/v1/instructions", body, headers)
            for path in ("api/v1/payments", "account/sign-in/", f"nowhere/{text}", "hooks/nobody"):
                query = {"q": text, "next": text}
                answer = requests.get(f"{url}/{path}", query, headers=_encoded(headers), timeout=30)
                self._keep(answer)

    def sign_in(self) -> None:
        """Names and passwords that are card numbers, in the form that is open to everybody."""
        address = f"{self._facts['url']}/account/sign-in/"
        with requests.Session() as browser:
            shown = browser.get(address, timeout=30).text
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
            assert token is not None
            for field in ("login", "password"):
                given = {"login": "a@b.example", "password": "x", field: self._cards.text(field)}
                answer = browser.post(
                    address, data={**given, "csrfmiddlewaretoken": token[1]},
                    headers={"Referer": address}, timeout=30,
                )  # fmt: skip
                self._keep(answer)

    def pay(self) -> list[str]:
        """Payments at the gateway; the ids of what is to arrive."""
        address = f"{self._facts['simulator_url']}/_control/transactions"
        made = []
        for name in _TYPED:
            sale = {
                "account": simulator.ACCOUNTS[0].name, "amount": "7.40", "notify": True,
                name: self._cards.text(f"PayTrace's {name}"),
            }  # fmt: skip
            answer = requests.post(address, json=sale, timeout=30)
            assert answer.status_code == 200, answer.status_code
            made.append(str(answer.json()["transaction_id"]))
        return made

    def arrived(self) -> set[str]:
        """The gateway's ids of the newest payments here."""
        answer = requests.get(
            f"{self._facts['url']}/api/v1/payments",
            headers={"Authorization": f"Bearer {self._facts['api_key']}"}, timeout=30,
        )  # fmt: skip
        self._keep(answer)
        return {one["transaction_id"] for one in answer.json()["payments"]}

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> None:
        told = {"Content-Type": "application/json", **headers}
        self._keep(requests.post(url, data=body, headers=_encoded(told), timeout=30))

    def _keep(self, answer: Any) -> None:
        assert answer.status_code < 500, answer.url
        self.answers.append(bytes(answer.content) + repr(answer.headers).encode())


def _encoded(headers: dict[str, str]) -> dict[str, bytes]:
    return {name: text.encode() for name, text in headers.items()}
