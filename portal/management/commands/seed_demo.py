"""The demo's companies, people and connections. Safe to repeat: it adds what is missing.

Reads a JSON file (addresses, passwords, what an earlier run answered) and prints one JSON
object: the notice path and secret, the API key, and what a next run wants to know.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from sqlalchemy import make_url

from integrations.accounting.operations import publish_rules
from integrations.accounting.queries import accounts, rules_in_force
from integrations.accounting.rules import ROLE_LABELS, AccountRole, GLRule
from integrations.connections import disputes, queries
from integrations.connections import operations as connections
from integrations.connections.models import Connection, ConnectionTest
from integrations.sagepro.sample.profile import sample_profile
from tenants.models import Environment, Membership, Tenant, User
from tenants.operations import API_SCOPES, create_api_key, create_company, find_api_key
from tenants.roles import Role
from tenants.scope import tenant_transaction
from tenants.support_staff import ensure_support_group

ACTOR = "demo"
_NORTHWIND = ("Northwind Office Supply", "northwind")
_LAKESIDE = ("Lakeside Dental", "lakeside")
_CHART_SECONDS = 120
# Between two tests of a Sage company, where the first has failed.
_PAUSE_SECONDS = 3
# The sample company's accounts.
_DEFAULT_RULES = tuple(
    GLRule(name=ROLE_LABELS[role], role=role, account=account)
    for role, account in {
        AccountRole.CARD_CLEARING: "1105-00",
        AccountRole.ACH_CLEARING: "1110-00",
        AccountRole.RECEIVABLES: "1200-00",
        AccountRole.CUSTOMER_DEPOSITS: "2300-00",
        AccountRole.SALES_RETURNS: "4100-00",
        AccountRole.MERCHANT_FEES: "6100-00",
        AccountRole.BANK: "1010-00",
        AccountRole.CHARGEBACK_LOSS: "6150-00",
    }.items()
)
_NAMES = {
    "owner": "Olivia Owner",
    "accountant": "Alex Accountant",
    "viewer": "Vera Viewer",
    "lakeside_owner": "Laura Lakeside",
    "support": "Sam Support",
}
_KINDS = {"production": Environment.Kind.PRODUCTION, "dev": Environment.Kind.DEV}


@dataclass(frozen=True)
class Plan:
    """The file, read: what the demo's outside looks like, and what was answered before."""

    emails: Mapping[str, str]
    passwords: Mapping[str, str]
    known: Mapping[str, str]
    gateway_url: str
    gateway_password: str
    # Reads the disputes of Production's account.
    disputes_key: str
    # By environment: api_version, merchant_id, username; company_number, company_dsn.
    places: Mapping[str, Mapping[str, str]]


class Command(BaseCommand):
    """Seeds the demo."""

    help = __doc__ or ""
    # They import every page and look at none of this; `run.py check` runs them.
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("plan", type=Path)

    def handle(self, *args: Any, plan: Path, **options: Any) -> None:
        self.stdout.write(json.dumps(_seed(Plan(**json.loads(plan.read_text())))))


def _seed(plan: Plan) -> dict[str, str]:
    people = {place: _person(plan, place) for place in plan.emails}
    _let_support_in(people["support"])
    _company(*_LAKESIDE, people["lakeside_owner"])
    northwind = _company(*_NORTHWIND, people["owner"])
    for role in (Role.ACCOUNTANT, Role.VIEWER):
        Membership.objects.get_or_create(
            tenant=northwind, user=people[role], defaults={"role": role}
        )
    with tenant_transaction(northwind.id):
        gateways = {place: _connect(plan, place) for place in plan.places}
        _disputes(gateways["production"], plan)
        answer = {
            **_notice_address(plan, gateways["production"]),
            **_api_key(plan, people["owner"]),
            **{f"hash_of_{place}": person.password for place, person in people.items()},
        }
    for place in plan.places:
        _rules(northwind, _KINDS[place])
    return answer


def _person(plan: Plan, place: str) -> User:
    email, password = plan.emails[place], plan.passwords[place]
    user = User.objects.filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, password, name=_NAMES[place])
    # Hashing takes a second; the stored hash says as well whether the password was changed.
    if user.password != plan.known.get(f"hash_of_{place}"):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def _let_support_in(user: User) -> None:
    """The admin, read-only but for its own audited actions. Never a superuser."""
    user.groups.add(ensure_support_group())
    User.objects.filter(pk=user.pk).update(is_staff=True)


def _company(name: str, slug: str, owner: User) -> Tenant:
    found = Tenant.objects.filter(slug=slug, memberships__user=owner).first()
    if found is None:
        found = create_company(name=name, owner=owner)
        Tenant.objects.filter(pk=found.pk).update(slug=slug)
    return found


def _connect(plan: Plan, place: str) -> Connection:
    """Both connections of one environment, and a test of whatever is not tested yet."""
    environment = Environment.objects.get(kind=_KINDS[place])
    company = _books(environment, plan.places[place])
    gateway = _gateway(environment, company, plan, plan.places[place])
    for connection in (company, gateway):
        if connection.state == Connection.State.NEW:
            connections.request_test(connection_id=connection.id, actor=ACTOR)
    return gateway


