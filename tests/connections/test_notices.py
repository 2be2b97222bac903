"""Where notices come in: addresses known by hash only, and a day's grace after a rotation."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db.models import F

from integrations.connections import notices, operations, queries
from integrations.connections.clients import notice_secrets
from integrations.connections.models import Connection, ConnectionSecret
from integrations.connections.notices import NoticeAddress, NoticeTarget
from tenants.errors import NotPossible
from tenants.models import HookToken
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene


@pytest.fixture
def gateway(supply: Scene) -> Connection:
    return supply.paytrace("http://127.0.0.1:9")


def _new(scene: Scene, connection: Connection) -> NoticeAddress:
    with tenant_transaction(scene.tenant.id):
        made = operations.new_notice_address(connection_id=connection.id, actor=ACTOR)
    notices.forget_cached()
    return made


def _token(address: NoticeAddress) -> str:
    return address.path.removeprefix("/hooks/")


def _secrets(scene: Scene, connection: Connection) -> list[str]:
    notices.forget_cached()
    found = notice_secrets(tenant_id=scene.tenant.id, connection_id=connection.id)
    return [secret.reveal() for secret in found]


def test_an_address_is_told_once_and_kept_as_a_hash(supply: Scene, gateway: Connection) -> None:
    address = _new(supply, gateway)
    assert re.fullmatch(r"/hooks/[\w-]{43}", address.path)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{32}", address.secret)
    assert repr(address) == "NoticeAddress()"
    row = HookToken.objects.get()
    assert _token(address).encode() not in bytes(row.token_hash)
    assert queries.notice_target(_token(address)) == NoticeTarget(supply.tenant.id, gateway.id)
    assert _secrets(supply, gateway) == [address.secret]
    assert supply.audit()[-1] == ("connection.notice_address_replaced", {})


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud800", "a" * 10_000])
def test_an_unknown_address_is_nobody_s(supply: Scene, token: str) -> None:
    assert queries.notice_target(token) is None


def test_after_a_rotation_the_former_stays_good_for_a_day(
    supply: Scene, gateway: Connection
) -> None:
    first = _new(supply, gateway)
    second = _new(supply, gateway)
    target = NoticeTarget(supply.tenant.id, gateway.id)
    assert queries.notice_target(_token(first)) == target
    assert queries.notice_target(_token(second)) == target
    assert _secrets(supply, gateway) == [second.secret, first.secret]

    HookToken.objects.exclude(retired_at=None).update(
        retired_at=F("retired_at") - timedelta(hours=24)
    )
    with tenant_transaction(supply.tenant.id):
        ConnectionSecret.objects.filter(field="notice_secret_former").update(
            changed_at=F("changed_at") - timedelta(hours=24)
        )
    assert queries.notice_target(_token(first)) is None
    assert queries.notice_target(_token(second)) == target
    assert _secrets(supply, gateway) == [second.secret]


def test_of_several_rotations_only_the_newest_former_stays(
    supply: Scene, gateway: Connection
) -> None:
    first, second, third = (_new(supply, gateway) for _ in range(3))
    assert queries.notice_target(_token(first)) is None
    assert queries.notice_target(_token(second)) is not None
    assert _secrets(supply, gateway) == [third.secret, second.secret]


def test_secrets_are_read_once_in_half_a_minute(supply: Scene, gateway: Connection) -> None:
    address = _new(supply, gateway)
    assert _secrets(supply, gateway) == [address.secret]
    with tenant_transaction(supply.tenant.id):
        ConnectionSecret.objects.all().delete()
    kept = notice_secrets(tenant_id=supply.tenant.id, connection_id=gateway.id)
    assert [secret.reveal() for secret in kept] == [address.secret]
    assert _secrets(supply, gateway) == []


def test_a_secret_that_does_not_open_signs_nothing_and_can_be_replaced(
    supply: Scene, gateway: Connection
) -> None:
    _new(supply, gateway)
    with tenant_transaction(supply.tenant.id):
        ConnectionSecret.objects.filter(field="notice_secret").update(ciphertext=b"\x01")
    assert _secrets(supply, gateway) == []
    second = _new(supply, gateway)
    assert _secrets(supply, gateway) == [second.secret]


def test_only_paytrace_connections_take_notices(supply: Scene) -> None:
    books = supply.sagepro("postgresql://sage:x@127.0.0.1:1/books")
    with tenant_transaction(supply.tenant.id), pytest.raises(NotPossible, match="PayTrace"):
        operations.new_notice_address(connection_id=books.id, actor=ACTOR)


def test_another_company_cannot_rotate_an_address(
    supply: Scene, parts: Scene, gateway: Connection
) -> None:
    with tenant_transaction(parts.tenant.id), pytest.raises(NotPossible):
        operations.new_notice_address(connection_id=gateway.id, actor="charlie")
    assert not HookToken.objects.exists()
