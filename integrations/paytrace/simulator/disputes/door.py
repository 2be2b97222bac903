"""GET /disputes/cases: the cases that changed, page by page, to whoever has the account's key."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from integrations.paytrace.simulator.disputes.store import DisputedPayment
from integrations.paytrace.simulator.exchange import Answer, Json, Request, json_answer
from integrations.paytrace.simulator.world import World

PATH = "/disputes/cases"
_ROWS = 50  # of one page


def answer(world: World, request: Request) -> Answer | None:
    """The answer to a question for cases; None when the path is another."""
    if (request.method, request.path) != ("GET", PATH):
        return None
    with world.turn():
        account = world.store.disputes.account_of(request.token)
        if account is None:
            return json_answer({"error": "invalid_key"}, status=401)
        return json_answer(_page(world, account, request))


def _page(world: World, account: str, request: Request) -> Json:
    """Raises ValueError for a moment or page that is none."""
    since = datetime.fromisoformat(request.query["changed_since"])
    page = int(request.query.get("page", "1"))
    offset = (page - 1) * _ROWS
    lag = timedelta(seconds=float(world.store.meta("export_lag", "0")))
    found = world.store.disputes.changed(account, since=since, until=world.now() - lag)
    rows = world.shift_pages(found, offset)
    return {
        "account": world.store.accounts()[account],
        "next_page": page + 1 if offset + _ROWS < len(rows) else None,
        "cases": [_shown(one) for one in rows[offset : offset + _ROWS]],
    }


def _shown(case: DisputedPayment) -> Json:
    return {name: value for name, value in asdict(case).items() if name != "account"}
