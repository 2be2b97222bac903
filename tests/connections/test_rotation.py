"""Rotating keys while everything stays readable, stopped anywhere and started again."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations.connections import operations, queries
from integrations.connections.clients import paytrace_client
from integrations.connections.models import AccessToken, ConnectionSecret
from integrations.connections.rotation import rotate_company
from integrations.connections.secrets import open_secrets
from tenants.keyring import MasterKeyMissing
from tenants.models import DataKey, LoginCounter
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, PASSWORD, USER, Scene, logins
from tests.paytrace.simulator_process import Simulator

V2 = "v2:" + base64.b64encode(b"second-master-key-of-32-bytes-ab").decode()
NOW = timedelta(0)


def _run(**options: float) -> str:
    out = StringIO()
    call_command("rotate_keys", stdout=out, **options)
    return out.getvalue().strip()


def _opens(scene: Scene) -> bool:
    with tenant_transaction(scene.tenant.id):
        ids = ConnectionSecret.objects.values_list("connection_id", flat=True).distinct()
        return all(
            {n: s.reveal() for n, s in open_secrets(connection_id=one).items()}
            == {"username": USER, "password": PASSWORD}
            for one in ids
        )


def _keys(scene: Scene) -> tuple[list[tuple[int, str]], list[int]]:
    """The data keys with their master, and the versions that seal secrets."""
    with tenant_transaction(scene.tenant.id):
        return (
            list(DataKey.objects.order_by("version").values_list("version", "master_version")),
            sorted(ConnectionSecret.objects.values_list("key_version", flat=True)),
        )


@pytest.fixture
def second_master(settings: Settings) -> Callable[[], None]:
    """Put a newer master key in front of the one in use."""

    def put() -> None:
        settings.MASTER_KEYS = f"{V2},{settings.MASTER_KEYS}"

    return put


def test_a_rotation_moves_everything_to_the_newest_keys(
    supply: Scene, parts: Scene, second_master: Callable[[], None], settings: Settings
) -> None:
    supply.paytrace("http://127.0.0.1:9")
    parts.paytrace("http://127.0.0.1:9")
    second_master()

    said = _run(again_after_hours=0.0)

    assert said == (
        "rotate_keys: companies=2 rewrapped=2 new_data_keys=2 resealed=4 unreadable=0 master=v2"
    )
    for scene in (supply, parts):
        assert _keys(scene) == ([(1, "v2"), (2, "v2")], [2, 2])
    settings.MASTER_KEYS = V2
    assert _opens(supply), "the former master key can go now"
    assert _opens(parts)


def test_run_again_it_finds_everything_done(
    supply: Scene, second_master: Callable[[], None]
) -> None:
    supply.paytrace("http://127.0.0.1:9")
    second_master()
    _run(again_after_hours=0.0)
    assert _run() == (
        "rotate_keys: companies=1 rewrapped=0 new_data_keys=0 resealed=0 unreadable=0 master=v2"
    )


_POWER_CUT = """
CREATE FUNCTION power_cut() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF (SELECT count(*) FROM connections_connectionsecret WHERE key_version = 2) >= 2 THEN
        RAISE EXCEPTION 'power cut';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER power_cut BEFORE UPDATE ON connections_connectionsecret
FOR EACH ROW EXECUTE FUNCTION power_cut();
"""


@pytest.fixture
def power_cut(superuser_url: str) -> Iterator[Callable[[], None]]:
    """The database fails from the third re-sealed secret on; call it to mend that."""

    def mend() -> None:
        with psycopg.connect(superuser_url, autocommit=True) as everything:
            everything.execute("DROP FUNCTION IF EXISTS power_cut CASCADE")

    with psycopg.connect(superuser_url, autocommit=True) as everything:
        everything.execute(_POWER_CUT.encode())
    yield mend
    mend()


def test_stopped_half_way_it_goes_on_where_it_was(
    supply: Scene, power_cut: Callable[[], None]
) -> None:
    for name in ("First", "Second", "Third"):
        supply.paytrace("http://127.0.0.1:9", name=name)
    with pytest.raises(Exception, match="power cut"):
        rotate_company(tenant_id=supply.tenant.id, younger_than=NOW, batch=2)
    assert _keys(supply) == ([(1, "v1"), (2, "v1")], [1, 1, 1, 1, 2, 2])
    assert _opens(supply)

    power_cut()
    done = rotate_company(tenant_id=supply.tenant.id, younger_than=NOW, batch=2)

    assert (done.new_data_keys, done.resealed, done.unreadable) == (0, 4, [])
    assert _keys(supply) == ([(1, "v1"), (2, "v1")], [2] * 6)
    assert _opens(supply)


def test_workers_go_on_with_their_token_and_the_count_of_failures_moves_along(
    supply: Scene, simulator: Simulator, second_master: Callable[[], None]
) -> None:
    wrong = supply.paytrace(simulator.url, password="wrong-password")
    supply.test(wrong)
    right = supply.paytrace(simulator.url, name="Right")
    with tenant_transaction(supply.tenant.id):
        assert queries.failed_logins(right) == 1
    second_master()
    _run(again_after_hours=0.0)

    after = supply.row(right)
    assert after.settings["login_key"] != right.settings["login_key"]
    assert queries.failed_logins(after) == 1
    with (
        tenant_transaction(supply.tenant.id),
        pytest.raises(operations.NeedsConfirmation, match="1 of 4 has been used"),
    ):
        operations.request_test(connection_id=wrong.id, actor=ACTOR)

    client = paytrace_client(tenant_id=supply.tenant.id, connection_id=right.id)
    client.transaction("392483001")
    _run(again_after_hours=0.0)
    client.transaction("392483001")
    assert logins(simulator) == (1, 1)
    with tenant_transaction(supply.tenant.id):
        assert AccessToken.objects.get().key_version == 3
    assert LoginCounter.objects.filter(failures__gt=0).count() == 1, "the former key's row is idle"


def test_a_secret_that_does_not_open_is_named_and_left(supply: Scene, superuser_url: str) -> None:
    supply.paytrace("http://127.0.0.1:9")
    with psycopg.connect(superuser_url, autocommit=True) as everything:
        everything.execute(
            "UPDATE connections_connectionsecret SET ciphertext = '\\x01' WHERE field = 'password'"
        )
    with tenant_transaction(supply.tenant.id):
        broken = ConnectionSecret.objects.get(field="password").id
    with pytest.raises(CommandError, match=str(broken)):
        _run(again_after_hours=0.0)
    assert _keys(supply)[1] == [1, 2]


def test_a_missing_master_key_is_told_by_its_version(supply: Scene, settings: Settings) -> None:
    settings.MASTER_KEYS = V2
    with pytest.raises(CommandError, match="Master key 'v1' is not in TIEOUT_MASTER_KEYS"):
        _run()
    with pytest.raises(MasterKeyMissing):
        rotate_company(tenant_id=supply.tenant.id, younger_than=NOW)
