"""Faults on request: what a caller must survive, each used up a counted number of times.

`slow`, `http_500`, `http_429`, `truncated_json`, `html_page`, `reply_lost`, `locked`,
`token_expired`, `offline`, `ach_422`, `unreadable_record`, `nameless_record`, `unreadable_batch`
answer the next `count` calls whose path starts with `path_prefix`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from integrations.paytrace import wire
from integrations.paytrace.simulator.exchange import (
    Answer,
    Json,
    json_answer,
    login_refused,
    token_refused,
)
from integrations.paytrace.simulator.rows import Fault
from integrations.paytrace.simulator.world import World

KINDS = frozenset(
    {
        "slow", "http_500", "http_429", "truncated_json", "html_page", "reply_lost", "locked",
        "token_expired", "offline", "ach_422", "unreadable_record", "nameless_record",
        "unreadable_batch",
    }
)  # fmt: skip
_PAGE = b"<html><head><title>Maintenance</title></head><body>Back soon.</body></html>"


def apply(
    fault: Fault, perform: Callable[[], Answer], *, world: World, stopped: threading.Event
) -> Answer:
    """The answer under `fault`. A cut or truncated reply always hides a performed call; the
    error pages do only when the fault says so."""
    if fault.kind == "slow":
        stopped.wait(fault.seconds)
        return perform()
    if fault.kind == "reply_lost":
        return replace(perform(), is_cut=True)
    if fault.kind == "truncated_json":
        whole = perform()
        return replace(whole, content=whole.content[: len(whole.content) // 2])
    if fault.kind == "ach_422":
        return _hidden_acceptance(perform())
    if fault.kind in _SPOILS:
        return _spoiled(perform(), _SPOILS[fault.kind])
    if fault.is_performed:
        perform()
    return _instead(fault, world)


# What becomes of the first record of a list: a value no client can read, by field.
_SPOILS: Mapping[str, Mapping[str, str]] = {
    "unreadable_batch": {"net_amount": "seven hundred"},
    "unreadable_record": {"amount": "seven hundred"},
    "nameless_record": {"transaction_id": "", "id": "", "case_number": ""},
}


def _spoiled(whole: Answer, values: Mapping[str, str]) -> Answer:
    body = wire.loads(whole.content)
    data = body.get("data", body)
    lists = [data] if isinstance(data, list) else data.values()
    rows: list[Json] = next((one for one in lists if isinstance(one, list) and one), [{}])
    rows[0].update({name: value for name, value in values.items() if name in rows[0]})
    return json_answer(body, status=whole.status)


def _hidden_acceptance(accepted: Answer) -> Answer:
    """v3's quirk: the ACH payment was taken and the answer says that it was not (solution25
    plugin, changelog 1.2.5)."""
    if accepted.status != 200:
        return accepted
    detail = {"field": "path/record_id", "detail": "The record id is not valid."}
    return json_answer({"message": {"data": [detail]}}, status=422)


def _instead(fault: Fault, world: World) -> Answer:
    if fault.kind == "token_expired":
        with world.turn():
            world.store.drop_tokens()
        return token_refused()
    if fault.kind == "locked":
        return login_refused(is_locked=True)
    if fault.kind == "offline":
        return Answer(0, is_cut=True)
    if fault.kind == "html_page":
        return Answer(200, _PAGE, content_type="text/html")
    if fault.kind == "http_429":
        return replace(json_answer({}, status=429), headers={"Retry-After": "30"})
    return json_answer({"message": "Internal error"}, status=500)
