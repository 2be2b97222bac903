"""The agent's way in: `/agent/v1/…`, outbound from the customer's network, JSON both ways.

Answered before sessions and cookies. Every address but pairing wants the agent's secret; a
secret that is not good, or not any more, gets the same 401, and the agent stops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import structlog
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from integrations import pipeline
from integrations.canonical.redaction import contains_card_number, without_card_numbers
from integrations.connections.agents import pairing, setup
from integrations.connections.models import Connection
from integrations.pipeline.answer import Answer
from integrations.sagepro.agent import wire
from portal.agent.waiting import wait_for_jobs
from tenants.scope import tenant_transaction

log = structlog.get_logger("portal.agent")
PREFIX = "/agent/v1/"
# Answers of large reads come back here; a list of 20,000 invoices is about 6 MB.
MOST_BYTES = 16 * 1024 * 1024
_Given = Mapping[str, Any]


class Refused(Exception):  # noqa: N818 an answer, not a mistake
    """What was sent cannot be taken; the sentence is for the person who reads the agent's log."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def answer(request: HttpRequest) -> HttpResponse:
    """Answer one call of an agent."""
    name = request.path_info.removeprefix(PREFIX).strip("/")
    try:
        return _reply(200, _answer(name, request))
    except Refused as refused:
        log.info("agent.refused", call=name[:20], status=refused.status)
        return _reply(refused.status, {"message": refused.sentence})
    except DatabaseError:
        log.exception("agent.not_answered", call=name[:20])
        return _reply(503, {"message": "The portal cannot answer now. Try again later."})


def _answer(name: str, request: HttpRequest) -> dict[str, Any]:
    if request.method != "POST":
        raise Refused(405, "Agents call with POST.")
    given = _given(request)
    if name == "pair":
        return _pair(given)
    call = _CALLS.get(name)
    if call is None:
        raise Refused(404, "There is no such call.")
    caller = pairing.caller_of(_secret(request))
    if caller is None:
        raise _ended()
    return call(caller, given)


def _pair(given: _Given) -> dict[str, Any]:
    about = {key: str(given.get(key, "")) for key in ("host", "platform", "version")}
    paired = pairing.pair(code=str(given.get("code", "")), about=about, now=timezone.now())
    if paired is None:
        raise Refused(
            403,
            "This pairing code is not good: it is used up, older than 15 minutes, or mistyped. "
            "Make a new one on the connection's page.",
        )
    return {
        "secret": paired.secret,
        "epoch": paired.epoch,
        "company": paired.company,
        "company_number": paired.company_number,
    }


def _jobs(caller: pairing.Caller, given: _Given) -> dict[str, Any]:
    report, wait, most = given.get("report", {}), given.get("wait", 0), given.get("most", 0)
    if not isinstance(report, dict) or type(wait) is not int or type(most) is not int:
        raise Refused(400, "The report is an object; wait and most are whole numbers.")
    taken = wait_for_jobs(caller, report=report, seconds=wait, most=most)
    if taken is None:
        raise _ended()
    return {"jobs": [{"body": job.body, "signature": job.signature} for job in taken]}


def _results(caller: pairing.Caller, given: _Given) -> dict[str, Any]:
    if not pipeline.take_answers(caller, _answers(given)):
        raise _ended()
    return {"taken": True}


def _setup(caller: pairing.Caller, given: _Given) -> dict[str, Any]:  # noqa: ARG001 one shape
    with tenant_transaction(caller.tenant_id):
        connection = Connection.objects.get(pk=caller.connection_id)
        return {"setup": wire.canonical(setup.setup_of(connection))}


def _renew(caller: pairing.Caller, given: _Given) -> dict[str, Any]:  # noqa: ARG001 one shape
    return {"secret": pairing.renew_secret(caller, now=timezone.now())}


_CALLS: Mapping[str, Callable[[pairing.Caller, _Given], dict[str, Any]]] = {
    "jobs": _jobs,
    "results": _results,
    "setup": _setup,
    "secret": _renew,
}


def _answers(given: _Given) -> list[Answer]:
    results = given.get("results")
    if not isinstance(results, list):
        raise Refused(400, "Results are a list.")
    try:
        return [Answer(UUID(str(one["job_id"])), dict(one["answer"])) for one in results]
    except (KeyError, TypeError, ValueError):
        raise Refused(400, "Each result has a job_id and an answer.") from None


def _given(request: HttpRequest) -> _Given:
    """What was sent, without card numbers: the agent takes them out of what it reads, but an
    older one, or one that is not ours, may not."""
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise Refused(413, "That is more than 16 MB.")
    try:
        given = wire.load(body)
    except (ValueError, RecursionError):
        raise Refused(400, "What came is not JSON.") from None
    if not isinstance(given, dict):
        raise Refused(400, "What came is not a JSON object.")
    return without_card_numbers(given) if contains_card_number(body) else given


def _secret(request: HttpRequest) -> str:
    return str(request.headers.get("Authorization", "")).removeprefix("Bearer ").strip()


def _ended() -> Refused:
    return Refused(
        401,
        "This agent is not paired with the portal any more. Pair it again with a code from the "
        "connection's page.",
    )


def _reply(status: int, body: Mapping[str, Any]) -> HttpResponse:
    told = wire.canonical({**body, "portal_time": timezone.now().isoformat()}).encode()
    headers = {"Content-Length": str(len(told)), "Cache-Control": "no-store"}
    return HttpResponse(told, status=status, content_type="application/json", headers=headers)
