"""The signed-in user in sentences: which kind it is, and how much it may move."""

from __future__ import annotations

from collections.abc import Callable

from integrations.canonical.errors import FixConfiguration, NeverWorks, TryLater
from integrations.canonical.money import Money
from integrations.paytrace.account import GatewayUser, UserKind
from integrations.paytrace.results import Capability

_KIND_SENTENCES = {
    UserKind.API: "This is an API user: its password does not expire.",
    UserKind.WEB: "This is a web user: PayTrace lets its password expire every 90 days, and "
    "Tieout stops when it does. Make an API user in PayTrace under User Profiles and use that.",
    UserKind.UNKNOWN: "PayTrace did not tell whether this is an API user or a web user.",
}


def user_capability(ask: Callable[[], GatewayUser]) -> Capability:
    """Whether the user is an API user; a web user's end is said with its date."""
    user = _asked(ask)
    if user is None:
        return Capability("user", is_available=None, sentence=_KIND_SENTENCES[UserKind.UNKNOWN])
    is_api = {UserKind.API: True, UserKind.WEB: False}.get(user.kind)
    ends = user.password_expires_on
    until = f" The password ends on {ends:%B} {ends.day}, {ends.year}." if ends else ""
    sentence = _KIND_SENTENCES[user.kind] + until
    return Capability("user", is_available=is_api, sentence=sentence, ends_on=ends)


def ceilings_capability(ask: Callable[[], GatewayUser]) -> Capability:
    """The largest sale and refund of this user, as far as PayTrace tells."""
    user = _asked(ask)
    if user is None or (user.sale_ceiling is None and user.refund_ceiling is None):
        sentence = "PayTrace did not tell this user's sale and refund ceilings."
        return Capability("ceilings", is_available=None, sentence=sentence)
    sentence = (
        f"This user may sell {_up_to(user.sale_ceiling)} and refund "
        f"{_up_to(user.refund_ceiling)} at a time."
    )
    return Capability("ceilings", is_available=True, sentence=sentence)


def _up_to(ceiling: Money | None) -> str:
    return f"up to {ceiling}" if ceiling is not None else "an amount PayTrace does not tell"


def _asked(ask: Callable[[], GatewayUser]) -> GatewayUser | None:
    """The user, or None when PayTrace does not tell. Raises a refused login."""
    try:
        return ask()
    except FixConfiguration as error:
        if error.code != "paytrace.not_permitted":
            raise
    except (NeverWorks, TryLater):
        pass
    return None
