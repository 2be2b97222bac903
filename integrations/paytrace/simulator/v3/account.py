"""The user and the card form's key as v3 answers for them (fields of the user are inferred)."""

from __future__ import annotations

import secrets
from dataclasses import replace

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ResponseCode
from integrations.paytrace.moments import write_date
from integrations.paytrace.simulator.exchange import BadFieldError, Json, text_of
from integrations.paytrace.simulator.routes import Asked, route
from integrations.paytrace.simulator.state import PACIFIC
from integrations.paytrace.simulator.world import password_ends_at


def _user(asked: Asked) -> Json:
    user = asked.user
    ends_at = password_ends_at(user)
    ceilings = {"sale_ceiling": user.sale_ceiling, "refund_ceiling": user.refund_ceiling}
    return {
        "data": {
            "username": user.username,
            "user_type": user.kind.upper(),
            "password_expires": write_date(ends_at.astimezone(PACIFIC).date()) if ends_at else "",
            **{name: f"{amount:.2f}" for name, amount in ceilings.items() if amount is not None},
        }
    }


def _change_password(asked: Asked) -> Json:
    """Tokens given before stay good until they end (inferred)."""
    now_known, wanted = text_of(asked.fields, "password"), text_of(asked.fields, "new_password")
    if not secrets.compare_digest(now_known.encode(), asked.user.password.encode()):
        raise BadFieldError("password")
    if not wanted:
        raise BadFieldError("new_password")
    changed = replace(asked.user, password=wanted, password_set_at=asked.world.now())
    asked.world.store.users.put(changed)
    return {"data": {"response_code": int(ResponseCode.PASSWORD_UPDATED)}}


def _client_key(asked: Asked) -> Json:
    return {"data": {"clientKey": asked.world.new_client_key(asked.account)}}


ROUTES = (
    route(at.USER, "", _user),
    route(at.PASSWORD, "", _change_password),
    route(at.CLIENT_KEY, "sale", _client_key),
)
