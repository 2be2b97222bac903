"""A rule of the site's own database refuses one payment; the others are posted all the same."""

from __future__ import annotations

import psycopg
import pytest

from tests.walks.world import World

pytestmark = pytest.mark.walk
_RULE = """
CREATE FUNCTION no_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'No receipts for % this month.', trim(NEW.custno); END $$;
CREATE TRIGGER no_receipt BEFORE INSERT ON arcash FOR EACH ROW
WHEN (NEW.custno = 'ACME01') EXECUTE FUNCTION no_receipt()
"""


def test_what_a_trigger_refuses_goes_to_a_person_and_blocks_nobody(world: World) -> None:
    with psycopg.connect(world.sage_dsn, autocommit=True) as sage:
        sage.execute(_RULE)
    refused = world.pay(amount="740.00", invoice_id="10432")
    posted = world.pay(amount="10.00", invoice_id="100431", customer_id="ADLER1")
    world.poll()
    assert (world.effect(refused).state, world.effect(posted).state) == ("parked", "posted")
    assert world.effect(refused).sentence.startswith(
        "A rule in Sage Pro's own database refused it: No receipts for ACME01 this month."
    )
    assert world.open_cases() == ["value_refused"]
    assert world.company_state() == "connected"

    with psycopg.connect(world.sage_dsn, autocommit=True) as sage:
        sage.execute("DROP TRIGGER no_receipt ON arcash")
    world.retry(refused)
    assert world.effect(refused).state == "posted"
    assert world.open_cases() == []
