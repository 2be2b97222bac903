"""Two companies that hold one of everything, and everybody who may come to their doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Model

from integrations.accounting.models import GLAccount
from tenants import operations
from tenants.models import Membership, Tenant, User
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tenants.support_staff import create_support_user
from tests import factories
from tests.factories import Books
from tests.isolation.rows import Look, fill
from tests.isolation.watched import Watched

A = Look("Ambergate", "611.37", "555101")
B = Look("Brightwater", "913.59", "666202")
# Well-formed and nobody's.
NOWHERE = "0190ffff-ffff-7fff-bfff-ffffffffffff"


@dataclass(frozen=True)
class Company:
    """A company with the values its URLs are made of, and what may never be seen elsewhere."""

    look: Look
    tenant: Tenant
    values: Mapping[str, str]
    dev_values: Mapping[str, str]
    objects: Mapping[str, str]
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Somebody, or a program: what they send along, and what they are in which company."""

    name: str
    session: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    roles: Mapping[str, str] = field(default_factory=dict)
    scopes: frozenset[str] = frozenset()
    home: str = ""
    """Whose rows a program's key opens: `A`, `A in Dev`, `B`."""
    is_staff: bool = False

    @property
    def is_known(self) -> bool:
        """Whether the portal takes the cookie for a signed-in person."""
        return bool(self.session) and self.name != "deactivated A"


@dataclass(frozen=True)
class Scene:
    """What the matrix walks through."""

    database: Watched
    built_at: datetime
    a: Company
    b: Company
    people: tuple[Actor, ...]
    programs: tuple[Actor, ...]

    def person(self, name: str) -> Actor:
        return next(actor for actor in self.people if actor.name == name)

    def program(self, name: str) -> Actor:
        return next(actor for actor in self.programs if actor.name == name)


def build(database: Watched, *, now: datetime) -> Scene:
    """Make both companies in the database Django's connections lead to, and keep it."""
    books = {look: _company(look) for look in (A, B)}
    companies = {look: _filled(books[look], look) for look in (A, B)}
    programs = _programs(companies[A], books[A].owner) + _programs(companies[B], books[B].owner)
    people = _people(companies[A], companies[B], owners=(books[A].owner, books[B].owner))
    a, b = (replace(companies[look], ids=_ids(companies[look])) for look in (A, B))
    for program in programs:
        operations.find_api_key(program.key)
    database.keep()
    return Scene(database, now, a, b, people, programs)


def _company(look: Look) -> Books:
    return factories.company(f"{look.word} Supply", owner=factories.person(look.email))


def _filled(books: Books, look: Look) -> Company:
    leaver = factories.member(
        books.tenant, email=f"leaver@{look.word.lower()}.example", role=Role.VIEWER
    )
    with tenant_transaction(books.tenant.id):
        values = fill(books, look)
        dev_look = replace(look, digits=f"{look.digits}9")
        dev_values = fill(_dev(books), dev_look)
        email = f"guest@{look.word.lower()}.example"
        invitation, token = operations.invite(email=email, role="viewer", invited_by=books.owner)
    shared = {
        "slug": books.tenant.slug,
        "membership_id": str(Membership.objects.get(user=leaver).id),
        "invitation_id": str(invitation.id),
        "token": token,
    }
    return Company(
        look, books.tenant, values | shared, dev_values | shared, _objects(books.tenant, leaver)
    )


def _dev(books: Books) -> Books:
    sage = factories.sage_company(books.dev)
    paytrace = factories.paytrace_account(books.dev, posts_to=sage)
    GLAccount.objects.create(company=sage, number="1010", description="Cards")
    for number in ("1020", "1200", "2300"):
        GLAccount.objects.create(company=sage, number=number, description="Account")
    return replace(books, environment=books.dev, paytrace=paytrace, sage=sage)


def _objects(tenant: Tenant, person: User) -> dict[str, str]:
    """A row of each model the admin shows, by `app_model`."""
    found = {"tenants_tenant": str(tenant.id), "tenants_user": str(person.id)}
    for model in company_models():
        manager = getattr(model, "across_tenants", model._base_manager)
        with tenant_transaction(tenant.id):
            row = manager.filter(tenant=tenant).order_by("pk").values_list("pk", flat=True).first()
        found[model._meta.db_table] = str(row)
    return found


