"""The schema is valid, its examples run, its page needs no other host, and nothing breaks it."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from integrations.accounting.models import GLAccount
from tenants.scope import tenant_transaction
from tests import factories
from tests.portal.api.conftest import MakeProgram, Program

Schema = dict[str, Any]
# Of all operations, so that no one test takes long.
PARTS = 4
ABSENT = "00000000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def schema() -> Schema:
    """The schema as generated; a warning is a failure."""
    written = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=written)
    loaded: Schema = yaml.safe_load(written.getvalue())
    return loaded


def _operations(schema: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def test_the_schema_names_every_operation_once(schema: Schema) -> None:
    names = [operation["operationId"] for _, _, operation in _operations(schema)]
    assert sorted(names) == [
        "approve_instruction",
        "ask_paytrace",
        "cancel_instruction",
        "cancel_payment_link",
        "charge_failed_run_again",
        "choose_invoice_for_exception",
        "choose_payment_for_exception",
        "dismiss_exception",
        "get_connection",
        "get_exception",
        "get_gl_rules",
        "get_instruction",
        "get_mapping",
        "get_payment",
        "get_payment_link",
        "get_posting_profile",
        "list_accounts",
        "list_batches",
        "list_connections",
        "list_exceptions",
        "list_holds",
        "list_instructions",
        "list_payment_links",
        "list_payment_methods",
        "list_payments",
        "list_recurring_plans",
        "make_payment_link",
        "open_card_form",
        "pause_plan_of_failed_run",
        "publish_gl_rules",
        "publish_mapping",
        "put_exception_on_account",
        "reject_instruction",
        "retry_exception",
        "store_payment_method",
    ]
    for _, _, operation in _operations(schema):
        assert operation["security"] == [{"ApiKey": []}]
        assert {"401", "403", "429"} <= set(operation["responses"])


def test_the_schema_is_served_to_everybody(db: None) -> None:
    answer = Client().get("/api/schema/")
    assert answer.status_code == 200
    assert "openapi: 3" in answer.content.decode()


def test_the_page_works_under_the_strict_policy(db: None) -> None:
    page = Client().get("/api/docs/")
    text = page.content.decode()
    assert page.status_code == 200
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"<style|\sstyle=\"|\son\w+=\"", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []


def test_every_documented_example_runs(
    schema: Schema, books: factories.Books, program: Program
) -> None:
    """Verbatim, each against rows of its own, with the sample company's accounts."""
    with tenant_transaction(books.tenant.id):
        for number in ("1105-00", "1200-00"):
            GLAccount.objects.create(company=books.sage, number=number, description=number)
    ran = 0
    for method, path, operation in _operations(schema):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        for example in content.get("examples", {}).values():
            ran += 1
            row_id = _row(books, path, word=f"W{ran}")
            address = path.removeprefix("/api/v1/").replace("{id}", row_id)
            body = json.dumps(example["value"])
            answer = program.send(method, address, body, **_headers(operation, key=str(ran)))
            assert answer.status_code in {200, 201}, (path, answer.content)
    assert ran == 10


def _row(books: factories.Books, path: str, *, word: str) -> str:
    """A row that the operation can decide about."""
    with tenant_transaction(books.tenant.id):
        if "/instructions" in path:
            return str(factories.instructed(books, word=word, amount="5000.00").id)
        if path.endswith("/choose-payment"):
            factories.effect(books, transaction_id="392483001")
            code = "disputed_payment_not_found"
            return str(factories.parked(books, kind="chargeback", code=code).id)
        return str(factories.parked(books).id)


def _headers(operation: Schema, *, key: str) -> dict[str, str]:
    """What the operation requires beside its body."""
    required = [one["name"] for one in operation.get("parameters", []) if one.get("required")]
    return {"Idempotency-Key": key} if "Idempotency-Key" in required else {}


