"""The user and the account over v1, which says little about either."""

# What a version lacks takes the arguments of the other.
# ruff: noqa: ARG002
from __future__ import annotations

from datetime import datetime

from integrations.canonical.errors import TryLater
from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.account import GatewayUser
from integrations.paytrace.answers import read_answer
from integrations.paytrace.gaps import not_offered
from integrations.paytrace.moments import write_date
from integrations.paytrace.probes import offered, probe, unsaid
from integrations.paytrace.results import Capabilities
from integrations.paytrace.settings import Secret
from integrations.paytrace.v1.speaker import Speaker

# A vault id nobody has: asking for it shows whether asking is allowed.
_NOBODY = "tieout-permission-check"


class V1Account:
    """See Account for what each call promises."""

    def __init__(self, speaker: Speaker) -> None:
        self._speaker = speaker

    def capabilities(self) -> Capabilities:
        is_sandbox = self._speaker.settings.environment == "sandbox"
        return Capabilities(
            (
                probe("cards", self._ask_for_today, what="read card payments"),
                probe("batches", lambda: self._speaker.read(at.ONE_BATCH), what="read batches"),
                probe(
                    "customers",
                    lambda: self._speaker.read(at.CUSTOMER_EXPORT, customer_id=_NOBODY),
                    what="read stored customers",
                ),
                unsaid("refunds", "PayTrace says whether refunds are allowed only at a refund."),
                unsaid("ach", "API v1 has no way to list ACH payments."),
                unsaid(
                    "ceilings",
                    "API v1 does not tell this user's sale and refund ceilings; PayTrace shows "
                    "them under User Profiles.",
                ),
                unsaid("user", "API v1 does not tell API users and web users apart."),
                offered("settle", _settle_sentence(is_sandbox), is_available=is_sandbox),
            )
        )

    def user(self) -> GatewayUser:
        raise not_offered("API v1 has no call that tells who is signed in.")

    def client_key(self) -> Secret:
        """The answer is a bare `clientKey` (Protect.js page), without `success`."""
        body = self._speaker.ask(at.CLIENT_KEY)
        key = body.get("clientKey")
        if isinstance(key, str) and key:
            return Secret(key)
        read_answer(body)
        raise TryLater("PayTrace gave no key for its card form.", code="paytrace.no_client_key")

    def change_password(self, new_password: Secret) -> None:
        raise not_offered(
            "API v1 documents no path to change a password by.",
            remedy="Change it in PayTrace under User Profiles, then enter it here.",
        )

    def _ask_for_today(self) -> object:
        today = write_date(datetime.now(self._speaker.reading.zone).date())
        return self._speaker.read(at.EXPORT_BY_DAYS, start_date=today, end_date=today)


def _settle_sentence(is_sandbox: bool) -> str:  # noqa: FBT001 one fact, one sentence
    if is_sandbox:
        return "The sandbox can be settled on request."
    return "PayTrace settles by itself each evening; it cannot be asked to."