def company_models() -> list[type[Model]]:
    """Every model of which a company has rows."""
    return [
        model
        for model in apps.get_models()
        if any(field.name == "tenant" for field in model._meta.local_fields)
    ]


def _ids(company: Company) -> frozenset[str]:
    found = {str(company.tenant.id)}
    for model in company_models():
        if model._meta.pk.get_internal_type() == "UUIDField":
            manager = getattr(model, "across_tenants", model._base_manager)
            with tenant_transaction(company.tenant.id):
                rows = manager.filter(tenant_id=company.tenant.id)
                found |= {str(pk) for pk in rows.values_list("pk", flat=True)}
    return frozenset(found)


def _people(a: Company, b: Company, *, owners: tuple[User, User]) -> tuple[Actor, ...]:
    slug_a, slug_b = a.values["slug"], b.values["slug"]
    actors = [Actor("anonymous"), Actor("owner A", _session(owners[0]), roles={slug_a: "owner"})]
    for role in (Role.ACCOUNTANT, Role.APPROVER, Role.IT, Role.VIEWER):
        user = factories.member(a.tenant, email=f"{role}@ambergate.example", role=role)
        actors.append(Actor(f"{role} A", _session(user), roles={slug_a: role.value}))
    actors.append(Actor("owner B", _session(owners[1]), roles={slug_b: "owner"}))
    both = factories.member(a.tenant, email="both@people.example", role=Role.OWNER)
    with tenant_transaction(b.tenant.id):
        Membership.objects.create(tenant=b.tenant, user=both, role=Role.OWNER)
    actors.append(Actor("user of both", _session(both), roles={slug_a: "owner", slug_b: "owner"}))
    return (*actors, _deactivated(a), _removed(a), _staff())


def _deactivated(a: Company) -> Actor:
    user = factories.member(a.tenant, email="asleep@people.example", role=Role.OWNER)
    session = _session(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    return Actor("deactivated A", session)


def _removed(a: Company) -> Actor:
    user = factories.member(a.tenant, email="gone@people.example", role=Role.OWNER)
    session = _session(user)
    Membership.objects.filter(user=user).delete()
    return Actor("removed from A", session)


def _staff() -> Actor:
    user = create_support_user(email="sam@tieout.example", password="only for this test")
    return Actor("support staff", _session(user), is_staff=True)


def _session(user: User) -> str:
    """The cookie of a signed-in person, as `login` makes it."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _programs(company: Company, owner: User) -> tuple[Actor, ...]:
    letter = company.look.word[0]
    every = operations.API_SCOPES

    def program(name: str, *, home: str = letter, scopes: tuple[str, ...] = every) -> Actor:
        return _program(f"key {letter} {name}", company, owner, home=home, scopes=scopes)

    if letter == "B":
        return (program("everything"),)
    narrow = tuple(program(scope, scopes=(scope,)) for scope in every)
    revoked = _revoke(program("revoked"), company, actor=owner.email)
    return (program("everything"), *narrow, program("in Dev", home="A in Dev"), revoked)


def _revoke(program: Actor, company: Company, *, actor: str) -> Actor:
    key = operations.find_api_key(program.key)
    assert key is not None
    with tenant_transaction(company.tenant.id):
        operations.revoke_api_key(key_id=key.id, actor=actor)
    return replace(program, scopes=frozenset(), roles={})


def _program(
    name: str, company: Company, owner: User, *, home: str, scopes: tuple[str, ...]
) -> Actor:
    values = company.dev_values if home.endswith("Dev") else company.values
    with tenant_transaction(company.tenant.id):
        _, plain = operations.create_api_key(
            environment_id=UUID(values["environment"]), name=name, scopes=scopes, created_by=owner
        )
    return Actor(
        name,
        key=plain,
        roles={company.values["slug"]: "key"},
        scopes=frozenset(scopes),
        home=home,
    )
