"""Versions of a posting profile: numbered, kept, put in force, restored; never changed."""

from __future__ import annotations

import copy
from typing import Any

import psycopg
import pytest
from django.db import ProgrammingError, transaction

from integrations.connections import profiles
from integrations.connections.models import Connection, ProfileVersion
from integrations.sagepro.sample.profile import sample_profile
from tenants.errors import NotPossible
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene

BOB = "bob@supply.example"


def _edited(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(sample_profile().as_json()) | changes


def _save(supply: Scene, connection: Connection, profile: dict[str, Any], *, based_on: int) -> int:
    with tenant_transaction(supply.tenant.id):
        return profiles.save_version(
            connection_id=connection.id, profile=profile, based_on=based_on, actor=BOB, note="Why"
        ).version


def _told(supply: Scene, connection: Connection) -> list[tuple[int, str, str, str]]:
    with tenant_transaction(supply.tenant.id):
        rows = profiles.versions(connection.id)
        return [(row.version, row.origin, row.saved_by, row.note) for row in rows]


def test_every_change_is_a_numbered_version_with_who_and_why(supply: Scene) -> None:
    connection = supply.sagepro("postgresql://u:p@127.0.0.1:9/books")
    assert _save(supply, connection, _edited(user_code="TO"), based_on=1) == 2
    assert _save(supply, connection, _edited(user_code="TIE"), based_on=2) == 3
    with tenant_transaction(supply.tenant.id):
        assert profiles.restore(connection_id=connection.id, number=2, actor=ACTOR).version == 4
    assert _told(supply, connection) == [
        (4, "restored", ACTOR, "Version 2 restored"),
        (3, "edited", BOB, "Why"),
        (2, "edited", BOB, "Why"),
        (1, "created", ACTOR, ""),
    ]
    row = supply.row(connection)
    assert profiles.version_in_force(row) == 4
    assert profiles.in_force(row).user_code == "TO"
    assert (row.state, row.fingerprint) == (Connection.State.NEW, "")


def test_two_people_editing_at_once_do_not_undo_each_other(supply: Scene) -> None:
    connection = supply.sagepro("postgresql://u:p@127.0.0.1:9/books")
    _save(supply, connection, _edited(user_code="TO"), based_on=1)
    with pytest.raises(NotPossible, match="Version 2 was saved meanwhile"):
        _save(supply, connection, _edited(user_code="X"), based_on=1)
    assert len(_told(supply, connection)) == 2


def test_nothing_is_saved_without_a_difference_or_with_a_mistake(supply: Scene) -> None:
    connection = supply.sagepro("postgresql://u:p@127.0.0.1:9/books")
    with pytest.raises(NotPossible, match="Nothing is different"):
        _save(supply, connection, _edited(), based_on=1)
    wrong = _edited()
    wrong["tables"]["receipts"]["columns"]["paid"]["name"] = ""
    del wrong["tables"]["receipts"]["columns"]["discount"]
    with pytest.raises(profiles.Unusable) as refused:
        _save(supply, connection, wrong, based_on=1)
    assert [problem.field for problem in refused.value.problems] == [
        "tables.receipts.columns.discount.name",
        "tables.receipts.columns.paid.name",
    ]
    with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible, match="no such version"):
        profiles.restore(connection_id=connection.id, number=9, actor=ACTOR)
    assert len(_told(supply, connection)) == 1


def test_a_version_is_never_changed(supply: Scene) -> None:
    supply.sagepro("postgresql://u:p@127.0.0.1:9/books")
    with tenant_transaction(supply.tenant.id):
        for act in (ProfileVersion.objects.all().delete, _rewrite):
            with pytest.raises(ProgrammingError) as refused, transaction.atomic():
                act()
            assert isinstance(refused.value.__cause__, psycopg.errors.InsufficientPrivilege)


def _rewrite() -> None:
    ProfileVersion.objects.update(note="Never happened")


def test_only_a_sage_company_has_one(supply: Scene) -> None:
    gateway = supply.paytrace("http://127.0.0.1:9")
    with pytest.raises(NotPossible, match="Only a Sage Pro company"):
        _save(supply, gateway, _edited(), based_on=0)
