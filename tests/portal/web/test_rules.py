"""Mapping, GL rules and policy: forms that lose nothing, publish versions and explain."""

from __future__ import annotations

from typing import Any

from django.test import Client

from integrations.accounting import queries as accounting
from integrations.mapping import queries as mapping
from integrations.mapping.rows import MappingRow, Step
from integrations.workflows import queries as workflows
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of

MAPPING: dict[str, Any] = {
    "rows": "2",
    "row0-target": "reference",
    "row0-source": "transaction_id",
    "row0-steps": "1",
    "row0-step0-name": "last",
    "row0-step0-length": "10",
    "row1-target": "comment",
    "row1-source": "=",
    "row1-constant": "Card",
    "row1-steps": "1",
    "row1-step0-name": "concatenate",
    "row1-step0-fields": "Card brand, Last four",
    "row1-step0-separator": " ",
}
RULES: dict[str, Any] = {
    "rules": "2",
    "rule0-name": "Amex",
    "rule0-role": "card_clearing",
    "rule0-account": "1011",
    "rule0-conditions": "1",
    "rule0-condition0-field": "card_brand",
    "rule0-condition0-operator": "is_one_of",
    "rule0-condition0-values": "Amex; American Express",
    "rule1-name": "Cards",
    "rule1-role": "card_clearing",
    "rule1-account": "1010",
    "rule1-conditions": "0",
    "rule1-from": "2026-01-01",
}


def test_a_mapping_is_published_as_typed(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/mapping/"
    alice.post(address, MAPPING | {"action": "publish", "note": "Shorter"})
    with tenant_transaction(books.tenant.id):
        in_force = mapping.in_force(books.environment.id)
    fields = {"fields": "card_brand,last_four", "separator": " "}
    assert in_force.version == 1
    assert in_force.rows == (
        MappingRow("reference", "transaction_id", "", (Step("last", {"length": "10"}),)),
        MappingRow("comment", "", "Card", (Step("concatenate", fields),)),
    )
    text = text_of(alice.get(address))
    assert "Version 1 is in force." in text
    assert "‘Shorter’" in text


def test_rows_and_steps_come_and_go_without_scripts(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/mapping/"
    page = alice.post(address, MAPPING | {"action": "add-step:0"}).content.decode()
    assert 'name="row0-steps" value="2"' in page
    assert 'value="Card brand, Last four"' in page
    page = alice.post(address, MAPPING | {"action": "remove:0"}).content.decode()
    assert 'name="rows" value="1"' in page
    page = alice.post(address, MAPPING | {"action": "add"}).content.decode()
    assert 'name="rows" value="3"' in page
    page = alice.post(address, MAPPING | {"action": "remove-step:1:0"}).content.decode()
    assert 'name="row1-steps" value="0"' in page
    assert 'value="Card"' in page


def test_a_mapping_that_cannot_work_is_refused_and_kept(alice: Client, books: Books) -> None:
    broken = MAPPING | {"action": "publish", "row1-step0-fields": "Card brand, Shoe size"}
    broken |= {"row0-step0-length": "many"}
    page = alice.post(f"/t/{books.tenant.slug}/mapping/", broken)
    text = text_of(page)
    assert "Not published: 2 things to repair" in text
    assert "There is no payment field called ‘Shoe size’." in text
    assert "‘many’ is not a whole number" in text
    assert 'value="many"' in page.content.decode()
    with tenant_transaction(books.tenant.id):
        assert mapping.in_force(books.environment.id).version == 0


def test_the_preview_shows_a_real_payment(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        factories.effect(books, transaction_id="79380001")
    text = text_of(alice.post(f"/t/{books.tenant.slug}/mapping/preview/", MAPPING))
    assert "79380001" in text
    assert "Card Visa 5454" in text
    assert "last characters (length ‘10’): 79380001" in text


def test_gl_rules_are_published_as_typed(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/gl-rules/"
    alice.post(address, RULES | {"action": "publish"})
    with tenant_transaction(books.tenant.id):
        rules = accounting.rules_in_force(books.environment.id).rules
    assert [(rule.name, rule.account, rule.is_default) for rule in rules] == [
        ("Amex", "1011", False),
        ("Cards", "1010", False),
    ]
    assert rules[0].conditions[0].values == ("Amex", "American Express")
    assert "No rule without conditions for" in text_of(alice.get(address))


def test_rules_move_and_conditions_come_and_go(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/gl-rules/"
    moved = alice.post(address, RULES | {"action": "down:0"}).content.decode()
    assert moved.index('value="Cards"') < moved.index('value="Amex"')
    added = alice.post(address, RULES | {"action": "add-condition:1"}).content.decode()
    assert 'name="rule1-conditions" value="1"' in added
    gone = alice.post(address, RULES | {"action": "remove-condition:0:0"}).content.decode()
    assert 'name="rule0-conditions" value="0"' in gone


def test_rules_that_cannot_work_are_refused_and_kept(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/gl-rules/"
    page = alice.post(address, RULES | {"action": "publish", "rule1-account": "9999"})
    assert "GL rule ‘Cards’ names account 9999, which is not in Sage." in text_of(page)
    page = alice.post(address, RULES | {"action": "publish", "rule1-from": "soon"})
    assert "GL rule ‘Cards’: ‘soon’ is not a date such as 2026-01-31." in text_of(page)
    assert 'value="soon"' in page.content.decode()


def test_why_this_account_shows_every_rule_considered(alice: Client, books: Books) -> None:
    with tenant_transaction(books.tenant.id):
        factories.effect(books, card_brand="Visa")
    text = text_of(alice.post(f"/t/{books.tenant.slug}/gl-rules/preview/", RULES))
    told = [
        "Card clearing 1010",
        "‘Amex’ does not apply: card brand is ‘Visa’",
        "‘Cards’ applies: account 1010",
        "No GL rule gives an account for Accounts receivable.",
    ]
    assert [words for words in told if words not in text] == []


def test_the_posting_policy_is_published(alice: Client, books: Books) -> None:
    address = f"/t/{books.tenant.slug}/posting-policy/"
    alice.post(address, {"invoice_missing": "on_account", "duplicate_window_days": "9"})
    with tenant_transaction(books.tenant.id):
        steps = {s.step: s.settings for s in workflows.in_force(books.environment.id).steps}
    assert steps["match"]["invoice_missing"] == "on_account"
    assert steps["guard"]["duplicate_window_days"] == 9
    refused = alice.post(address, {"invoice_missing": "guess", "duplicate_window_days": "99"})
    assert "2 things to repair" in text_of(refused)


def test_a_viewer_may_look_at_rules_and_publish_none(books: Books) -> None:
    bob = Client()
    bob.force_login(factories.member(books.tenant, email="bob@acme.example", role=Role.VIEWER))
    for page, given in (("mapping", MAPPING), ("gl-rules", RULES), ("posting-policy", {})):
        address = f"/t/{books.tenant.slug}/{page}/"
        assert bob.get(address).status_code == 200
        assert bob.post(address, given | {"action": "publish"}).status_code == 403
