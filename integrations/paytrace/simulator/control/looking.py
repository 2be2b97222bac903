"""What the simulator knows, without passwords, tokens and signing secrets."""

from __future__ import annotations

from dataclasses import asdict

from integrations.paytrace.simulator.documents import dump
from integrations.paytrace.simulator.exchange import Json
from integrations.paytrace.simulator.world import World


def show_state(world: World, fields: Json) -> Json:
    """Everything that matters, of all accounts or of {account}."""
    wanted = fields.get("account")
    accounts = {name: id_ for name, id_ in world.store.accounts().items() if wanted in {None, name}}
    return {
        "now": world.now().isoformat(),
        "accounts": {
            account: _account(world, account, merchant_id)
            for account, merchant_id in accounts.items()
        },
    }


def _account(world: World, account: str, merchant_id: str) -> Json:
    store = world.store
    return {
        "merchant_id": merchant_id,
        "customers": [dump(customer) for customer in store.customers(account)],
        "transactions": [dump(one) for one in store.all_transactions(account)],
        "checks": [dump(check) for check in store.checks.of_account(account)],
        "plans": [dump(plan) for plan in store.plans.of_account(account)],
        "disputes": [asdict(case) for case in store.disputes.of_account(account)],
    }


def show_calls(world: World, fields: Json) -> Json:
    del fields
    return world.store.counts()


def show_deliveries(world: World, fields: Json) -> Json:
    del fields
    return {"deliveries": [asdict(item) for item in world.notifier.deliveries()]}
