"""Customers, orders and stock that a person keys: listed, read back, and told to who asked."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import cast

import pytest

from integrations import pipeline
from integrations.canonical.keyed_changes import Wanted
from integrations.canonical.orders import CustomerRequest, OrderRequest
from integrations.canonical.posting import WithdrawOutcome
from integrations.canonical.stock import Allocation, ChangeOutcome, ChangeResult
from integrations.connections import clients, writing
from integrations.connections.models import Connection
from integrations.sagepro.sample.profile import sample_profile
from tenants.errors import NotPossible
from tenants.models import AuditEvent
from tests.sagepro.any_company import Everything
from tests.sagepro.bookkeeper import Bookkeeper
from tests.sagepro.companies import SampleCompany
from tests.sagepro.orders import BEARINGS, NEWCOMER, VALVES, order
from tests.walks.keying import entries, states
from tests.walks.world import ACTOR, World

pytestmark = [pytest.mark.walk, pytest.mark.usefixtures("db")]


@pytest.fixture
def assisted(world: World) -> World:
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    return world


def _sage(world: World) -> Everything:
    found = clients.sage_connector(tenant_id=world.tenant.id, connection_id=world.company_id)
    return cast("Everything", found)


def _ask(world: World, customer: CustomerRequest = NEWCOMER) -> ChangeResult:
    return _sage(world).create_or_match_customer(customer)


def _key(world: World, wanted: Wanted) -> str:
    """Type it into Sage; the number it got there."""
    return Bookkeeper(world.sage_dsn).change(wanted, profile=sample_profile()).number


def _in_sage(world: World, number: str, **values: object) -> None:
    """Somebody edits that customer in Sage."""
    SampleCompany(world.sage_dsn).change("arcust", {"custno": number}, **values)


def _say_keyed(world: World, number: str = "") -> None:
    ids = [entry.id for entry in entries(world)]
    numbers = dict.fromkeys(ids, number) if number else {}
    world.within(
        lambda: pipeline.keyed(
            company_id=world.company_id, entry_ids=ids, actor=ACTOR, numbers=numbers
        )
    )
    world.work()


def test_a_new_customer_is_listed_keyed_and_read_back(assisted: World) -> None:
    asked = _ask(assisted)
    assert asked.outcome is ChangeOutcome.HANDED_OVER
    assert assisted.changed_tables() == []
    (entry,) = entries(assisted)
    (row,) = entry.kept["listed"]
    assert (row["name"], row["key"]) == ("arcust", "Acme Räder LLC")
    listed = [(one["name"], one["value"]) for one in row["values"]]
    assert [*listed[:11], *sorted(listed[11:])] == [
        ("custno", "ACME02"),
        ("company", "Acme Räder LLC"),
        ("email", "orders@raeder.example"),
        ("contact", "Ida Weiß"),
        ("address1", "9 Canal Road"),
        ("city", "Dayton"),
        ("state", "OH"),
        ("zip", "45402-1234"),
        ("country", "USA"),
        ("phone", "555-0188"),
        ("currency", "USD"),
        ("aracct", "1200-00"),
        ("custstat", "A"),
        ("depact", "2300-00"),
        ("gllink", "AR"),
        ("pterms", "Due on receipt"),
        ("statfmt", "O"),
    ]
    assert _key(assisted, NEWCOMER) == "ACME02"
    _say_keyed(assisted)
    assert states(assisted) == [("seen", "")]
    told = _ask(assisted)
    assert (told.outcome, told.number) == (ChangeOutcome.EXISTS, "ACME02")


def test_a_customer_keyed_otherwise_goes_back_with_what_is_wrong(assisted: World) -> None:
    _ask(assisted)
    number = _key(assisted, replace(NEWCOMER, phone="555-0199", city="Dayton, Ohio"))
    _say_keyed(assisted, number)
    wrong = (
        "arcust.city of customer ACME02 is ‘Dayton, Ohio’ in Sage and should be ‘Dayton’. "
        "arcust.phone of customer ACME02 is ‘555-0199’ in Sage and should be ‘555-0188’."
    )
    assert states(assisted) == [("waiting", wrong)]
    _in_sage(assisted, number, city="Dayton", phone="555-0188")
    _say_keyed(assisted, number)
    assert states(assisted) == [("seen", "")]


def test_a_word_without_a_customer_goes_back(assisted: World) -> None:
    _ask(assisted)
    _say_keyed(assisted, "ACME77")
    assert states(assisted) == [("waiting", "Sage has no customer ACME77 yet (arcust).")]


def test_a_customer_keyed_under_another_number_is_recognised(assisted: World) -> None:
    """Nobody has to say so: every value is as it was asked."""
    _ask(assisted)
    number = _key(assisted, NEWCOMER)
    _in_sage(assisted, number, custno="RAEDER")
    told = _ask(assisted)
    assert (told.outcome, told.number) == (ChangeOutcome.DONE, "RAEDER")
    assert states(assisted) == [("seen", "")]


def test_two_that_are_listed_get_two_numbers(assisted: World) -> None:
    _ask(assisted)
    _ask(
        assisted, replace(NEWCOMER, key="shop:customer:89", name="Acme Two", email="2@two.example")
    )
    assert [entry.number for entry in entries(assisted)] == ["ACME02", "ACME03"]


def test_two_that_match_are_said_and_a_person_tells_which(assisted: World) -> None:
    _ask(assisted)
    number = _key(assisted, NEWCOMER)
    _in_sage(assisted, "ZENITH", email=NEWCOMER.email)
    _in_sage(assisted, number, phone="")
    _ask(assisted)
    assert states(assisted) == [
        (
            "waiting",
            "Customers ACME02, ZENITH have the e-mail address of ‘Acme Räder LLC’ (arcust).",
        )
    ]
    _in_sage(assisted, number, phone=NEWCOMER.phone)
    _say_keyed(assisted, number)
    assert states(assisted) == [("seen", "")]


def test_who_asked_is_told_why_it_was_taken_off_and_may_ask_anew(assisted: World) -> None:
    _ask(assisted)
    (entry,) = entries(assisted)
    assisted.within(
        lambda: pipeline.not_to_be_keyed(
            company_id=assisted.company_id,
            entry_ids=[entry.id],
            reason="They pay cash",
            actor=ACTOR,
        )
    )
    assisted.work()
    told = _ask(assisted)
    assert told.outcome is ChangeOutcome.REFUSED
    assert told.refusal is not None
    assert "They pay cash" in told.refusal.sentence
    assert _ask(assisted, replace(NEWCOMER, city="Xenia")).outcome is ChangeOutcome.HANDED_OVER
    assert states(assisted) == [("waiting", "")]


def test_one_key_asks_for_one_thing(assisted: World) -> None:
    _ask(assisted)
    other = replace(NEWCOMER, name="Acme Wheels")
    assert _ask(assisted, other).outcome is ChangeOutcome.CONFLICT
    assert _sage(assisted).withdraw(NEWCOMER.key) is WithdrawOutcome.WITHDRAWN
    assert _ask(assisted).outcome is ChangeOutcome.WITHDRAWN


def test_what_a_person_keyed_stays_known_when_tieout_writes_again(assisted: World) -> None:
    _ask(assisted)
    _key(assisted, NEWCOMER)
    _say_keyed(assisted)
    assisted.within(
        lambda: writing.choose(connection_id=assisted.company_id, writes="direct", actor=ACTOR)
    )
    before = assisted.changed()
    assert _ask(assisted).outcome is ChangeOutcome.EXISTS
    assert assisted.changed() == before


def test_what_tieout_wrote_is_not_listed_when_a_person_writes(world: World) -> None:
    assert _ask(world).outcome is ChangeOutcome.DONE
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    told = _ask(world)
    assert (told.outcome, told.number) == (ChangeOutcome.EXISTS, "ACME02")
    assert states(world) == [("seen", "")]


def test_sage_away_keeps_the_word_until_it_is_back(assisted: World) -> None:
    _ask(assisted)
    _key(assisted, NEWCOMER)
    with assisted.sage_away():
        _say_keyed(assisted)
        assert states(assisted) == [("confirmed", "")]
    assisted.wait_over()
    assisted.work()
    assert states(assisted) == [("seen", "")]


def _asked(world: World, wanted: OrderRequest) -> ChangeResult:
    return _sage(world).upsert_order(wanted)


def _ordered(world: World) -> str:
    """An order that a person keyed; its number."""
    _asked(world, order())
    number = _key(world, order())
    _say_keyed(world, number)
    assert states(world)[-1] == ("seen", "")
    return number


def test_an_order_is_listed_keyed_and_found_by_its_number(assisted: World) -> None:
    assert _asked(assisted, order()).outcome is ChangeOutcome.HANDED_OVER
    assert assisted.changed_tables() == []
    number = _key(assisted, order())
    with pytest.raises(NotPossible, match="Type the number that Sage gave order shop:4711"):
        _say_keyed(assisted)
    _say_keyed(assisted, number)
    assert states(assisted) == [("seen", "")]
    told = _asked(assisted, order())
    assert (told.outcome, told.number) == (ChangeOutcome.EXISTS, number)


def test_an_order_keyed_otherwise_goes_back_with_what_is_wrong(assisted: World) -> None:
    _asked(assisted, order())
    number = _key(assisted, order(1, replace(BEARINGS, quantity=Decimal(5)), VALVES))
    _say_keyed(assisted, number)
    ((state, problem),) = states(assisted)
    assert state == "waiting"
    assert (
        f"sotran.qtyord of line 1 of sales order {number} is ‘5.000’ in Sage and should be ‘4’."
        in problem
    )
    assert f"somast.ordamt of sales order {number}" in problem


def test_of_a_later_version_only_what_differs_is_listed(assisted: World) -> None:
    number = _ordered(assisted)
    fewer = order(2, replace(BEARINGS, quantity=Decimal(3)), VALVES)
    assert _asked(assisted, fewer).outcome is ChangeOutcome.HANDED_OVER
    listed = entries(assisted)[-1].kept["listed"]
    assert [
        (row["key"], [(one["name"], one["value"], one["was"]) for one in row["values"]])
        for row in listed
    ] == [
        (f"sales order {number}", [("ordamt", "123.77", "142.2700")]),
        (f"line 1 of sales order {number}", [("qtyord", "3", "4.000")]),
    ]
    assert _asked(assisted, order(3)).outcome is ChangeOutcome.WAIT
    _key(assisted, fewer)
    # Its number is known, so the books alone end it.
    assert _asked(assisted, fewer).outcome is ChangeOutcome.DONE
    told = _asked(assisted, replace(fewer, version=3))
    assert (told.outcome, told.number) == (ChangeOutcome.DONE, number)
    assert entries(assisted)[-1].kept["listed"] == []


def test_an_order_that_somebody_changed_in_sage_is_not_listed(assisted: World) -> None:
    number = _ordered(assisted)
    SampleCompany(assisted.sage_dsn).change("somast", {"sono": number}, ponum="TYPED IN SAGE")
    told = _asked(assisted, order(2, BEARINGS))
    assert told.refusal is not None
    assert told.refusal.code == "order_changed"
    assert len(entries(assisted)) == 1


def test_the_number_of_another_order_is_not_believed(assisted: World) -> None:
    number = _ordered(assisted)
    other = order(name="shop:4712")
    assert _asked(assisted, other).outcome is ChangeOutcome.HANDED_OVER
    assert "In Sage the same stands already as 7404." in entries(assisted)[-1].problem
    with pytest.raises(NotPossible, match=f"{number} is order shop:4711 already"):
        _say_keyed(assisted, number)


def test_an_order_that_a_person_keyed_is_not_changed_by_tieout(assisted: World) -> None:
    number = _ordered(assisted)
    assisted.within(
        lambda: writing.choose(connection_id=assisted.company_id, writes="direct", actor=ACTOR)
    )
    assert _asked(assisted, order()).number == number
    told = _asked(assisted, order(2, BEARINGS))
    assert told.refusal is not None
    assert told.refusal.sentence == (
        "A person keyed order shop:4711 into Sage, so Tieout does not change it."
    )
    assert _asked(assisted, order(name="shop:4712")).outcome is ChangeOutcome.DONE


def test_a_person_changes_what_tieout_wrote_before(world: World) -> None:
    written = _asked(world, order())
    assert written.outcome is ChangeOutcome.DONE
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    assert _asked(world, order(2, BEARINGS)).outcome is ChangeOutcome.HANDED_OVER
    assert entries(world)[-1].number == written.number


_FOUR = Allocation("order:1:line:1", "BRG-6204", "MAIN", Decimal(4))
_TWO = replace(_FOUR, key="order:2:line:1", quantity=Decimal(2))


def _allocate(world: World, wanted: Allocation = _FOUR) -> ChangeResult:
    return _sage(world).allocate_stock(wanted)


def _in_stock(world: World, allocated: str) -> None:
    """Somebody in Sage allocates, so that this much is."""
    where: dict[str, object] = {"item": "BRG-6204", "loctid": "MAIN"}
    SampleCompany(world.sage_dsn).change("iciqty", where, qsoaloc=Decimal(allocated))


def test_stock_is_listed_keyed_and_read_back(assisted: World) -> None:
    assert _allocate(assisted).outcome is ChangeOutcome.HANDED_OVER
    assert assisted.changed_tables() == []
    (row,) = entries(assisted)[0].kept["listed"]
    assert (row["key"], row["values"]) == (
        "BRG-6204 at MAIN",
        [{"column": "allocated", "name": "qsoaloc", "value": "24.000", "was": "20.000"}],
    )
    _say_keyed(assisted)
    missing = "iciqty.qsoaloc of BRG-6204 at MAIN is 20.000 in Sage and should be 24.000."
    assert states(assisted) == [("waiting", missing)]
    _key(assisted, _FOUR)
    assert _allocate(assisted).outcome is ChangeOutcome.HANDED_OVER
    _say_keyed(assisted)
    assert states(assisted) == [("seen", "")]
    assert _allocate(assisted).outcome is ChangeOutcome.EXISTS


def test_two_that_are_keyed_together_prove_each_other(assisted: World) -> None:
    for wanted in (_FOUR, _TWO):
        assert _allocate(assisted, wanted).outcome is ChangeOutcome.HANDED_OVER
    for wanted in (_FOUR, _TWO):
        _key(assisted, wanted)
    _say_keyed(assisted)
    assert states(assisted) == [("seen", ""), ("seen", "")]


def test_of_two_that_are_said_only_the_keyed_one_is_believed(assisted: World) -> None:
    for wanted in (_FOUR, _TWO):
        _allocate(assisted, wanted)
    _key(assisted, _FOUR)
    _say_keyed(assisted)
    told = "iciqty.qsoaloc of BRG-6204 at MAIN is 24.000 in Sage and should be 22.000."
    assert states(assisted) == [("seen", ""), ("waiting", told)]


def test_what_the_books_cannot_show_a_person_says_twice(assisted: World) -> None:
    _allocate(assisted)
    _key(assisted, _FOUR)
    _in_stock(assisted, "27")
    _say_keyed(assisted)
    told = (
        "iciqty.qsoaloc of BRG-6204 at MAIN is 27.000 in Sage. It was 20.000 when this was listed, "
        "and with this it would be 24.000: something else moved it too, so the books cannot show "
        "whether this is keyed. If it is, tick it once more; your word is kept."
    )
    assert states(assisted) == [("waiting", told)]
    assert _allocate(assisted).outcome is ChangeOutcome.HANDED_OVER
    _say_keyed(assisted)
    assert states(assisted) == [("seen", "")]
    (entry,) = entries(assisted)
    assert entry.confirmed_by == ACTOR
    audited = assisted.within(
        lambda: list(
            AuditEvent.objects.filter(action="worksheet.believed_on_word").values_list(
                "actor", "details__key"
            )
        )
    )
    assert audited == [(ACTOR, "order:1:line:1")]


def test_a_doubt_is_gone_when_the_books_show_that_nothing_was_keyed(assisted: World) -> None:
    _allocate(assisted)
    for allocated in ("27", "20"):
        _in_stock(assisted, allocated)
        _say_keyed(assisted)
    _in_stock(assisted, "27")
    _say_keyed(assisted)
    assert [state for state, _ in states(assisted)] == ["waiting"]


def test_stock_that_the_list_takes_is_not_listed_twice(assisted: World) -> None:
    last = Allocation("order:1:line:1", "BRG-6204", "EAST", Decimal(1))
    assert _allocate(assisted, last).outcome is ChangeOutcome.HANDED_OVER
    second = replace(last, key="order:2:line:1")
    told = _allocate(assisted, second)
    assert (told.outcome, told.evidence["waiting_for"]) == (
        ChangeOutcome.WAIT,
        "Other entries on the worksheet take the stock that this needs.",
    )
    _key(assisted, last)
    _say_keyed(assisted)
    refused = _allocate(assisted, second).refusal
    assert refused is not None
    assert refused.code == "stock_short"


def test_an_order_that_is_listed_takes_its_stock(assisted: World) -> None:
    """Keyed with an allocation of the same item, both are proven."""
    _asked(assisted, order())
    _allocate(assisted)
    number = _key(assisted, order())
    _key(assisted, _FOUR)
    _say_keyed(assisted, number)
    assert states(assisted) == [("seen", ""), ("seen", "")]


def test_what_tieout_wrote_is_not_withdrawn_when_a_person_writes(world: World) -> None:
    assert _asked(world, order()).outcome is ChangeOutcome.DONE
    world.within(
        lambda: writing.choose(connection_id=world.company_id, writes="assisted", actor=ACTOR)
    )
    assert _sage(world).withdraw(order().key) is WithdrawOutcome.EXISTS
    assert _sage(world).withdraw("order:shop:4711:2") is WithdrawOutcome.WITHDRAWN


def test_one_that_can_never_be_found_goes_back_and_posting_goes_on(assisted: World) -> None:
    _allocate(assisted)
    profile = replace(sample_profile(), allocates_stock=False).as_json()
    assisted.within(lambda: _use_profile(assisted, profile))
    _say_keyed(assisted)
    told = "Allocating stock is not available for this Sage Pro company."
    assert states(assisted) == [("waiting", told)]
    assert assisted.company_state() == "connected"


def _use_profile(world: World, profile: dict[str, object]) -> None:
    company = Connection.objects.get(id=world.company_id)
    company.settings = {**company.settings, "profile": profile}
    company.save(update_fields=["settings"])


def test_a_card_number_is_neither_listed_nor_told_as_a_number(assisted: World) -> None:
    card = "4111 1111 1111 1111"
    refused = _ask(assisted, replace(NEWCOMER, address2=card)).refusal
    assert refused is not None
    assert refused.code == "value_refused"
    _asked(assisted, order())
    with pytest.raises(NotPossible, match="is no number in Sage") as told:
        _say_keyed(assisted, card.replace(" ", ""))
    assert card.replace(" ", "") not in told.value.sentence
