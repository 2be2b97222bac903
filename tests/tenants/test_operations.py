"""Companies, people and API keys, as the application role on a real database."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tenants import operations, queries
from tenants.errors import NotPossible
from tenants.models import (
    ApiKey,
    AuditEvent,
    DataKey,
    Environment,
    Invitation,
    Membership,
    Tenant,
    User,
)
from tenants.roles import Role
from tenants.scope import tenant_transaction

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@supply.example", "a long pass phrase")


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob@supply.example", "a long pass phrase")


@pytest.fixture
def charlie() -> User:
    return User.objects.create_user("charlie@parts.example", "a long pass phrase")


@pytest.fixture
def supply(alice: User) -> Tenant:
    return operations.create_company(name="Alice Supply", owner=alice)


def _audit() -> list[tuple[str, str, str, dict[str, object]]]:
    return [(e.action, e.actor, e.subject, e.details) for e in reversed(queries.audit_trail())]


def _member(tenant: Tenant, user: User, role: Role) -> Membership:
    return Membership.objects.create(tenant=tenant, user=user, role=role)


def test_a_new_company_has_an_owner_two_environments_and_a_data_key(
    supply: Tenant, alice: User
) -> None:
    with tenant_transaction(supply.id):
        assert [(m.user, m.role) for m in queries.members()] == [(alice, "owner")]
        assert [e.kind for e in queries.environments()] == ["dev", "production"]
        assert list(DataKey.objects.values_list("version", "master_version")) == [(1, "v1")]
        assert _audit() == [("company.created", "alice@supply.example", "Alice Supply", {})]
    assert [m.tenant.slug for m in queries.companies_of(alice)] == ["alice-supply"]


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (("Acme", "ACME!", "acme"), ["acme", "acme-2", "acme-3"]),
        (("株式会社", "???"), ["company", "company-2"]),
    ],
)
def test_slugs_stay_unique(alice: User, names: tuple[str, ...], slugs: list[str]) -> None:
    made = [operations.create_company(name=name, owner=alice).slug for name in names]
    assert made == slugs


def test_companies_of_one_name_made_at_once_get_different_slugs(alice: User) -> None:
    def make(_: int) -> str:
        try:
            return operations.create_company(name="Acme", owner=alice).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(make, range(4))) == ["acme", "acme-2", "acme-3", "acme-4"]


def test_a_company_needs_a_name(alice: User) -> None:
    with pytest.raises(NotPossible, match="name"):
        operations.create_company(name="  ", owner=alice)
    assert not Tenant.objects.exists()


def test_an_invitation_makes_a_member_once(supply: Tenant, alice: User, bob: User) -> None:
    with tenant_transaction(supply.id):
        invitation, token = operations.invite(
            email=" Bob@Supply.example", role="accountant", invited_by=alice
        )
        assert [i.email for i in queries.open_invitations()] == ["bob@supply.example"]
    assert token not in str(vars(invitation))
    assert bytes(Invitation.objects.get().token_hash) != token.encode()
    found = queries.find_invitation(token)
    assert found is not None
    assert found.tenant == supply

    membership = operations.accept_invitation(token=token, user=bob)

    assert (membership.tenant_id, membership.role) == (supply.id, "accountant")
    assert queries.find_invitation(token) is None
    with pytest.raises(NotPossible, match="used"):
        operations.accept_invitation(token=token, user=bob)
    with tenant_transaction(supply.id):
        assert _audit()[1:] == [
            ("member.invited", alice.email, bob.email, {"role": "accountant"}),
            ("member.joined", bob.email, bob.email, {"role": "accountant"}),
        ]


def test_an_invitation_is_worthless_to_another_address(
    supply: Tenant, alice: User, charlie: User
) -> None:
    with tenant_transaction(supply.id):
        _, token = operations.invite(email="bob@supply.example", role="it", invited_by=alice)
    with pytest.raises(NotPossible, match="another e-mail address"):
        operations.accept_invitation(token=token, user=charlie)
    with pytest.raises(NotPossible, match="another e-mail address"):
        operations.accept_invitation(token="not-a-token", user=charlie)
    assert Membership.objects.count() == 1


def test_expired_and_withdrawn_invitations_do_nothing(
    supply: Tenant, alice: User, bob: User
) -> None:
    with tenant_transaction(supply.id):
        first, old = operations.invite(email=bob.email, role="viewer", invited_by=alice)
        _, replaced = operations.invite(email=bob.email, role="viewer", invited_by=alice)
        third, withdrawn = operations.invite(email=bob.email, role="viewer", invited_by=alice)
        operations.withdraw_invitation(invitation_id=third.id, actor=alice.email)
        with pytest.raises(NotPossible, match="already"):
            operations.withdraw_invitation(invitation_id=first.id, actor=alice.email)
        expired, late = operations.invite(email=bob.email, role="viewer", invited_by=alice)
    Invitation.objects.filter(pk=expired.pk).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )
    for token in (old, replaced, withdrawn, late):
        assert queries.find_invitation(token) is None
        with pytest.raises(NotPossible):
            operations.accept_invitation(token=token, user=bob)
    assert Membership.objects.count() == 1


def test_a_member_is_not_invited_again(supply: Tenant, alice: User) -> None:
    with tenant_transaction(supply.id), pytest.raises(NotPossible, match="already a member"):
        operations.invite(email="ALICE@supply.example", role="viewer", invited_by=alice)


def test_an_unknown_role_is_refused(supply: Tenant, alice: User) -> None:
    with tenant_transaction(supply.id), pytest.raises(NotPossible, match="listed roles"):
        operations.invite(email="x@supply.example", role="emperor", invited_by=alice)


def test_the_last_owner_stays(supply: Tenant, alice: User, bob: User) -> None:
    owner = Membership.objects.get()
    with tenant_transaction(supply.id):
        for act in (
            lambda: operations.remove_member(membership_id=owner.id, actor=alice.email),
            lambda: operations.change_role(
                membership_id=owner.id, role="viewer", actor=alice.email
            ),
        ):
            with pytest.raises(NotPossible, match="needs an owner"):
                act()
    other = _member(supply, bob, Role.VIEWER)
    with tenant_transaction(supply.id):
        operations.change_role(membership_id=other.id, role="owner", actor=alice.email)
        operations.remove_member(membership_id=owner.id, actor=bob.email)
        assert [(m.user, m.role) for m in queries.members()] == [(bob, "owner")]
        assert _audit()[1:] == [
            (
                "member.role_changed",
                alice.email,
                bob.email,
                {"before": "viewer", "after": "owner"},
            ),
            ("member.removed", bob.email, alice.email, {"role": "owner"}),
        ]


def test_two_owners_cannot_demote_each_other_at_once(
    supply: Tenant, alice: User, bob: User
) -> None:
    first = Membership.objects.get()
    second = _member(supply, bob, Role.OWNER)
    together = threading.Barrier(2, timeout=10)

    def demote(membership: Membership) -> str:
        try:
            together.wait()
            with tenant_transaction(supply.id):
                operations.change_role(membership_id=membership.id, role="viewer", actor="x")
            return "done"
        except NotPossible as refused:
            return refused.sentence
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, [first, second]))
    assert answers == [
        "A company needs an owner. Make somebody else an owner first.",
        "done",
    ]
    assert sorted(Membership.objects.values_list("role", flat=True)) == ["owner", "viewer"]


def test_members_and_keys_of_another_company_are_out_of_reach(
    supply: Tenant, alice: User, charlie: User
) -> None:
    parts = operations.create_company(name="Charlie Parts", owner=charlie)
    theirs = Membership.objects.get(tenant=supply)
    with tenant_transaction(supply.id):
        environment = Environment.objects.get(kind="dev")
        key, plain = operations.create_api_key(
            environment_id=environment.id, name="Shop", scopes=["payments:read"], created_by=alice
        )
        invitation, _ = operations.invite(email="x@y.example", role="it", invited_by=alice)
    with tenant_transaction(parts.id):
        with pytest.raises(NotPossible):
            operations.change_role(membership_id=theirs.id, role="viewer", actor="charlie")
        with pytest.raises(NotPossible):
            operations.remove_member(membership_id=theirs.id, actor="charlie")
        with pytest.raises(NotPossible):
            operations.revoke_api_key(key_id=key.id, actor="charlie")
        with pytest.raises(NotPossible):
            operations.withdraw_invitation(invitation_id=invitation.id, actor="charlie")
        with pytest.raises(NotPossible):
            operations.create_api_key(
                environment_id=environment.id,
                name="Theirs",
                scopes=["payments:read"],
                created_by=charlie,
            )
        assert queries.api_keys() == []
        assert queries.open_invitations() == []
        assert [m.user for m in queries.members()] == [charlie]
        assert [e.subject for e in queries.audit_trail()] == ["Charlie Parts"]
    assert operations.find_api_key(plain) == key


def test_an_api_key_is_found_by_its_text_and_kept_as_a_hash(supply: Tenant, alice: User) -> None:
    with tenant_transaction(supply.id):
        environment = Environment.objects.get(kind="production")
        key, plain = operations.create_api_key(
            environment_id=environment.id,
            name=" Shop ",
            scopes=["payments:read", "exceptions:write", "payments:read"],
            created_by=alice,
        )
    assert plain.startswith("tieout_")
    stored = ApiKey.objects.get()
    assert plain.encode() not in bytes(stored.key_hash)
    assert (stored.name, stored.last_four, stored.scopes) == (
        "Shop",
        plain[-4:],
        ["exceptions:write", "payments:read"],
    )
    found = operations.find_api_key(plain)
    assert found is not None
    assert (found.id, found.tenant, found.environment_id) == (key.id, supply, environment.id)
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    operations.find_api_key(plain)
    assert ApiKey.objects.get().last_used_at == used, "written once a minute, not on every call"


def test_a_revoked_or_unknown_key_is_not_found(supply: Tenant, alice: User) -> None:
    with tenant_transaction(supply.id):
        environment = Environment.objects.get(kind="dev")
        key, plain = operations.create_api_key(
            environment_id=environment.id, name="Shop", scopes=["payments:read"], created_by=alice
        )
        operations.revoke_api_key(key_id=key.id, actor=alice.email)
        with pytest.raises(NotPossible, match="revoked already"):
            operations.revoke_api_key(key_id=key.id, actor=alice.email)
        assert _audit()[1:] == [
            (
                "api_key.created",
                alice.email,
                "",
                {"name": "Shop", "scopes": ["payments:read"]},
            ),
            ("api_key.revoked", alice.email, "", {"name": "Shop"}),
        ]
    for text in (plain, "", "tieout_", "\ud800", plain.upper()):
        assert operations.find_api_key(text) is None


@pytest.mark.parametrize(
    ("name", "scopes"),
    [("Shop", []), ("Shop", ["payments:write"]), (" ", ["payments:read"])],
)
def test_a_key_needs_a_name_and_known_scopes(
    supply: Tenant, alice: User, name: str, scopes: list[str]
) -> None:
    with tenant_transaction(supply.id):
        environment = Environment.objects.get(kind="dev")
        with pytest.raises(NotPossible):
            operations.create_api_key(
                environment_id=environment.id, name=name, scopes=scopes, created_by=alice
            )
    assert not ApiKey.objects.exists()


def test_the_audit_trail_cannot_be_rewritten(supply: Tenant) -> None:
    for act in (
        lambda: AuditEvent.objects.update(actor="nobody"),
        lambda: AuditEvent.objects.all().delete(),
    ):
        with pytest.raises(Exception, match="permission denied"), tenant_transaction(supply.id):
            act()
