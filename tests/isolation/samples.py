"""A value for every parameter of a URL, and a body for every request that changes something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integrations.accounting.rule_json import to_json as rules_to_json
from integrations.exceptions.kinds import ASKING, Offer
from integrations.mapping.company_targets import targets_of
from integrations.mapping.engine import defaults
from integrations.mapping.rows import to_json as rows_to_json
from integrations.sagepro.sample.profile import sample_profile
from tests.isolation.addresses import Address
from tests.isolation.rows import RULES
from tests.isolation.scene import NOWHERE, Company
from tests.portal.web.profile_form import profile_form

Values = Mapping[str, str]
Body = Mapping[str, Any]

# What a value of nobody looks like, by parameter; every other one is a well-formed id.
_ABSENT = {
    "slug": "nobody-knows",
    "token": "bm9ib2R5IGhhcyBldmVyIGhhZCB0aGlzIHRva2VuIGJlZm9yZSE",
    "pay_token": "bm9ib2R5IGhhcyBldmVyIGhhZCB0aGlzIHRva2VuIGJlZm9yZSE",
    "url": "nothing/here",
    "uidb36": "zz",
    "key": "a1b2c3-0123456789abcdef",
    "app_label": "tenants",
}
# The same in every company.
_SHARED = ("url", "uidb36", "key", "app_label")
# Rows that only the person's current environment has.
BY_ENVIRONMENT = frozenset({
    "effect_id", "case_id", "connection_id", "backfill_id", "payments/id", "exceptions/id",
    "connections/id", "instruction_id", "plan_id", "method_id", "instructions/id", "link_id",
    "hold_id", "payment-links/id",
})  # fmt: skip


@dataclass(frozen=True)
class Fill:
    """One way to fill an address: closed words as they are, and which row stands for which."""

    words: Values = field(default_factory=dict)
    rows: Values = field(default_factory=dict)

    def __str__(self) -> str:
        return ",".join(self.words.values())


NO_WORDS = Fill()
# What stands in a URL as a word out of a closed list; each word is an address of its own.
_WHAT = {
    "test": "connection_id",
    "past-days": "quiet_id",
    "poll": "connection_id",
    "open-items": "sage_id",
    "pause": "connection_id",
    "resume": "paused_id",
    "lift-halt": "halted_id",
    "have-reset": "connection_id",
    "user-kind": "connection_id",
    "notice-address": "connection_id",
    "accept-tables": "sage_id",
    "writing": "halted_id",
    "way": "halted_id",
    "flagged": "connection_id",
    "settings": "connection_id",
    "secrets": "connection_id",
    "authority": "sage_id",
    "no-such-thing": "connection_id",
}
_OF_DISPUTE = {"case_id": "disputed_case_id"}
_OF_FAILED_RUN = Fill({}, {"exceptions/id": "failed_run_id"})
_OF_SAGE = Fill({}, {"connection_id": "sage_id"})
_CALIBRATING = (
    "start", "look-again", "keyed", "answer", "accept", "start-over", "no-such-thing",
)  # fmt: skip
_FIRST_VERSION = Fill({"version": "1"}, {"connection_id": "sage_id"})
# The same for an agent's page; each has to find it as the scene left it.
_DEEDS = ("code", "examine", "revoke", "no-such-deed")
_PAST_DAYS = ("pause", "cancel")
_FILLS = {
    "backfill_do": tuple(Fill({"what": word}) for word in (*_PAST_DAYS, "no-such-thing")),
    "agent": (Fill({}, {"connection_id": "agent_company_id"}),),
    "agent_do": tuple(
        Fill({"deed": word}, {"connection_id": "agent_company_id"}) for word in _DEEDS
    ),
    "instruction_decide": (
        Fill({"what": "approve"}),
        Fill({"what": "reject"}),
        Fill({"what": "it-happened"}, {"instruction_id": "unknown_id"}),
        Fill({"what": "nothing-happened"}, {"instruction_id": "unknown_id"}),
        Fill({"what": "no-such-thing"}),
    ),
    "plan_do": (
        *(Fill({"what": word}) for word in ("change", "pause", "end", "no-such-thing")),
        Fill({"what": "resume"}, {"plan_id": "paused_plan_id"}),
    ),
    "exception_decide": tuple(
        Fill({"offer": word}, _OF_DISPUTE if word == Offer.CHOOSE_PAYMENT else {})
        for word in (*(offer.value for offer in Offer if offer not in ASKING), "no-such-offer")
    ),
    "exception_ask": tuple(
        Fill({"what": word}, {"case_id": "failed_run_id"})
        for word in ("charge_again", "pause_plan", "no-such-thing")
    ),
    "open_invoices": tuple(
        Fill({"offer": word}) for word in ("choose_invoice", "on_account", "no-such-offer")
    ),
    "api/v1/exceptions/<uuid:id>/choose-payment": (
        Fill({}, {"exceptions/id": "disputed_case_id"}),
    ),
    "api/v1/exceptions/<uuid:id>/charge-again": (_OF_FAILED_RUN,),
    "api/v1/exceptions/<uuid:id>/pause-plan": (_OF_FAILED_RUN,),
    "connection": (NO_WORDS, Fill({}, {"connection_id": "disputes_id"})),
    "posting_profile": (_OF_SAGE,),
    "rights_script": tuple(
        Fill({"product": word}, {"connection_id": "sage_id"}) for word in ("mssql", "postgresql")
    ),
    "calibration": (_OF_SAGE,),
    "calibration_progress": (_OF_SAGE,),
    "calibration_do": tuple(
        Fill({"what": word}, {"connection_id": "sage_id"}) for word in _CALIBRATING
    ),
    "profile_version": (_FIRST_VERSION,),
    "profile_restore": (_FIRST_VERSION,),
    "api/v1/connections/<uuid:id>/posting-profile": (Fill({}, {"connections/id": "sage_id"}),),
    "connection_do": tuple(
        Fill({"what": word}, {"connection_id": row}) for word, row in _WHAT.items()
    ),
}
NOT_OFFERED = frozenset({"no-such-thing", "no-such-offer", "no-such-deed"})


class NoSample(LookupError):  # noqa: N818 told to whoever adds a URL
    """A URL has a parameter that nobody gave a sample for: nothing may escape."""


def fills(address: Address) -> tuple[Fill, ...]:
    """The ways to fill an address: one, or one for each of its words."""
    return _FILLS.get(address.name or address.route, (NO_WORDS,))


def values_of(company: Company, address: Address, fill: Fill, *, dev: bool = False) -> Values:
    """What this company puts into the address. Raises NoSample."""
    known = {
        **(company.dev_values if dev else company.values),
        **{name: _ABSENT[name] for name in _SHARED},
        "object_id": _admin_row(address, company),
    }
    return _chosen(address, fill, known)


def absent_values(address: Address, fill: Fill) -> Values:
    """What stands for nobody's row. Raises NoSample."""
    names = {*_COMPANY_PARAMETERS, *_ABSENT}
    return _chosen(address, fill, {name: _ABSENT.get(name, NOWHERE) for name in names})


