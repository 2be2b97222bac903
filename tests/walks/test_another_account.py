"""Another merchant or other books behind an account that is in use: never by a setting, never by
another user, or the same payments would be posted again and others not at all."""

from __future__ import annotations

from uuid import UUID

import pytest

from integrations import pipeline
from integrations.connections import operations as connections
from integrations.connections.models import Connection, ConnectionTest
from integrations.sagepro.sample.profile import sample_profile
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.walks.world import ACTOR, World

pytestmark = pytest.mark.walk


def _paid(world: World) -> str:
    paid = world.pay(amount="740.00", invoice_id="10432", customer_id="ACME01")
    world.poll()
    return paid


def _change(world: World, **given: object) -> Connection:
    with tenant_transaction(world.tenant.id):
        return pipeline.change_settings(connection_id=world.gateway_id, actor=ACTOR, **given)


def _other_books(world: World) -> UUID:
    with tenant_transaction(world.tenant.id):
        made = connections.create_sagepro(
            environment_id=world.environment_id, name="Sage company 02", company_number="02",
            dsn=world.sage_dsn, profile=sample_profile().as_json(), actor=ACTOR,
        )  # fmt: skip
    return made.id


def _become(world: World, username: str) -> list[tuple[str, bool | None]]:
    """Somebody enters another user and tests the connection; what the test found last."""
    with tenant_transaction(world.tenant.id):
        connections.replace_secrets(
            connection_id=world.gateway_id,
            secrets={"username": username, "password": "right-password"}, actor=ACTOR,
        )  # fmt: skip
        connections.request_test(connection_id=world.gateway_id, actor=ACTOR)
    world.work()
    with tenant_transaction(world.tenant.id):
        found = ConnectionTest.objects.filter(connection_id=world.gateway_id).latest("requested_at")
    return [(one["label"], one["ok"]) for one in found.findings if one["label"] == "Same merchant"]


def test_the_merchant_and_the_books_of_an_account_in_use_stay_what_they_are(world: World) -> None:
    """A payment is posted once, though its settlement is told after somebody tried."""
    other = _other_books(world)
    paid = _paid(world)
    with pytest.raises(NotPossible, match="under another id its payments would be posted") as no:
        _change(world, merchant_id="MID-OTHER")
    assert no.value.field == "merchant_id"
    with pytest.raises(NotPossible, match="would be posted again in Sage company 02") as no:
        _change(world, posts_to_id=other)
    assert no.value.field == "posts_to"
    world.simulator.control("settle", account=world.account)
    world.poll()
    assert [(one["kind"], one["state"]) for one in world.effects()] == [("sale", "posted")]
    assert world.effect(paid).company_id == world.company_id


def test_what_does_not_change_either_is_saved_as_before(world: World) -> None:
    _paid(world)
    saved = _change(
        world, name="Till", merchant_id=world.account, posts_to_id=world.company_id, zone="UTC"
    )
    assert (saved.name, saved.settings["zone"]) == ("Till", "UTC")


def test_before_anything_came_both_can_be_mended(world: World) -> None:
    other = _other_books(world)
    changed = _change(world, merchant_id="MID-OTHER", posts_to_id=other)
    assert (changed.settings["merchant_id"], changed.posts_to_id) == ("MID-OTHER", other)


def test_a_user_of_another_merchant_is_told_from_one_of_the_same(world: World) -> None:
    """With API v1 the user is the merchant: nothing else in its answers says whose they are."""
    paid = _paid(world)
    world.simulator.control("settle", account=world.account)
    world.poll()
    stranger = f"{world.account}-B"
    world.simulator.control(
        "accounts", account=stranger, merchant_id=stranger,
        users=[{"username": "stranger", "password": "right-password"}],
    )  # fmt: skip
    world.simulator.control(
        "transactions", account=stranger, amount="99.00", invoice_id="10433", last_four="5439"
    )
    assert _become(world, "stranger") == [("Same merchant", False)]
    with tenant_transaction(world.tenant.id):
        found = Connection.objects.get(id=world.gateway_id)
    assert found.state == "misconfigured"
    assert found.state_sentence == (
        f"PayTrace shows this user no payment {paid} of 740.00 USD, which came by this connection "
        "before."
    )
    world.poll()
    assert [one["amount"] for one in world.effects()] == ["740.00"]

    assert _become(world, f"api-{world.account}") == [("Same merchant", True)]
    assert world.open_cases() == []
