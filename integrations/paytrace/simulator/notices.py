"""Tell a subscriber, in the background: our relay's signed JSON, or PayTrace's silent post.

PayTrace documents no event webhooks; the signed envelope is the one our own intake accepts
(Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`). The silent post has
neither signature nor retry (help.paytrace.com/handling-silent-post-response).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import queue
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

import requests

from integrations.canonical.transactions import TransactionState, TransactionType
from integrations.paytrace import wire
from integrations.paytrace.simulator.rows import Target
from integrations.paytrace.simulator.state import Transaction

CURRENCY = "USD"
_TRIES = 3
_PAUSE = 0.4  # seconds between two tries
_WORKERS = 4
_REMEMBERED = 500

_EVENTS = {
    TransactionState.PENDING_SETTLEMENT: "payment.approved",
    TransactionState.DECLINED: "payment.declined",
    TransactionState.AUTO_VOIDED: "payment.declined",
    TransactionState.VOIDED: "payment.voided",
    TransactionState.SETTLED: "payment.settled",
}


@dataclass(frozen=True)
class Message:
    """One post to make."""

    url: str
    body: bytes
    content_type: str
    tries: int
    event_id: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Delivery:
    """What became of it: the last status, or 0 when nobody answered."""

    event_id: str
    url: str
    status: int
    tries: int


def event_type(transaction: Transaction) -> str:
    """The notice a transaction's present state stands for; "" when there is none."""
    is_new_refund = (
        transaction.type is TransactionType.REFUND
        and transaction.state is TransactionState.PENDING_SETTLEMENT
    )
    return "refund.created" if is_new_refund else _EVENTS.get(transaction.state, "")


def signed_notice(transaction: Transaction, target: Target, *, occurred_at: str) -> Message:
    """The relay's envelope. The same event always has the same id, so a duplicate shows as one."""
    kind = event_type(transaction)
    envelope = {
        "type": kind,
        "account": transaction.account,
        "transaction_id": str(transaction.id),
        "occurred_at": occurred_at,
        "data": {
            "amount": f"{transaction.amount:.2f}",
            "currency": CURRENCY,
            "invoice_id": transaction.invoice_id,
            "customer_id": transaction.customer_id,
            "customer_name": transaction.customer_name,
            "masked_number": transaction.masked_number,
            "approval_code": transaction.approval_code,
            "original_transaction_id": str(transaction.original_id or ""),
        },
    }
    return Message(
        url=target.url,
        body=wire.dumps(envelope).encode(),
        content_type="application/json",
        tries=_TRIES,
        event_id=f"evt_{transaction.account}_{transaction.id}_{kind.replace('.', '_')}",
        secret=target.secret,
    )


def silent_post(transaction: Transaction, target: Target) -> Message:
    """The form Secure Checkout sends once, with no signature and no amount."""
    values = {
        "ORDERID": transaction.invoice_id,
        "TRANSACTIONID": transaction.id,
        "APPCODE": transaction.approval_code,
        "APPMSG": transaction.approval_message,
        "AVSRESPONSE": "No Match",
        "CSCRESPONSE": "Match",
        "EMAIL": transaction.email,
    }
    parm_list = "".join(f"{name}~{value}|" for name, value in values.items())
    return Message(
        url=target.url,
        body=urlencode({"parmList": parm_list}).encode(),
        content_type="application/x-www-form-urlencoded",
        tries=1,
        event_id=f"silent_{transaction.id}",
    )


def sign(message: Message, *, timestamp: int) -> dict[str, str]:
    """Standard Webhooks v1: HMAC-SHA256 over `id.timestamp.body`; the secret is base64."""
    key = base64.b64decode(message.secret.removeprefix("whsec_"))
    signed = f"{message.event_id}.{timestamp}.".encode() + message.body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": message.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{signature}",
    }


class Notifier:
    """Posts from threads of its own; the API never waits for a subscriber."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._deliveries: list[Delivery] = []
        for _ in range(_WORKERS):
            threading.Thread(target=self._work, daemon=True).start()

    def send(self, message: Message) -> None:
        self._queue.put(message)

    def deliveries(self) -> list[Delivery]:
        with self._lock:
            return list(self._deliveries)

    def stop(self) -> None:
        self._stopped.set()

    def _work(self) -> None:
        session = requests.Session()
        session.trust_env = False
        while not self._stopped.is_set():
            delivery = self._deliver(session, self._queue.get())
            with self._lock:
                self._deliveries = [*self._deliveries[1 - _REMEMBERED :], delivery]

    def _deliver(self, session: requests.Session, message: Message) -> Delivery:
        status = 0
        for attempt in range(1, message.tries + 1):
            status = _post(session, message)
            is_last = attempt == message.tries
            if 200 <= status < 300 or is_last or self._stopped.wait(_PAUSE * attempt):
                break
        return Delivery(message.event_id, message.url, status, attempt)


def _post(session: requests.Session, message: Message) -> int:
    headers = {"Content-Type": message.content_type}
    if message.secret:
        headers |= sign(message, timestamp=int(time.time()))
    try:
        response = session.post(
            message.url, data=message.body, headers=headers, timeout=(2, 10), allow_redirects=False
        )
    except requests.RequestException:
        return 0
    return response.status_code
