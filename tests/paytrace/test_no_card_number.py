"""No call of the client takes a card number or a security code, by any name."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from types import ModuleType

import pytest

from integrations.canonical.card_scan import contains_card_number
from integrations.paytrace import (
    account,
    ach,
    cards,
    client,
    endpoints_v1,
    endpoints_v3,
    hosted_invoices,
    level_three,
    people,
    recurring,
    vault,
)
from integrations.paytrace.endpoint import Endpoint
from integrations.paytrace.people import HostedFields
from tests.paytrace.bench import Bench, bench, simulator, usd

__all__ = ["bench", "simulator"]

MODULES = (
    account, ach, cards, client, hosted_invoices, level_three, people, recurring, vault,
)  # fmt: skip
FORBIDDEN = ("card_number", "pan", "csc", "cvv", "cvc", "security_code", "track", "swipe", "emv")


@dataclasses.dataclass(frozen=True)
class Keyed:
    """What must not exist in the client."""

    card_number: str


def names_in(module: ModuleType) -> Iterator[str]:
    """Every field of a request and every parameter of a call."""
    for kind in vars(module).values():
        if not inspect.isclass(kind) or kind.__module__ != module.__name__:
            continue
        if dataclasses.is_dataclass(kind):
            yield from (field.name for field in dataclasses.fields(kind))
        for call in vars(kind).values():
            if inspect.isfunction(call):
                yield from inspect.signature(call).parameters


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_request_has_a_place_for_one(module: ModuleType) -> None:
    found = set(names_in(module))
    assert found
    assert [name for name in found if name in FORBIDDEN or "card_no" in name] == []


def test_the_search_finds_one_where_there_is_one() -> None:
    """The control: a request that took a card number would be found."""
    made = ModuleType(__name__)
    vars(made)["Keyed"] = Keyed
    assert "card_number" in set(names_in(made))


def test_no_path_for_typed_or_swiped_cards_is_known() -> None:
    paths = [
        one.path
        for module in (endpoints_v1, endpoints_v3)
        for one in vars(module).values()
        if isinstance(one, Endpoint)
    ]
    assert [path for path in paths if "keyed" in path or "swiped" in path or "emv" in path] == []


def test_what_the_card_form_gave_is_never_kept_or_shown(bench: Bench) -> None:
    gateway = bench.client()
    hosted = bench.hosted()
    gateway.cards.sale(cards.Charge(hosted, usd("5.00"), "1"))
    shown = repr(bench.records) + repr(hosted)
    assert isinstance(hosted, HostedFields)
    assert hosted.hpf_token not in shown
    assert hosted.enc_key not in shown
    assert not contains_card_number(shown.encode())