_COMPANY_PARAMETERS = (
    "slug", "token", "effect_id", "case_id", "connection_id", "sage_id", "paused_id", "halted_id",
    "backfill_id", "quiet_id", "agent_company_id", "disputes_id", "disputed_case_id",
    "gateway_batch_id", "hold_id", "payment-links/id",
    "environment", "key_id", "membership_id", "invitation_id", "payments/id", "exceptions/id",
    "connections/id", "object_id", "layout", "entry", "instruction_id", "unknown_id", "plan_id",
    "instructions/id", "failed_run_id",
    "paused_plan_id", "method_id", "link_id", "pay_token",
)  # fmt: skip


def _chosen(address: Address, fill: Fill, known: Values) -> dict[str, str]:
    chosen: dict[str, str] = {}
    for name in address.parameters:
        key = fill.rows.get(name, name)
        if name not in fill.words and key not in known:
            raise NoSample(f"{address}: no sample for the parameter {name!r}")
        chosen[name] = fill.words[name] if name in fill.words else known[key]
    return chosen


def _admin_row(address: Address, company: Company) -> str:
    """`admin/<app>/<model>/…`: that model's row of the company; nobody's where it has none."""
    parts = address.route.split("/")
    return company.objects.get("_".join(parts[1:3]), NOWHERE)


def body(address: Address, fill: Fill, values: Values) -> Body:
    """What a person or program sends with a POST that is meant; empty where nothing is needed.

    `values` are a company's: the ones that stand in bodies name rows too.
    """
    make = _BODIES.get(address.name or address.route)
    by_word = _BODIES_BY_WORD.get(str(fill))
    made = make or by_word
    return made(values) if made else {}


def _mapping_form() -> dict[str, str]:
    rows = defaults(targets_of(sample_profile()))
    form = {"action": "publish", "note": "changed", "rows": str(len(rows))}
    for number, row in enumerate(rows):
        form[f"row{number}-target"] = row.target
        form[f"row{number}-source"] = row.source or "="
        form[f"row{number}-constant"] = row.constant
        form[f"row{number}-steps"] = "0"
    return form


