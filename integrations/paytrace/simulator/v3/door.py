"""Who may ask v3 what, and its shapes of refusal."""

from __future__ import annotations

from integrations.paytrace import endpoints_v3 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.settings import MAX_INTEGRATOR_ID
from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.exchange import (
    Answer,
    BadFieldError,
    Json,
    Request,
    json_answer,
)
from integrations.paytrace.simulator.routes import Asked, Route, find, is_allowed
from integrations.paytrace.simulator.rows import User
from integrations.paytrace.simulator.state import RefusedError
from integrations.paytrace.simulator.till import DuplicateError
from integrations.paytrace.simulator.v3 import (
    account,
    batch,
    cards,
    checks,
    customers,
    invoices,
    plans,
    reports,
)
from integrations.paytrace.simulator.v3.failures import failure
from integrations.paytrace.simulator.world import World

ROUTES: tuple[Route, ...] = (
    *cards.ROUTES,
    *batch.ROUTES,
    *reports.ROUTES,
    *checks.ROUTES,
    *customers.ROUTES,
    *plans.ROUTES,
    *invoices.ROUTES,
    *account.ROUTES,
)
_UNKNOWN = frozenset(
    {ErrorCode.TRANSACTION_ID_INVALID, ErrorCode.TRANSACTION_UNKNOWN, ErrorCode.CHECK_UNKNOWN}
)


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a v3 call; None when the path is not one of v3's."""
    if (request.method, request.path) == (at.TOKEN.method, at.TOKEN.path):
        return _token(world, request)
    found = find(ROUTES, request.method, request.path)
    return _authorized(world, request, *found) if found else None


def _token(world: World, request: Request) -> Answer:
    fields = request.fields()
    if fields.get("grant_type") != "client_credentials":
        return json_answer({"error": "unsupported_grant_type"}, status=400)
    name, secret = str(fields.get("client_id", "")), str(fields.get("client_secret", ""))
    return exchange.log_in(world, name, secret, body="data", status=201)


def _authorized(world: World, request: Request, route: Route, part: str) -> Answer:
    fields: Json = {**request.query, **request.fields()}
    try:
        with world.turn():
            user = world.user_of(request.token)
            if user is None:
                return exchange.token_refused()
            if not is_allowed(user, route.permission):
                raise RefusedError(ErrorCode.NOT_PERMITTED)
            _check_identity(world, user, request, fields)
            host = request.headers.get("host", "")
            return json_answer(route.handler(Asked(world, user, fields, part, host)))
    except RefusedError as refused:
        return json_answer(failure(refused), status=_status(refused))
    except DuplicateError:
        return json_answer(failure(RefusedError(ResponseCode.GENERAL)), status=422)
    except BadFieldError as bad:
        detail = {"field": bad.name, "detail": "The value is not valid."}
        return json_answer({"message": {"data": [detail]}}, status=422)


def _status(refused: RefusedError) -> int:
    if refused.code == ErrorCode.NOT_PERMITTED:
        return 403
    return 404 if refused.code in _UNKNOWN else 422


def _check_identity(world: World, user: User, request: Request, fields: Json) -> None:
    """`merchant_id` must be the user's own; the integrator header has 1 to 12 characters."""
    merchant_id = world.store.accounts().get(user.account, "")
    if str(fields.get("merchant_id", "")) != merchant_id:
        raise BadFieldError("merchant_id")
    if not 1 <= len(request.headers.get("x-integrator-id", "")) <= MAX_INTEGRATOR_ID:
        raise BadFieldError("X-Integrator-Id")
