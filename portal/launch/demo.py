"""The demo around the portal: sample companies, the simulated gateway, tenants and traffic."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from integrations.sagepro.sample.billing import bill_customers
from integrations.sagepro.sample.demo import open_invoices_for_demo
from portal.launch import keepsakes, places, private_files, sample_companies, simulator
from portal.launch.postgres import Server
from portal.launch.private_files import Facts
from portal.launch.sample_companies import Company
from portal.launch.steps import begin

REQUEST = places.VAR / "demo.json"
_FEW_INVOICES = 60
_LOOK_EVERY = 60.0  # seconds


@dataclass
class Demo:
    """What the demo's parts need to know of each other."""

    companies: list[Company]
    simulator_url: str
    notice_url: str = ""
    notice_secret: str = ""
    api_key: str = ""


def stock_simulator(url: str, companies: list[Company], kept: Facts) -> None:
    """Give both gateway accounts their users and the customers who owe something."""
    passwords = kept["passwords"]
    simulator.put_accounts(
        url,
        password=passwords["gateway"],
        disputes_key=passwords["disputes"],
        customers=_payers(companies),
    )


def seed(demo: Demo, kept: Facts, settings: Mapping[str, str]) -> Demo:
    """Make tenants, people and connections; safe to repeat. Raises LaunchError."""
    plan = {
        "emails": keepsakes.DEMO_LOGINS,
        "passwords": kept["logins"],
        "known": kept.get("demo", {}),
        "gateway_url": demo.simulator_url,
        "gateway_password": kept["passwords"]["gateway"],
        "disputes_key": kept["passwords"]["disputes"],
        "places": _places(demo.companies),
    }
    private_files.write_json(REQUEST, plan)
    try:
        answer = json.loads(begin("seed_demo", str(REQUEST), settings=settings).finish())
    finally:
        REQUEST.unlink(missing_ok=True)
    kept["demo"] = answer
    keepsakes.save(kept)
    demo.notice_url = settings["PORTAL_URL"] + answer["notice_path"]
    demo.notice_secret = answer["notice_secret"]
    demo.api_key = answer["api_key"]
    return demo


def _places(companies: list[Company]) -> Facts:
    """Production and Dev: an account of the gateway and a company of their own each."""
    return {
        place: {
            "api_version": account.api_version,
            "merchant_id": account.merchant_id,
            "username": account.username,
            "company_number": company.number,
            "company_dsn": company.dsn,
        }
        for place, account, company in zip(
            ("production", "dev"), simulator.ACCOUNTS, companies, strict=True
        )
    }


def begin_traffic(demo: Demo) -> bool:
    """Let the simulator play; True when the story begins now."""
    return simulator.write_story(
        invoices=open_invoices_for_demo(demo.companies[0].owner_dsn),
        customers=_payers(demo.companies),
        notice={"url": demo.notice_url, "secret": demo.notice_secret},
    )


class OrderDesk:
    """A check for the supervisor: writes new invoices before the simulated payers run out."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._next_look = 0.0

    def __call__(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY
        dsn = self._demo.companies[0].owner_dsn
        # A database that is away for a moment costs this look and nothing else.
        with contextlib.suppress(SQLAlchemyError, psycopg.Error):
            if len(open_invoices_for_demo(dsn)) < _FEW_INVOICES:
                bill_customers(dsn, count=_FEW_INVOICES, today=datetime.now(UTC).date())
                begin_traffic(self._demo)


def facts(demo: Demo, kept: Facts, *, url: str, database_url: str) -> Facts:
    """The content of var/run.json."""
    logins = [
        {"role": role, "email": email, "password": kept["logins"][role]}
        for role, email in keepsakes.DEMO_LOGINS.items()
    ]
    return {
        "url": url,
        "notice_url": demo.notice_url,
        "notice_secret": demo.notice_secret,
        "api_key": demo.api_key,
        "logins": logins,
        "simulator_url": demo.simulator_url,
        "sample_company_dsn": demo.companies[0].owner_dsn,
        "database_url": database_url,
    }


def make_companies(server: Server, kept: Facts, *, today: date) -> list[Company]:
    return sample_companies.prepare(server, passwords=kept["passwords"], today=today)


def _payers(companies: list[Company]) -> list[dict[str, str]]:
    dsn = companies[0].owner_dsn
    return simulator.customers_of(open_invoices_for_demo(dsn), sample_companies.customer_names(dsn))
