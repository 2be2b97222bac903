"""How far PayTrace was read, lost notices by day, and past days with their progress."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from integrations.events.models import Backfill, DayCount, Watermark
from tenants.models import AuditEvent
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.reading import text_of


def _address(books: Books, ending: str = "") -> str:
    return f"/t/{books.tenant.slug}/connections/{books.paytrace.id}/{ending}"


def test_the_page_says_how_far_each_source_is_and_what_no_notice_told(
    alice: Client, books: Books
) -> None:
    now = timezone.now()
    with tenant_transaction(books.tenant.id):
        for source in ("transactions", "batches"):
            Watermark.objects.create(connection=books.paytrace, source=source, complete_up_to=now)
        today = now.astimezone(timezone.get_fixed_timezone(-480)).date()
        DayCount.objects.create(connection=books.paytrace, day=today, told=5, oldest_unseen_at=now)
        for found_by in ("notice", "sync", "sync"):
            factories.effect(books, found_by=found_by)
    shown = text_of(alice.get(_address(books)))
    assert "Card payments Complete up to" in shown
    assert "Batches Complete up to" in shown
    assert " 5 1 2 2, the oldest of " in shown


def test_past_days_are_asked_for_watched_paused_and_cancelled(alice: Client, books: Books) -> None:
    day = (timezone.now() - timedelta(days=3)).date().isoformat()
    wrong = alice.post(
        _address(books, "do/past-days/"), {"first_day": day, "last_day": "2099-01-01"}
    )
    assert "Last day: The last day lies in the future." in text_of(wrong)
    missing = alice.post(_address(books, "do/past-days/"), {"first_day": "then"})
    assert "First day: This is not a day such as 2026-11-20." in text_of(missing)

    sent = {"first_day": day, "last_day": day, "name": "Before go-live"}
    shown = alice.post(_address(books, "do/past-days/"), sent, follow=True)
    text = text_of(shown)
    assert "Before go-live" in text
    assert "Reading 0 of 1 days, the first day shows how long it takes" in text
    again = alice.post(_address(books, "do/past-days/"), sent)
    assert "Past days of this account are being read already." in text_of(again)

    with tenant_transaction(books.tenant.id):
        job = Backfill.objects.get()
    page = _address(books, f"past-days/{job.id}/")
    assert "Paused 0 of 1 days" in text_of(alice.post(page + "do/pause/", follow=True))
    part = alice.get(page, headers={"HX-Request": "true"}).content.decode()
    assert "<h1>" not in part
    assert "Go on reading" in part
    assert "Cancelled" in text_of(alice.post(page + "do/cancel/", follow=True))
    assert "It has ended" in text_of(alice.post(page + "do/resume/", follow=True))
    with tenant_transaction(books.tenant.id):
        told = AuditEvent.objects.filter(action__startswith="backfill").order_by("id")
        assert sorted(one.action for one in told) == [
            "backfill.cancelled", "backfill.paused", "backfill.started",
        ]  # fmt: skip
