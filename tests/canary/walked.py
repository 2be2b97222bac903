"""What every walk with planted card numbers ends with: a look at all that Tieout keeps, shows and
writes back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from django.test import Client

from integrations.connections import clients
from integrations.connections.models import Connection
from integrations.exceptions.models import ExceptionCase
from integrations.instructions.models import Instruction
from integrations.sagepro.sample.books import Changes
from tenants.models import User
from tenants.scope import tenant_transaction
from tests.canary.cards import Cards
from tests.canary.kept import leaks, leaks_in_database, leaks_in_mails
from tests.canary.logbook import Logbook
from tests.walks.world import World

Keeping = Callable[[], AbstractContextManager[Callable[[], list[str]]]]
# The screens and exports in which what came in is shown.
PAGES = (
    "", "payments/", "payments.csv", "exceptions/", "batches.csv", "charges/", "worksheet.csv",
    "chargebacks/", "chargebacks.csv", "charges.csv", "charges/holds.csv", "charges/plans.csv",
    "charges/links.csv",
)  # fmt: skip


@pytest.fixture
def keeping(world: World, cards: Cards, superuser_url: str) -> Keeping:
    """Begin with it; what it gives says what is wrong with all that Tieout keeps and shows."""

    @contextmanager
    def begin() -> Iterator[Callable[[], list[str]]]:
        with Logbook() as logbook:
            yield lambda: [
                *leaks_in_database(superuser_url, cards),
                *leaks_in_mails(cards),
                *leaks("the log", logbook.read(), cards),
                *_shown(world, cards),
            ]

    return begin


def _shown(world: World, cards: Cards) -> Iterator[str]:
    reader = Client()
    reader.force_login(User.objects.get())
    for page in (*PAGES, *_pages_of_rows(world)):
        answer: Any = reader.get(f"/t/{world.tenant.slug}/{page}")
        assert answer.status_code == 200, page
        streamed = answer.streaming
        content = b"".join(answer.streaming_content) if streamed else answer.content
        yield from leaks(f"the page {page}", content, cards)


def _pages_of_rows(world: World) -> list[str]:
    """The page of an instruction in each state, and of a few payments and rows with a case."""
    with tenant_transaction(world.tenant.id):
        asked = dict(Instruction.objects.values_list("state", "id"))
        cases = ExceptionCase.objects.order_by("id").values_list("effect_id", flat=True)
        some = [f"payments/{one}/" for one in cases[::8]]
        return [*(f"charges/{one}/" for one in asked.values()), *some]


def new_in_sage(world: World) -> bytes:
    """Every row that is new in the company's books, and every value that is another now."""
    return written(world.changed())


def written(found: Changes) -> bytes:
    """The same of two snapshots: what was written, and not what stood there before."""
    values = [
        {column: new for column, (_, new) in row.items()}
        for rows in found.changed.values()
        for row in rows.values()
    ]
    return json.dumps([found.added, values]).encode()


def turn_to(world: World, url: str) -> None:
    """The PayTrace account's address is another one from now on."""
    clients.close_all()
    with tenant_transaction(world.tenant.id):
        gateway = Connection.objects.get(id=world.gateway_id)
        gateway.settings = {**gateway.settings, "base_url": url}
        gateway.save(update_fields=["settings"])
