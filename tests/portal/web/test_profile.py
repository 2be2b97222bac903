"""The posting profile in a form: nothing lost, every mistake at its place, versions in words."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from integrations.connections import profiles
from integrations.connections.models import Connection, TableLayout
from integrations.sagepro.layout import layout_of, to_json
from integrations.sagepro.profile import HISTORY, PostingProfile
from integrations.sagepro.sample.profile import foxpro_profile, sample_profile
from integrations.sagepro.taking_over import taken_over
from portal.web.forms.profile_typed import read_profile
from tenants.models import DueWork
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tests import factories
from tests.factories import Books
from tests.portal.web.profile_form import profile_form
from tests.portal.web.reading import text_of


def _page(books: Books, *more: str) -> str:
    parts = "".join(f"{part}/" for part in more)
    return f"/t/{books.tenant.slug}/connections/{books.sage.id}/posting-profile/{parts}"


def _typed(**changes: Any) -> dict[str, Any]:
    return (
        profile_form(sample_profile().as_json())
        | {"based_on": "1", "note": "Seen in Sage"}
        | changes
    )


@pytest.fixture
def kept(books: Books) -> Books:
    """The company with its profile as version 1."""
    with tenant_transaction(books.tenant.id):
        profiles.keep_first(books.sage, actor="alice")
    return books


@pytest.mark.parametrize("profile", [sample_profile(), foxpro_profile()], ids=["sql", "dbf"])
def test_a_form_sent_back_as_it_was_is_the_same_profile(profile: PostingProfile) -> None:
    shipped = profile.as_json()
    post = QueryDict(mutable=True)
    for name, value in profile_form(copy.deepcopy(shipped)).items():
        post.setlist(name, value if isinstance(value, list) else [value])
    assert read_profile(post, base=shipped) == shipped


def test_a_change_is_shown_in_words_before_it_is_saved(alice: Client, kept: Books) -> None:
    typed = _typed(**{"tables.receipts.columns.paid.name": "payamt"})
    shown = text_of(alice.post(_page(kept), typed | {"action": "preview"}))
    assert "What you see is not saved yet." in shown
    assert "Cash receipts, amount: column payamt instead of paidamt." in shown
    with tenant_transaction(kept.tenant.id):
        assert len(profiles.versions(kept.sage.id)) == 1

    saved = alice.post(_page(kept), typed | {"action": "save"}, follow=True)
    assert "Version 2 is in force. Test the connection now" in text_of(saved)
    assert "‘Seen in Sage’" in text_of(saved)
    with tenant_transaction(kept.tenant.id):
        row = Connection.objects.get(pk=kept.sage.pk)
    assert profiles.in_force(row).column("receipts", "paid").name == "payamt"
    assert row.state == Connection.State.NEW


def test_an_older_version_is_looked_at_and_restored(alice: Client, kept: Books) -> None:
    alice.post(_page(kept), _typed(user_code="TIE", action="save"))
    told = text_of(alice.get(_page(kept, "2")))
    assert "User code: ‘TIE’ instead of ‘PT’." in told
    assert "Restore version" not in told
    older = text_of(alice.get(_page(kept, "1")))
    assert "User code: ‘PT’ instead of ‘TIE’." in older
    assert "Restore version 1" in older
    assert "Version 3 is in force." in text_of(alice.post(_page(kept, "1", "restore"), follow=True))
    again = text_of(alice.post(_page(kept, "1", "restore"), follow=True))
    assert "Nothing is different from the version in force." in again


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(
    alice: Client, kept: Books
) -> None:
    wrong = _typed(
        **{
            "tables.receipts.columns.marker.size": "1O",
            "tables.customers.columns.email.name": "cc_num",
            "name": "Typed by hand",
            "action": "save",
        }
    )
    page = alice.post(_page(kept), wrong)
    shown = text_of(page)
    assert "Not saved: 2 things to repair" in shown
    assert "arcash.refno: ‘1O’ is no width for text." in shown
    assert "arcust.cc_num is named like card data or a password" in shown
    assert 'value="1O"' in page.content.decode()
    assert 'value="Typed by hand"' in page.content.decode()
    with tenant_transaction(kept.tenant.id):
        assert len(profiles.versions(kept.sage.id)) == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("code_page", "klingon", "code_page names no known code page"),
        ("empty_date", "never", "empty_date must be a date such as 1900-01-01"),
        ("session.width", "six", "session.width must be a whole number above zero"),
        ("marker.width", "7", "leaves fewer than 6 characters"),
        ("receipt_fields.comment", "row_id", "names a column the writer fills itself"),
        ("tables.receipts.others", "a lot", ""),
        ("based_on", "soon", "was saved meanwhile"),
    ],
)
def test_whatever_is_typed_gets_a_sentence(
    alice: Client, kept: Books, field: str, typed: str, sentence: str
) -> None:
    page = alice.post(_page(kept), _typed(**{field: typed, "action": "save"}), follow=True)
    assert page.status_code == 200
    assert sentence in text_of(page)


def test_a_proven_profile_is_taken_over_from_a_test_company(alice: Client, kept: Books) -> None:
    proven = sample_profile().as_json() | {"user_code": "TO", "company_number": "09"}
    with tenant_transaction(kept.tenant.id):
        settings = {"edition": "sql", "company_number": "09", "profile": proven}
        test = factories.sage_company(kept.dev, name="Test books", settings=settings)
    assert f"?from={test.id}" in alice.get(_page(kept)).content.decode()
    shown = alice.get(_page(kept), {"from": str(test.id)})
    assert "User code: ‘TO’ instead of ‘PT’." in text_of(shown)
    assert "Taken over from Test books, Dev, version 0" in shown.content.decode()
    with tenant_transaction(kept.tenant.id):
        assert len(profiles.versions(kept.sage.id)) == 1
    typed = profile_form(taken_over(proven, by=sample_profile().as_json()))
    saved = alice.post(_page(kept), typed | {"based_on": "1", "action": "save"}, follow=True)
    assert "Version 2 is in force." in text_of(saved)
    with tenant_transaction(kept.tenant.id):
        profile = Connection.objects.get(pk=kept.sage.pk).settings["profile"]
    assert (profile["user_code"], profile["company_number"]) == ("TO", "01")


@pytest.mark.parametrize("other", ["nothing", "c0ffee00-0000-4000-8000-000000000000"])
def test_what_is_no_company_of_ours_gives_nothing(other: str, alice: Client, kept: Books) -> None:
    assert alice.get(_page(kept), {"from": other}).status_code == 404


def test_nothing_is_taken_over_from_another_tenant(alice: Client, kept: Books) -> None:
    owner = factories.person("owner@other.example")
    stranger = factories.company("Other", owner=owner)
    assert alice.get(_page(kept), {"from": str(stranger.sage.id)}).status_code == 404


def test_tables_of_a_test_company_get_the_number_of_this_one() -> None:
    calibrated = foxpro_profile().as_json()
    tables = calibrated["tables"]
    assert isinstance(tables, dict)
    for table, group in tables.items():
        proven = PostingProfile.from_json(foxpro_profile().as_json() | {"company_number": "09"})
        group["name"] = proven.physical_table(table)
        for history, current in HISTORY.items():
            if current == table:
                group["history_name"] = proven.physical_table(history)
    calibrated |= {"company_number": "09", "table_pattern": "{table}"}
    own = PostingProfile.from_json(taken_over(calibrated, by=foxpro_profile().as_json()))
    assert [own.physical_table(table) for table in own.all_tables] == [
        foxpro_profile().physical_table(table) for table in own.all_tables
    ]


def test_somebody_else_s_version_is_not_undone(alice: Client, kept: Books) -> None:
    alice.post(_page(kept), _typed(user_code="TIE", action="save"))
    refused = text_of(alice.post(_page(kept), _typed(user_code="X", action="save")))
    assert "Version 2 was saved meanwhile" in refused


@pytest.mark.parametrize(
    ("role", "may_edit"), [(Role.IT, True), (Role.ACCOUNTANT, False), (Role.VIEWER, False)]
)
def test_everybody_reads_and_it_edits(kept: Books, role: Role, may_edit: bool) -> None:  # noqa: FBT001 a pytest parameter
    client = Client()
    client.force_login(factories.member(kept.tenant, email="bob@acme.example", role=role))
    shown = text_of(client.get(_page(kept)))
    assert ("Save version 2" in shown) is may_edit
    assert client.get(_page(kept, "1")).status_code == 200
    answer = client.post(_page(kept), _typed(user_code="B", action="save"))
    assert answer.status_code == (302 if may_edit else 403)
    restored = client.post(_page(kept, "1", "restore"))
    assert restored.status_code == (302 if may_edit else 403)


def test_a_paytrace_account_has_no_posting_profile(alice: Client, kept: Books) -> None:
    page = f"/t/{kept.tenant.slug}/connections/{kept.paytrace.id}/posting-profile/"
    assert [alice.get(page).status_code, alice.get(f"{page}1/").status_code] == [404, 404]
    assert alice.get(_page(kept, "9")).status_code == 404


def test_changed_tables_are_told_and_accepted_with_a_reason(alice: Client, kept: Books) -> None:
    wide = ("arcash", "refno", "character", "12", "None", "None", "NO")
    with tenant_transaction(kept.tenant.id):
        for width, is_new in (("10", False), ("12", True)):
            fact = (*wide[:3], width, *wide[4:])
            row = TableLayout.objects.create(
                connection=kept.sage, fingerprint=width * 32, tables=to_json(layout_of([fact]))
            )
            if not is_new:
                TableLayout.objects.filter(pk=row.pk).update(accepted_at=row.seen_at)
    base = f"/t/{kept.tenant.slug}/connections/{kept.sage.id}/"
    shown = text_of(alice.get(base))
    assert "Column refno of arcash is now 12 wide instead of 10." in shown
    refused = alice.post(f"{base}do/accept-tables/", {"layout": row.id, "reason": " "})
    assert "Say why the change does not matter" in text_of(refused)
    done = alice.post(
        f"{base}do/accept-tables/", {"layout": row.id, "reason": "Wider"}, follow=True
    )
    assert "Accepted. The connection is being tested" in text_of(done)
    assert DueWork.objects.filter(kind="test").count() == 1
    with tenant_transaction(kept.tenant.id):
        assert Connection.objects.get(pk=kept.sage.pk).fingerprint == "12" * 32
