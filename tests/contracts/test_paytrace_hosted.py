"""From the client key over PayTrace's own card form to a charge, in both versions."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.canonical.transactions import TransactionState
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.people import HostedFields
from integrations.paytrace.vault import NewCustomer
from tests.contracts.test_paytrace_cards import charge_of
from tests.paytrace.bench import Bench, bench, client, refused, simulator

__all__ = ["bench", "client", "simulator"]


def fill_form(bench: Bench, client_key: str, **typed: Any) -> tuple[int, Any]:
    """What the frame's page sends; the status and what the page of ours would be given."""
    card = {
        "client_key": client_key, "first_six": "401200", "last_four": "0026",
        "expiration_month": 12, "expiration_year": 30,
    }  # fmt: skip
    answer = bench.simulator.raw("POST", "/hosted/pair", json=card | typed)
    return answer.status_code, answer.json()


def pair_of(bench: Bench, client: PayTraceClient, **typed: Any) -> HostedFields:
    status, said = fill_form(bench, client.account.client_key().reveal(), **typed)
    assert (status, said["success"]) == (200, True)
    return HostedFields(said["message"]["hpf_token"], said["message"]["enc_key"])


def test_a_pair_charges_once_and_then_never(bench: Bench, client: PayTraceClient) -> None:
    pair = pair_of(bench, client)
    sale = client.cards.sale(charge_of(pair))
    assert (sale.state, sale.last_four) == (TransactionState.PENDING_SETTLEMENT, "0026")
    assert refused(lambda: client.cards.sale(charge_of(pair))).code == "paytrace.card_invalid"
    store = NewCustomer("NEWCO")
    again = refused(lambda: client.vault.create_from_token(store, pair))
    assert again.code == "paytrace.card_invalid"


def test_a_stored_card_shows_its_brand_last_four_and_expiry(
    bench: Bench, client: PayTraceClient
) -> None:
    made = client.vault.create_from_token(NewCustomer("NEWCO"), pair_of(bench, client))
    found = client.vault.customer(made.customer_id)
    assert found is not None
    assert (found.card_brand, found.last_four) == ("visa", "0026")
    assert (found.expiry_month, found.expiry_year) == (12, 2030)


def test_a_declined_card_is_a_result_and_a_wrong_code_trips_the_rule(
    bench: Bench, client: PayTraceClient
) -> None:
    declined = client.cards.sale(charge_of(pair_of(bench, client, is_declined=True)))
    assert declined.state is TransactionState.DECLINED
    bench.account(options={"auto_void": True})
    tripped = client.cards.sale(charge_of(pair_of(bench, client, is_code_wrong=True)))
    assert tripped.state is TransactionState.AUTO_VOIDED


def test_a_client_key_that_is_unknown_or_too_old_opens_no_form(
    bench: Bench, client: PayTraceClient
) -> None:
    key = client.account.client_key().reveal()
    assert fill_form(bench, "nobody's")[0] == 401
    bench.simulator.control("clock", advance_seconds=19 * 60)
    assert fill_form(bench, key)[0] == 200
    bench.simulator.control("clock", advance_seconds=60)
    assert fill_form(bench, key)[0] == 401


@pytest.mark.parametrize(
    "typed", [{"last_four": "26"}, {"first_six": "4012001"}, {"expiration_month": 13}]
)
def test_a_form_never_sends_more_than_a_mask(bench: Bench, typed: dict[str, Any]) -> None:
    assert fill_form(bench, "any", **typed)[0] == 400


def test_the_script_and_its_frame_are_served_to_anybody(bench: Bench) -> None:
    script = bench.simulator.raw("GET", "/js/protect.min.js")
    assert (script.status_code, "PTPayment" in script.text) == (200, True)
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert bench.simulator.raw("GET", "/hosted/fields").status_code == 200
