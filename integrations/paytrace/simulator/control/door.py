"""Who may lay a hand on the simulator, and what each control is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from integrations.paytrace.simulator.control import (
    accounts,
    disputes,
    looking,
    money,
    page,
    switches,
)
from integrations.paytrace.simulator.exchange import (
    Answer,
    BadFieldError,
    Json,
    Request,
    json_answer,
)
from integrations.paytrace.simulator.state import RefusedError
from integrations.paytrace.simulator.world import World

Handler = Callable[[World, Json], Json]

PREFIX = "/_control/"
ACTIONS: Mapping[str, Handler] = {
    "accounts": accounts.put_account,
    "hosted_fields": accounts.make_hosted_fields,
    "transactions": money.put_transaction,
    "settle": money.settle,
    "capture": money.capture,
    "adjust": money.adjust,
    "void": money.void,
    "lapse": money.lapse,
    "refund": money.refund,
    "chargeback": money.mark_chargeback,
    "dispute_key": disputes.put_key,
    "disputes": disputes.put_dispute,
    "dispute_move": disputes.move_dispute,
    "ach": money.put_check,
    "ach_move": money.move_check,
    "ach_refund": money.refund_check,
    "faults": switches.put_fault,
    "clock": switches.set_clock,
    "webhooks": switches.put_webhook,
    "silent_post": switches.put_silent_post,
    "notices": switches.send_notice,
    "reset": switches.reset,
}
LOOKS: Mapping[str, Handler] = {
    "state": looking.show_state,
    "calls": looking.show_calls,
    "deliveries": looking.show_deliveries,
}


def answer(world: World, request: Request) -> Answer:
    """The answer to a control call: 403 from elsewhere, 404 unknown, 400 with the field named."""
    if not request.is_local or not _is_own_page(request):
        return json_answer({"error": "loopback only"}, status=403)
    name = request.path.removeprefix(PREFIX)
    if not name:
        return _page(world, request)
    handlers = {"POST": ACTIONS, "GET": LOOKS}.get(request.method, {})
    if name not in handlers:
        return json_answer({"error": "no such control"}, status=404)
    return _perform(world, request, handlers[name])


def _is_own_page(request: Request) -> bool:
    """A browser says which page asks; another site's page must not move this money."""
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _perform(world: World, request: Request, handler: Handler) -> Answer:
    try:
        fields: Json = {**request.query, **request.fields()}
        with world.turn():
            return json_answer(handler(world, fields))
    except RefusedError as refused:
        return json_answer({"error": "refused", "code": refused.code}, status=409)
    except BadFieldError as bad:
        return json_answer({"error": "bad field", "field": bad.name}, status=400)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        return json_answer({"error": "bad request", "detail": str(error)}, status=400)


def _page(world: World, request: Request) -> Answer:
    """The page, or what one of its buttons does and the way back to it."""
    if request.method != "POST":
        with world.turn():
            return page.show(
                world, account=request.query.get("account", ""), said=request.query.get("said", "")
            )
    try:
        fields = request.fields()
    except ValueError:
        return json_answer({"error": "bad request"}, status=400)
    action = ACTIONS.get(str(fields.get("do", "")))
    done = _perform(world, request, action) if action else json_answer({}, status=404)
    return page.back(account=str(fields.get("account", "")), is_done=done.status == 200)
