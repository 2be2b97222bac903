"""Pairing: a code that works once and for 15 minutes, a secret nobody sees, and its end."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from integrations.canonical.errors import TryLater
from integrations.connections.agents import pairing, self_test
from integrations.connections.agents.silence import notice_silence
from integrations.connections.models import Agent, Connection
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent.keeping import kept
from integrations.sagepro.agent.portal import PairingEnded, Portal, PortalRefused
from integrations.sagepro.agent.renewing import Renewal
from tenants.errors import NotPossible
from tenants.models import AgentToken, AuditEvent
from tests.agent.scene import AgentScene


def _try(scene: AgentScene, code: str) -> dict[str, object]:
    return Portal(scene.url).call("pair", {"code": code, "host": "books-pc"})


def test_a_code_is_good_once(scene: AgentScene) -> None:
    code = scene.code()
    assert len(code) == 14
    told = _try(scene, f" {code.lower()} ")
    assert (told["company"], told["company_number"]) == ("Northfield", "01")
    with pytest.raises(PortalRefused, match="used up"):
        _try(scene, code)


def test_a_code_lasts_fifteen_minutes_and_a_new_one_ends_it(scene: AgentScene) -> None:
    old = scene.code(now=timezone.now() - timedelta(minutes=15, seconds=1))
    with pytest.raises(PortalRefused, match="15 minutes"):
        _try(scene, old)
    former, latest = scene.code(), scene.code()
    with pytest.raises(PortalRefused):
        _try(scene, former)
    _try(scene, latest)


def test_a_code_nobody_made_is_refused(scene: AgentScene) -> None:
    for code in ("", "AAAA-BBBB-CCCC", "x" * 500, "\U0001f0a1"):
        with pytest.raises(PortalRefused, match="not good"):
            _try(scene, code)


def test_secrets_are_stored_as_hashes_and_readable_by_their_owner_only(scene: AgentScene) -> None:
    home = scene.pair()
    found = kept(home)
    with scene.inside():
        assert [bytes(row.token_hash) for row in AgentToken.objects.all()] != []
        stored = [str(vars(row)) for row in (*AgentToken.objects.all(), *Agent.objects.all())]
        stored += [str(vars(row)) for row in AuditEvent.objects.all()]
    assert not any(found.secret in text or found.job_key in text for text in stored)
    assert stat.S_IMODE((home / "secret.json").stat().st_mode) == 0o600
    assert found.secret not in repr(found)
    assert found.secret not in (home / "agent.toml").read_text()
    (home / "secret.json").chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        kept(home)


def test_another_pairing_ends_the_former_one_and_raises_the_epoch(scene: AgentScene) -> None:
    first, second = scene.pair("first"), scene.pair("second")
    assert kept(second).epoch > kept(first).epoch
    with pytest.raises(PairingEnded):
        scene.worker(first).once(wait=0)
    scene.worker(second).once(wait=0)
    with scene.inside():
        assert [agent.ended_why for agent in Agent.objects.order_by("epoch")] == [
            "Another agent was paired.",
            "",
        ]


def test_a_revoked_agent_ends_at_its_next_call(scene: AgentScene) -> None:
    home = scene.pair()
    worker = scene.worker(home)
    worker.once(wait=0)
    with scene.inside():
        pairing.revoke(
            connection_id=scene.connection_id, actor="it@acme.example", now=timezone.now()
        )
    with pytest.raises(PairingEnded, match="Pair it again"):
        worker.once(wait=0)
    with pytest.raises(TryLater) as missing:
        scene.connector().customer("ACME01")
    assert missing.value.code == "agent.missing"
    with pytest.raises(NotPossible), scene.inside():
        pairing.revoke(
            connection_id=scene.connection_id, actor="it@acme.example", now=timezone.now()
        )


def test_a_renewed_secret_replaces_the_old_one_once_it_has_been_used(scene: AgentScene) -> None:
    home = scene.pair()
    former = kept(home)
    worker = scene.worker(home)
    assert program.main(["--home", str(home), "renew-secret"]) == 0
    assert kept(home).secret != former.secret
    assert kept(home).job_key == former.job_key
    worker.once(wait=0)
    scene.worker(home).once(wait=0)
    with pytest.raises(PairingEnded):
        worker.once(wait=0)


def test_a_secret_of_thirty_days_is_exchanged_while_the_agent_works(scene: AgentScene) -> None:
    home = scene.pair()
    worker, first = scene.worker(home), kept(home)
    later = datetime.now(UTC) + timedelta(days=29)
    renewal = Renewal(home, first, worker.portal, now=lambda: later)
    renewal.if_due()
    assert kept(home) == first
    later += timedelta(days=2)
    renewal.if_due()
    second = kept(home)
    assert second.secret != first.secret
    assert second.job_key == first.job_key
    assert worker.once(wait=0) == 0
    renewal.if_due()
    assert kept(home) == second
    with pytest.raises(PairingEnded):
        Portal(scene.url, secret=first.secret).call("setup", {})
    with scene.inside():
        assert AuditEvent.objects.filter(action="agent.secret_renewed").count() == 1


def test_a_secret_that_cannot_be_kept_is_not_used(scene: AgentScene) -> None:
    """The disk is full: the former one stays, and it is tried again in a day."""
    home = scene.pair()
    worker, first = scene.worker(home), kept(home)
    (home / "secret.new").mkdir()
    later = datetime.now(UTC) + timedelta(days=31)
    Renewal(home, first, worker.portal, now=lambda: later).if_due()
    assert kept(home) == first
    assert worker.once(wait=0) == 0


def test_an_agent_that_falls_silent_is_shown_offline_and_comes_back(scene: AgentScene) -> None:
    worker = scene.worker(scene.pair())
    worker.once(wait=0)

    def state() -> tuple[str, str]:
        with scene.inside():
            row = Connection.objects.get(id=scene.connection_id)
        return row.state, row.state_sentence

    with scene.inside():
        Connection.objects.filter(id=scene.connection_id).update(state="connected")
    assert notice_silence(tenant_id=scene.tenant.id) == 0
    with scene.inside():
        Agent.objects.update(last_seen_at=timezone.now() - timedelta(seconds=46))
    assert notice_silence(tenant_id=scene.tenant.id) == 1
    assert state()[0] == "offline"
    assert "has not been heard of" in state()[1]
    with pytest.raises(TryLater) as offline:
        scene.connector().customer("ACME01")
    assert offline.value.code == "agent.offline"
    worker.once(wait=0)
    assert state() == ("connected", "")


def test_a_self_test_is_told_on_the_connection(scene: AgentScene) -> None:
    worker = scene.worker(scene.pair())
    worker.once(wait=0)
    with scene.inside():
        self_test.request(
            connection_id=scene.connection_id, actor="it@acme.example", now=timezone.now()
        )
    worker.once(wait=0)
    with scene.inside():
        agent = pairing.in_force(scene.connection_id)
    assert agent is not None
    assert [(one["label"], one["ok"]) for one in agent.self_test] == [
        ("Edition", True),
        ("Rows", True),
        ("Locks", None),
        ("Code page", None),
        ("Writer", True),
        ("Free disk", True),
        ("Clock", True),
        ("Switches", True),
    ]
    told = {one["label"]: one["sentence"] for one in agent.self_test}
    assert told["Edition"] == "Northfield Industrial Supply, company 01, SQL edition."
    assert told["Code page"] == "The database says UTF8."
    assert "arcash" in told["Rows"]
    assert told["Locks"] == "1 customers or documents are open in Sage now; postings to them wait."
