"""A row flagged in Sage with card numbers in its texts: none is kept, told to PayTrace, or written
back in the row's answer."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

import pytest

from integrations.canonical.flagged import FlaggedRow
from integrations.connections import clients
from integrations.connections.models import Connection
from integrations.instructions.sage_words import FINAL
from integrations.sagepro.beyond_payments import BeyondPayments
from integrations.sagepro.profile import PostingProfile
from integrations.sagepro.sample.books import books, changes, rows_of
from integrations.sagepro.sample.profile import foxpro_profile
from tenants.scope import tenant_transaction
from tests.agent.foxpro import FoxProSite
from tests.canary.cards import Cards
from tests.canary.flagged_rows import (
    CHARGE,
    OWN,
    Planted,
    mapped,
    missing,
    texts_read,
    widen,
    widened,
)
from tests.canary.kept import leaks, leaks_in_files, whole_numbers_in
from tests.canary.planting_gateway import Planting, planting
from tests.canary.walked import Keeping, keeping, new_in_sage, turn_to, written
from tests.sagepro.flagged import change_row, flag, flag_row
from tests.sagepro.foxpro.company import foxpro_company, foxpro_template
from tests.walks.conftest import company_template, make_shelf, shelf, simulator, world
from tests.walks.test_flagged import asked, look, till
from tests.walks.test_foxpro import at_site, prove, turns
from tests.walks.test_instructions import look_now
from tests.walks.world import World

__all__ = [
    "at_site", "company_template", "foxpro_company", "foxpro_template", "keeping", "make_shelf",
    "shelf", "simulator", "till", "world",
]  # fmt: skip
pytestmark = pytest.mark.walk
# Rows that can be understood; every answer to one of them holds a card number.
UNDERSTOOD = 15
MOST_TURNS = 20
NOT_WRITTEN = "VALUE of our staging table would hold a card number, which is never written."


@pytest.fixture
def wide(till: World) -> World:
    """Its flagged rows hold texts of any length."""
    with tenant_transaction(till.tenant.id):
        company = Connection.objects.get(id=till.company_id)
        company.settings = {**company.settings, "profile": widened(company.settings["profile"])}
        company.fingerprint = ""
        company.save(update_fields=["settings", "fingerprint"])
    widen(till.sage_dsn, profile_of(till))
    till.test_company()
    return till


def profile_of(world: World) -> PostingProfile:
    with tenant_transaction(world.tenant.id):
        company = Connection.objects.get(id=world.company_id)
        return PostingProfile.from_json(company.settings["profile"])


def _read(world: World) -> list[FlaggedRow]:
    connector = clients.sage_connector(tenant_id=world.tenant.id, connection_id=world.company_id)
    assert isinstance(connector, BeyondPayments)
    return connector.flagged_rows(after="", limit=200)


def test_no_flagged_row_brings_one_in_or_carries_one_anywhere(
    wide: World, cards: Cards, keeping: Keeping
) -> None:
    with keeping() as kept:
        hand, planted = Planting(cards, also=("approval_message",)), Planted(cards)
        planted.in_each(mapped(profile_of(wide)))
        planted.in_columns_of_the_site((*OWN, "adduser", "lckuser"), rows=UNDERSTOOD)
        for row in planted.rows:
            flag_row(wide.sage_dsn, **row)
        wide.before = books(wide.sage_dsn)
        assert missing(planted.places, _read(wide)) == set()
        with planting(wide.simulator.url, hand) as url:
            turn_to(wide, url)
            look(wide)
            look_now(wide)
            look(wide)
        assert kept() == []
        assert leaks("PayTrace", b"\n".join(hand.heard), cards) == []
        assert leaks("Sage", new_in_sage(wide), cards) == []
        ends = Counter(one.state for one in asked(wide))
        assert ends["refused"] > len(texts_read()) * 2
        assert min(ends["done"], ends["declined"]) > 2
        assert {row["reqmsg"][:15] for row in _answered(wide)} == {
            "This row holds ", "1.00 USD was ch", "The charge of 1",
        }  # fmt: skip
        assert b"[PAN" in new_in_sage(wide)
        assert b"/v1/transactions/sale/" in b"\n".join(hand.heard)


def _answered(world: World) -> list[dict[str, str]]:
    rows = rows_of(world.sage_dsn, "arpayrq")
    return [row for row in rows if "reqflag" not in row]


def test_a_text_of_a_flagged_row_without_a_planting_is_named(wide: World, cards: Cards) -> None:
    """The control: with nothing planted, with a column left out, with a row nobody reads."""
    every = texts_read() - {"kind_word"} | {"kind", "result_id", "message"}
    assert missing((), ()) == every | {"kind_word"}
    flag_row(wide.sage_dsn, reqno="1", reqdesc=cards.card("a description"))
    assert missing(every, _read(wide)) == texts_read() - {"description"}
    assert "description" in missing(every - {"description"}, _read(wide))


def test_what_a_flagged_row_holds_and_what_is_written_into_it_is_found(
    wide: World, cards: Cards
) -> None:
    """The control of the search: what stands there beforehand is Sage's own, what comes is ours."""
    flag_row(wide.sage_dsn, reqno="1", reqdesc=cards.card("a description"))
    wide.before = books(wide.sage_dsn)
    assert leaks("Sage", new_in_sage(wide), cards) == []
    change_row(wide.sage_dsn, "1", reqmsg=cards.card("a message"))
    assert len(leaks("Sage", new_in_sage(wide), cards)) == 1


def test_no_flagged_row_of_a_foxpro_table_brings_one_in(
    till: World, at_site: FoxProSite, cards: Cards, keeping: Keeping
) -> None:
    """Through the agent, and answered by the program inside Sage Pro from our staging tables."""
    with keeping() as kept:
        at_site.sign()
        assert prove(till, at_site) == "passed"
        hand, planted = Planting(cards), Planted(cards)
        planted.in_each(mapped(foxpro_profile()))
        for row in ({"reqno": "1", **CHARGE}, *planted.rows):
            flag(at_site.company, **{**row, "reqamt": Decimal(row["reqamt"])})
        assert planted.places == {"vault_id", "transaction_id", "description", "status",
                                  "result_id", "message"}  # fmt: skip
        before = at_site.company.books()
        with planting(till.simulator.url, hand) as url:
            turn_to(till, url)
            _until_answered(till, at_site)
        # In the bytes between its rows some digits read like a card by chance.
        wrong = leaks_in_files(at_site.home, cards, but=("journal.sqlite-wal",))
        wrong += whole_numbers_in(at_site.home, cards.numbers, cards)
        own = sorted(at_site.folder.glob("PT*"))
        wrong += [leak for path in own for leak in leaks(path.name, path.read_bytes(), cards)]
        assert wrong + kept() == []
        assert leaks("PayTrace", b"\n".join(hand.heard), cards) == []
        found = changes(before, at_site.company.books())
        assert leaks("Sage", written(found), cards) == []
        ends = Counter(one["reqstat"][1] for one in found.changed["arpayrq"].values())
        assert ends == {"Done": 1, "Refused": 6}
        # Handed over with the answer would be what stands where the answer goes.
        left = [one.result["not_in_sage"] for one in asked(till) if "not_in_sage" in one.result]
        assert left == [NOT_WRITTEN] * (len(planted.rows) - 6)


def _until_answered(world: World, at_site: FoxProSite) -> None:
    for _ in range(MOST_TURNS):
        look_now(world)
        world.look_for_flagged_rows()
        turns(world, at_site)
        at_site.company.run_program()
        at_site.scene.minute_passes()
        if all(one.told_sage in FINAL for one in asked(world)):
            return