def _books(environment: Environment, place: Mapping[str, str]) -> Connection:
    found = _existing(environment, Connection.Kind.SAGEPRO)
    if found is None:
        return connections.create_sagepro(
            environment_id=environment.id,
            name=f"Sage Pro company {place['company_number']}",
            company_number=place["company_number"],
            dsn=place["company_dsn"],
            profile=sample_profile().as_json(),
            actor=ACTOR,
        )
    if _is_at(found, place["company_dsn"]):
        return found
    return connections.replace_secrets(
        connection_id=found.id, secrets={"dsn": place["company_dsn"]}, actor=ACTOR
    )


def _is_at(company: Connection, dsn: str) -> bool:
    url = make_url(dsn)
    there = {"server": url.query.get("host"), "database": url.database}
    return all(company.settings[name] == value for name, value in there.items())


def _gateway(
    environment: Environment, company: Connection, plan: Plan, place: Mapping[str, str]
) -> Connection:
    found = _existing(environment, Connection.Kind.PAYTRACE)
    address = {
        "api_version": place["api_version"],
        "gateway_environment": "sandbox",
        "base_url": plan.gateway_url,
        "username": place["username"],
        "password": plan.gateway_password,
        "actor": ACTOR,
    }
    if found is None:
        made = connections.create_paytrace(
            environment_id=environment.id,
            name="PayTrace (simulator)",
            merchant_id=place["merchant_id"],
            zone="America/Los_Angeles",
            currency="USD",
            posts_to_id=company.id,
            **address,
        )
        # Nobody has booked a batch or deposit of the demo by hand.
        today = timezone.localdate(timezone=ZoneInfo("America/Los_Angeles"))
        return connections.update_settings(
            connection_id=made.id,
            settle_from=today.isoformat(),
            deposit_from=today.isoformat(),
            actor=ACTOR,
        )
    if found.settings["base_url"] == plan.gateway_url:
        return found
    return connections.replace_address(connection_id=found.id, **address)


def _disputes(gateway: Connection, plan: Plan) -> None:
    """The simulator is the acquirer too: its disputes come by themselves."""
    given = {"base_url": f"{plan.gateway_url}/disputes", "api_key": plan.disputes_key}
    found = next(iter(disputes.of_account(gateway.id)), None)
    if found is None:
        found = disputes.create(
            environment_id=gateway.environment_id,
            name="Acquirer (simulator)",
            provider="cases_api",
            account_id=gateway.id,
            given=given,
            actor=ACTOR,
        )
    elif found.settings["base_url"] != given["base_url"]:
        found = disputes.replace_access(connection_id=found.id, given=given, actor=ACTOR)
    if found.state == Connection.State.NEW:
        connections.request_test(connection_id=found.id, actor=ACTOR)


def _existing(environment: Environment, kind: str) -> Connection | None:
    found = [one for one in queries.connections(environment.id) if one.kind == kind]
    return found[0] if found else None


def _rules(tenant: Tenant, kind: str) -> None:
    """One default rule per role, once a worker has read the chart of accounts from Sage."""
    deadline, told = time.monotonic() + _CHART_SECONDS, ""
    while time.monotonic() < deadline:
        with tenant_transaction(tenant.id):
            environment = Environment.objects.get(kind=kind)
            if rules_in_force(environment.id).version:
                return
            (company,) = queries.sage_companies(environment.id)
            if accounts(company.id):
                publish_rules(environment_id=environment.id, rules=_DEFAULT_RULES, actor=ACTOR)
                return
            failed = asked_again(company)
        told = failed or told
        time.sleep(_PAUSE_SECONDS if failed else 0.2)
    raise CommandError(
        "The workers have not read the chart of accounts; see var/log/workers.log. "
        f"{told or 'No test of the Sage company came to an end.'}"
    )


def asked_again(company: Connection) -> str:
    """Why the company's test failed, which is then asked for again; empty while none has.

    Everything starts at once here, and on a small machine something may take longer than a
    company's server is given.
    """
    last = queries.latest_test(company.id)
    if last is None or last.state != ConnectionTest.State.FAILED:
        return ""
    connections.request_test(connection_id=company.id, actor=ACTOR)
    return " ".join(one["sentence"] for one in last.findings if one["ok"] is False)


def _notice_address(plan: Plan, gateway: Connection) -> dict[str, str]:
    path, secret = plan.known.get("notice_path", ""), plan.known.get("notice_secret", "")
    target = queries.notice_target(path.removeprefix("/hooks/"))
    if target is None or target.connection_id != gateway.id:
        made = connections.new_notice_address(connection_id=gateway.id, actor=ACTOR)
        path, secret = made.path, made.secret
    return {"notice_path": path, "notice_secret": secret}


def _api_key(plan: Plan, owner: User) -> dict[str, str]:
    plain = plan.known.get("api_key", "")
    if not plain or find_api_key(plain) is None:
        environment = Environment.objects.get(kind=Environment.Kind.PRODUCTION)
        _, plain = create_api_key(
            environment_id=environment.id, name="Demo", scopes=API_SCOPES, created_by=owner
        )
    return {"api_key": plain}