# What a field may be filled with by somebody who means no good.
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    10**30,
    1e308,
    "",
    " ",
    "x" * 5000,
    "\u0000",
    "\ud800",
    "\u202e\u200b😀",
    "'; DROP TABLE posting_effect; --",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    [],
    [[]],
    {},
    {"": ""},
    {"__class__": "x"},
    ABSENT,
    "9999-12-31",
    "0001-01-01",
)


FEW = 5
"""Fields of a body of which each is tried alone."""


def _hostile_bodies(
    schema: Schema, operation: Schema, dice: random.Random, *, each_alone: bool
) -> Iterator[str]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return
    names = list(_resolve(schema, content["schema"]).get("properties", {}))
    yield from map(json.dumps, HOSTILE)
    alone = _alone if each_alone or len(names) <= FEW else _together
    for body in alone(names):
        yield json.dumps(body)
        yield json.dumps({name: [value] for name, value in body.items()})
    for name in names:
        if _is_list(schema, content["schema"], name):
            for value in HOSTILE:
                yield json.dumps({name: [_nested(schema, content["schema"], name, value)]})
    for _ in range(40):
        yield json.dumps({name: dice.choice(HOSTILE) for name in names})


def _alone(names: list[str]) -> Iterator[dict[str, Any]]:
    for value in HOSTILE:
        for name in names:
            yield {name: value}


def _together(names: list[str]) -> Iterator[dict[str, Any]]:
    """Every field is filled with every value once; each is looked at, whatever the others are."""
    for turn in range(len(HOSTILE)):
        yield {name: HOSTILE[(turn + i) % len(HOSTILE)] for i, name in enumerate(names)}


def _is_list(schema: Schema, shape: Schema, name: str) -> bool:
    return "items" in _resolve(schema, shape)["properties"][name]


def _nested(schema: Schema, shape: Schema, name: str, value: Any) -> Any:
    """One item of a list field with this value in every place."""
    items = _resolve(schema, shape)["properties"][name].get("items", {})
    return dict.fromkeys(_resolve(schema, items).get("properties", {"x": {}}), value)


def _resolve(schema: Schema, shape: Schema) -> Schema:
    name = shape.get("$ref", "").rsplit("/", 1)[-1]
    found: Schema = schema["components"]["schemas"][name] if name else shape
    return found


@pytest.mark.parametrize(
    "each_alone", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["fast", "each alone"]
)
@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_sent_to_any_operation_breaks_it(
    schema: Schema,
    books: factories.Books,
    make_program: MakeProgram,
    settings: Any,
    part: int,
    *,
    each_alone: bool,
) -> None:
    """Hostile ids, parameters and bodies at every operation of the schema: no 5xx, one shape."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    program = make_program(books)
    with tenant_transaction(books.tenant.id):
        case = factories.parked(books)
        asked = factories.instructed(books, amount="5000.00")
    dice = random.Random(20261121)
    sent = 0
    for method, path, operation in list(_operations(schema))[part::PARTS]:
        address = path.removeprefix("/api/v1/")
        mine = str(asked.id if "/instructions" in path else case.id)
        for row_id in (mine, str(case.effect_id), ABSENT, "x" * 300, "%00", "%ff"):
            here = address.replace("{id}", row_id)
            requests = [(here, body) for body in ("", "{}")]
            if row_id == mine:
                bodies = _hostile_bodies(schema, operation, dice, each_alone=each_alone)
                requests += [(here, body) for body in bodies]
                requests += [(f"{here}?{query}", "") for query in _hostile_queries(operation)]
            for target, body in requests:
                sent += 1
                headers = _headers(operation, key=f"k{sent}")
                answer = program.send(method, target, body, **headers)
                assert answer.status_code < 500, (method, target, body[:200], answer.content)
                if answer.status_code >= 400:
                    assert set(answer.json()) == {"error"}
    assert sent > 100


def _hostile_queries(operation: Schema) -> Iterator[str]:
    names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
    values = ("", "%00", "%ff", "-1", "1e9", "9" * 400, "9999-12-31", "'%22%3B--", "%F0%9F%98%80")
    for name in (*names, "unknown", "%00"):
        for value in values:
            yield f"{name}={value}"
