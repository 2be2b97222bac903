"""A card number in anything an agent tells the portal is kept nowhere."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.connections.agents import companies, jobs, pairing
from integrations.connections.models import Agent
from integrations.sagepro.agent import calls, errands
from integrations.sagepro.sample.profile import sample_profile
from portal.agent import views
from tenants.scope import tenant_transaction
from tests import factories
from tests.canary.cards import CODE_NAMES, Cards
from tests.canary.kept import leaks, leaks_in_database
from tests.factories import Books


def _words(function: Any) -> list[str]:
    """Every text that stands in a function: the names of what it tells or takes among them."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return sorted({text for text in texts if isinstance(text, str) and text.isidentifier()})


# What an agent tells of itself when it is paired, and with every call.
REPORT = {
    **dict.fromkeys(_words(errands.report), "1"),
    **dict.fromkeys(_words(pairing._shown), "1"),
}
ABOUT = _words(views._pair)


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


def _call(name: str, given: Any, secret: str = "") -> Any:
    return Client().post(
        f"{views.PREFIX}{name}",
        json.dumps(given),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
    )


def _pair(books: Books, cards: Cards) -> str:
    with tenant_transaction(books.tenant.id):
        made = companies.create_company(
            environment_id=books.environment.id, name="Behind", company_number="03",
            profile=sample_profile().as_json(), actor="it@acme.example",
        )  # fmt: skip
        code = pairing.new_code(connection_id=made.id, actor="it@acme.example", now=timezone.now())
    about = {name: cards.text(name) for name in ABOUT}
    answer = _call("pair", {**about, "code": code})
    assert answer.status_code == 200, answer.content
    secret: str = answer.json()["secret"]
    return secret


def test_no_call_of_an_agent_brings_one_in(books: Books, cards: Cards, superuser_url: str) -> None:
    secret = _pair(books, cards)
    told = [
        _call("jobs", {"report": {**REPORT, name: cards.text(name)}}, secret) for name in REPORT
    ]
    with tenant_transaction(books.tenant.id):
        agent = Agent.objects.get()
        made = [
            jobs.make(agent, name=name, subject=name, arguments={}, now=timezone.now())
            for name in (calls.EXAMINE, "customer", "open_invoices")
        ]
    for job in made:
        rows = [{"comment": cards.text("a row"), "balance": cards.card("a number")}]
        value = [{"label": cards.text("label"), "sentence": cards.text("sentence"), "rows": rows}]
        answer = {"value": value, cards.text("a name"): 1}
        results = [{"job_id": str(job.id), "answer": answer}]
        told.append(_call("results", {"results": results}, secret))
    told += [_call(name, {"x": cards.text(name)}, secret) for name in (*views._CALLS, "pair", "no")]
    codes = {name: cards.code() for name in CODE_NAMES}
    told.append(_call("jobs", {"report": codes}, secret))
    wrong = [leak for one in told for leak in leaks("an answer", one.content, cards)]
    assert wrong + leaks_in_database(superuser_url, cards) == []
    assert [one.status_code for one in told if one.status_code >= 500] == []
    with tenant_transaction(books.tenant.id):
        assert "[PAN" in Agent.objects.get().host


def test_what_an_agent_tells_is_read_from_its_own_code() -> None:
    assert {"version", "platform", "python", "holds", "clock_skew"} <= set(REPORT)
    assert {"host", "platform", "version", "code"} <= set(ABOUT)
