"""Who may ask v1 what, and its one shape of refusal.

HTTP status of a refusal is not documented; 400 is inferred from clients that read 4xx bodies.
"""

from __future__ import annotations

from integrations.paytrace import endpoints_v1 as at
from integrations.paytrace.codes import ErrorCode, ResponseCode
from integrations.paytrace.simulator import exchange
from integrations.paytrace.simulator.exchange import Answer, BadFieldError, Request, json_answer
from integrations.paytrace.simulator.routes import Asked, Route, find, is_allowed
from integrations.paytrace.simulator.state import RefusedError
from integrations.paytrace.simulator.till import DuplicateError
from integrations.paytrace.simulator.v1 import cards, checks, customers, plans, reports
from integrations.paytrace.simulator.world import World

ROUTES: tuple[Route, ...] = (
    *cards.ROUTES,
    *reports.ROUTES,
    *checks.ROUTES,
    *customers.ROUTES,
    *plans.ROUTES,
)


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a v1 call; None when the path is not one of v1's."""
    if (request.method, request.path) == (at.TOKEN.method, at.TOKEN.path):
        return _token(world, request)
    found = find(ROUTES, request.method, request.path)
    return _authorized(world, request, found[0]) if found else None


def _token(world: World, request: Request) -> Answer:
    fields = request.fields()
    if fields.get("grant_type") != "password":
        return json_answer({"error": "unsupported_grant_type"}, status=400)
    name, password = str(fields.get("username", "")), str(fields.get("password", ""))
    return exchange.log_in(world, name, password, body="top", status=200)


def _authorized(world: World, request: Request, route: Route) -> Answer:
    fields = request.fields()
    try:
        with world.turn():
            user = world.user_of(request.token)
            if user is None:
                return exchange.token_refused()
            if not is_allowed(user, route.permission):
                raise RefusedError(ErrorCode.NOT_PERMITTED)
            return json_answer(route.handler(Asked(world, user, fields)))
    except RefusedError as refused:
        return _refused(refused.code, response_code=refused.response_code)
    except DuplicateError:
        return _refused(ResponseCode.GENERAL, text="Duplicate transaction.")
    except BadFieldError as bad:
        return _refused(ResponseCode.GENERAL, text=f"Please provide a valid {bad.name}.")


def _refused(code: int, *, response_code: int = ResponseCode.GENERAL, text: str = "") -> Answer:
    return json_answer(
        {
            "success": False,
            "response_code": int(response_code),
            "status_message": "One or more errors has occurred.",
            "errors": {str(int(code)): [text or f"Error {code}."]},
        },
        status=400,
    )
