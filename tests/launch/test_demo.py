"""What the first start of the demo does about a Sage company whose test failed."""

from __future__ import annotations

from django.utils import timezone

from integrations.connections import queries
from integrations.connections.models import ConnectionTest
from portal.management.commands.seed_demo import asked_again
from tenants.scope import tenant_transaction
from tests import factories


def test_a_failed_test_is_asked_for_again_and_one_under_way_is_waited_for(db: None) -> None:
    books = factories.company()
    with tenant_transaction(books.tenant.id):
        assert asked_again(books.sage) == ""
        ConnectionTest.objects.create(
            connection=books.sage, state=ConnectionTest.State.FAILED, requested_by="demo",
            finished_at=timezone.now(),
            findings=[
                {"label": "Rights", "ok": True, "sentence": "All there."},
                {"label": "Time-out", "ok": False, "sentence": "A locked row was waited for."},
            ],
        )  # fmt: skip
        assert asked_again(books.sage) == "A locked row was waited for."
        again = queries.latest_test(books.sage.id)
        assert (again and again.state, asked_again(books.sage)) == ("queued", "")