def _rules_form() -> dict[str, str]:
    form = {"action": "publish", "note": "changed", "rules": str(len(RULES))}
    for number, rule in enumerate(RULES):
        form[f"rule{number}-name"] = f"{rule.name} anew"
        form[f"rule{number}-role"] = rule.role.value
        form[f"rule{number}-account"] = rule.account
        form[f"rule{number}-conditions"] = "0"
    return form


_PAYTRACE = {
    "name": "Second till",
    "gateway_environment": "production",
    "api_version": "v3",
    "username": "client-id",
    "password": "client-secret",
    "merchant_id": "MID-9",
    "zone": "America/Chicago",
    "currency": "USD",
}
_SAGE = {
    "name": "Second company",
    "company_number": "02",
    "product": "mssql",
    "host": "db.example",
    "port": "1433",
    "database": "sage02",
    "user": "tieout",
    "password": "secret",
}
_CASE = {"case_number": "77", "state": "opened", "happened_on": "2026-11-20", "amount": "1.00"}
_CHARGE = {"key": "k", "amount": "1.00"}
_PLAN = {**_CHARGE, "frequency": "3", "start_on": "2099-01-31"}
_WHY = {"reason": "Keyed by hand on Friday"}

# By the name of the page, or the route of the API.
_BODIES: Mapping[str, Callable[[Values], Body]] = {
    "switch_environment": lambda v: {"environment": v["environment"]},
    "chargeback_record": lambda v: {
        **_CASE,
        "account": v["connection_id"],
        "payment": v["payment"],
    },
    "chargeback_upload": lambda v: {
        "account": v["connection_id"],
        "rows": f"case number,payment,state,date,amount\n78,{v['payment']},opened,2026-11-20,1.00",
    },
    "worksheet_do": lambda v: {"company": v["sage_id"], "entry": [v["entry"]], "what": "keyed"},
    "exceptions_retry": lambda _: {"code": "invoice_not_found"},
    "instruction_charge": lambda v: {**_CHARGE, "method": v["method_id"]},
    "instruction_give_back": lambda _: {**_CHARGE, "description": "Broken on arrival"},
    "instruction_mail_receipt": lambda _: {"key": "k", "email": "ap@elsewhere.example"},
    "instruction_level_three": lambda v: {
        "key": "k",
        "count": "1",
        "line0_description": "Bolts",
        "line0_product_id": "B-7",
        "line0_quantity": "1",
        "line0_unit_of_measure": "EA",
        "line0_unit_cost": v["paid"],
        "line0_amount": v["paid"],
    },
    "instruction_keep_card": lambda _: {"key": "k", "customer_number": "ACME01"},
    "instruction_cancel": lambda _: _WHY,
    "instruction_decide": lambda _: {**_WHY, "result_id": "9001"},
    "hold_capture": lambda _: _CHARGE,
    "hold_adjust": lambda _: _CHARGE,
    "hold_release": lambda _: {"key": "k"},
    "plan_new": lambda v: {**_PLAN, "method": v["method_id"]},
    "plan_do": lambda _: _PLAN,
    "stored_card_refund": lambda _: {**_CHARGE, "description": "Goodwill"},
    "stored_card_edit": lambda _: {"key": "k", "name": "Nora New"},
    "stored_card_assign": lambda _: {"customer_number": "ZENITH"},
    "stored_card_forget": lambda _: {"key": "k"},
    "payment_link_new": lambda v: {
        **_CHARGE,
        "account": v["connection_id"],
        "customer_number": "NEW",
        "days": "14",
    },
    "payment_link_new_card": lambda v: {
        "key": "k",
        "account": v["connection_id"],
        "customer_number": "NEW",
        "days": "14",
    },
    "payment_limits": lambda _: {
        "user_daily_limit": "5.00",
        "company_daily_limit": "6.00",
        "approval_above": "4.00",
    },
    "add_paytrace": lambda v: {**_PAYTRACE, "posts_to": v["sage_id"]},
    "add_sagepro": lambda _: _SAGE,
    "add_disputes": lambda v: {
        "name": "Acquirer",
        "account": v["connection_id"],
        "base_url": "https://acquirer.example/disputes",
        "api_key": "secret",
    },
    "add_agent_company": lambda _: {"name": "Third company", "company_number": "04"},
    "add_foxpro": lambda _: {"name": "Fourth company", "company_number": "05"},
    "posting_profile": lambda _: {
        **profile_form(sample_profile().as_json() | {"user_code": "NEW"}),
        "action": "save",
        "based_on": "2",
    },
    "mapping": lambda v: {**_mapping_form(), "effect": v["effect_id"]},
    "mapping_preview": lambda v: {**_mapping_form(), "effect": v["effect_id"]},
    "gl_rules": lambda v: {**_rules_form(), "effect": v["effect_id"]},
    "gl_rules_preview": lambda v: {**_rules_form(), "effect": v["effect_id"]},
    "policy": lambda _: {"invoice_missing": "on_account", "duplicate_window_days": "3"},
    "member_invite": lambda _: {"email": "new@elsewhere.example", "role": "viewer"},
    "member_role": lambda _: {"role": "approver"},
    "key_create": lambda _: {"name": "Till", "scopes": ["payments:read"]},
    "account": lambda _: {"name": "Another name"},
    "new_company": lambda _: {"name": "Third company"},
    "api/v1/exceptions/<uuid:id>/put-on-account": lambda _: {"customer_number": "ACME01"},
    "api/v1/exceptions/<uuid:id>/choose-invoice": lambda _: {"invoice_number": "10432"},
    "api/v1/exceptions/<uuid:id>/choose-payment": lambda v: {"payment_id": v["payment"]},
    "api/v1/exceptions/<uuid:id>/dismiss": lambda _: _WHY,
    "api/v1/mappings": lambda _: {"rows": rows_to_json(defaults(targets_of(sample_profile())))},
    "api/v1/instructions": lambda v: {
        "kind": "charge",
        "amount": "1.00",
        "vault_id": "V",
        "connection_id": v["connection_id"],
    },
    "api/v1/payment-links": lambda v: {
        "customer_number": "NEW",
        "amount": "1.00",
        "connection_id": v["connection_id"],
    },
    "api/v1/card-forms": lambda v: {"connection_id": v["connection_id"]},
    "api/v1/payment-methods": lambda v: {
        "hpf_token": "token",
        "enc_key": "key",
        "customer_number": "NEW",
        "connection_id": v["connection_id"],
    },
    "api/v1/instructions/<uuid:id>/reject": lambda _: _WHY,
    "api/v1/instructions/<uuid:id>/cancel": lambda _: _WHY,
    "api/v1/gl-rules": lambda _: {"rules": rules_to_json(RULES)},
}
# By the word in the URL.
_BODIES_BY_WORD: Mapping[str, Callable[[Values], Body]] = {
    "on_account": lambda _: {"customer_number": "ACME01"},
    "choose_invoice": lambda _: {"invoice_number": "10432"},
    "choose_payment": lambda v: {"payment_id": v["payment"]},
    "dismiss": lambda _: _WHY,
    "past-days": lambda _: {"first_day": "2026-11-01", "last_day": "2026-11-02"},
    "pause": lambda _: _WHY,
    "accept-tables": lambda v: {**_WHY, "layout": v["layout"]},
    "lift-halt": lambda _: _WHY,
    "writing": lambda _: {"writes": "assisted"},
    "way": lambda _: {"way": "agent"},
    "flagged": lambda _: {"flagged": "off"},
    "user-kind": lambda _: {"kind": "web"},
    "settings": lambda v: {
        "settings-name": "Renamed",
        "settings-merchant_id": "MID-4417",
        "settings-zone": "America/Denver",
        "settings-currency": "USD",
        "settings-posts_to": v["sage_id"],
    },
    "secrets": lambda _: {"secrets-username": "other-user", "secrets-password": "other-secret"},
}
# Pages whose POST shows something and writes nothing, and why the owner's POST changes nothing.
CHANGES_NOTHING = frozenset({
    "switch_environment",  # a cookie
    "calibration_do",  # the scene's books are Production's, and those are not calibrated
    "mapping_preview", "gl_rules_preview",
    "hold_adjust",  # the scene's account is of API v1, which changes no hold
})  # fmt: skip
# Bodies in which a row of a company is named, by page or word, and which row that is.
NAMES_ROWS = {
    "chargeback_record": "connection_id",
    "chargeback_upload": "connection_id",
    "switch_environment": "environment",
    "worksheet_do": "entry",
    "instruction_charge": "method_id",
    "plan_new": "method_id",
    "payment_link_new": "connection_id",
    "payment_link_new_card": "connection_id",
    "add_paytrace": "sage_id",
    "add_disputes": "connection_id",
    "settings": "sage_id",
    "accept-tables": "layout",
    "mapping": "effect_id",
    "mapping_preview": "effect_id",
    "gl_rules": "effect_id",
    "gl_rules_preview": "effect_id",
}
