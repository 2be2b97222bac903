"""Who may do what at which address, written down a second time, by hand.

A new address has to be entered here before the suite is green again: nothing escapes.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenants.roles import Ability
from tests.isolation.addresses import Address

V, C, R = Ability.VIEW, Ability.CLEAR_EXCEPTIONS, Ability.CHANGE_RULES
G, A = Ability.MOVE_MONEY, Ability.APPROVE_PAYMENTS
L, M, K = Ability.MANAGE_CONNECTIONS, Ability.MANAGE_MEMBERS, Ability.MANAGE_KEYS

# Pages below /t/<slug>/ by name: the ability each method needs. What is not named is 405.
COMPANY: Mapping[str, Mapping[str, Ability]] = {
    "today": {"GET": V},
    "today_live": {"GET": V},
    "switch_environment": {"POST": V},
    "payments": {"GET": V},
    "payments_csv": {"GET": V},
    "payment": {"GET": V},
    "chargebacks": {"GET": V},
    "batches": {"GET": V},
    "batches_csv": {"GET": V},
    "chargebacks_csv": {"GET": V},
    "instructions_csv": {"GET": V},
    "holds_csv": {"GET": V},
    "plans_csv": {"GET": V},
    "payment_links_csv": {"GET": V},
    "batch": {"GET": V},
    "chargeback_record": {"POST": C},
    "chargeback_upload": {"POST": C},
    "instructions": {"GET": V},
    "instruction": {"GET": V},
    "instruction_charge": {"GET": G, "POST": G},
    "instruction_give_back": {"GET": G, "POST": G},
    "instruction_mail_receipt": {"GET": G, "POST": G},
    "instruction_level_three": {"GET": G, "POST": G},
    "instruction_keep_card": {"GET": G, "POST": G},
    "instruction_cancel": {"POST": G},
    "instruction_decide": {"POST": A},
    "holds": {"GET": V},
    "hold_capture": {"POST": G},
    "hold_adjust": {"POST": G},
    "hold_release": {"POST": G},
    "plans": {"GET": V},
    "plan": {"GET": V},
    "plan_new": {"GET": G, "POST": G},
    "plan_do": {"POST": G},
    "stored_cards": {"GET": V},
    "stored_card_edit": {"GET": G, "POST": G},
    "stored_card_refund": {"GET": G, "POST": G},
    "stored_card_assign": {"POST": G},
    "stored_card_forget": {"POST": G},
    "payment_limits": {"GET": V, "POST": M},
    "payment_links": {"GET": V},
    "payment_link": {"GET": V},
    "payment_link_new": {"GET": G, "POST": G},
    "payment_link_new_card": {"GET": G, "POST": G},
    "payment_link_cancel": {"POST": G},
    "exceptions": {"GET": V},
    "exceptions_retry": {"POST": C},
    "worksheet": {"GET": V},
    "worksheet_csv": {"GET": V},
    "worksheet_do": {"POST": C},
    "exception_decide": {"GET": C, "POST": C},
    "open_invoices": {"GET": C},
    "exception_ask": {"GET": G, "POST": G},
    "connections": {"GET": V},
    "add_paytrace": {"GET": L, "POST": L},
    "add_sagepro": {"GET": L, "POST": L},
    "add_disputes": {"GET": L, "POST": L},
    "add_agent_company": {"GET": L, "POST": L},
    "add_foxpro": {"GET": L, "POST": L},
    "agent": {"GET": V},
    "agent_do": {"POST": L},
    "connection": {"GET": V},
    "connection_test": {"GET": V},
    "connection_do": {"POST": L},
    "backfill": {"GET": V},
    "backfill_do": {"POST": L},
    "rights_script": {"GET": V},
    "posting_profile": {"GET": V, "POST": L},
    "profile_version": {"GET": V},
    "profile_restore": {"POST": L},
    "calibration": {"GET": V},
    "calibration_progress": {"GET": V},
    "calibration_do": {"POST": L},
    "mapping": {"GET": V, "POST": R},
    "mapping_preview": {"POST": V},
    "gl_rules": {"GET": V, "POST": R},
    "gl_rules_preview": {"POST": V},
    "policy": {"GET": V, "POST": R},
    "members": {"GET": V},
    "member_invite": {"POST": M},
    "invitation_withdraw": {"POST": M},
    "member_role": {"POST": M},
    "member_remove": {"POST": M},
    "keys": {"GET": K},
    "key_create": {"POST": K},
    "key_revoke": {"POST": K},
}

# The API by route: the scope each method needs.
API: Mapping[str, Mapping[str, str]] = {
    "api/v1/payments": {"GET": "payments:read"},
    "api/v1/payments/<uuid:id>": {"GET": "payments:read"},
    "api/v1/batches": {"GET": "payments:read"},
    "api/v1/exceptions": {"GET": "exceptions:read"},
    "api/v1/exceptions/<uuid:id>": {"GET": "exceptions:read"},
    "api/v1/exceptions/<uuid:id>/retry": {"POST": "exceptions:write"},
    "api/v1/exceptions/<uuid:id>/put-on-account": {"POST": "exceptions:write"},
    "api/v1/exceptions/<uuid:id>/choose-invoice": {"POST": "exceptions:write"},
    "api/v1/exceptions/<uuid:id>/choose-payment": {"POST": "exceptions:write"},
    "api/v1/exceptions/<uuid:id>/dismiss": {"POST": "exceptions:write"},
    "api/v1/exceptions/<uuid:id>/charge-again": {"POST": "instructions:write"},
    "api/v1/exceptions/<uuid:id>/pause-plan": {"POST": "instructions:write"},
    "api/v1/connections": {"GET": "connections:read"},
    "api/v1/connections/<uuid:id>": {"GET": "connections:read"},
    "api/v1/connections/<uuid:id>/posting-profile": {"GET": "connections:read"},
    "api/v1/accounts": {"GET": "gl_rules:read"},
    "api/v1/mappings": {"GET": "mappings:read", "POST": "mappings:write"},
    "api/v1/gl-rules": {"GET": "gl_rules:read", "POST": "gl_rules:write"},
    "api/v1/payment-methods": {"GET": "instructions:read", "POST": "instructions:write"},
    "api/v1/card-forms": {"POST": "instructions:write"},
    "api/v1/recurring-plans": {"GET": "instructions:read"},
    "api/v1/holds": {"GET": "instructions:read"},
    "api/v1/payment-links": {"GET": "instructions:read", "POST": "instructions:write"},
    "api/v1/payment-links/<uuid:id>": {"GET": "instructions:read"},
    "api/v1/payment-links/<uuid:id>/cancel": {"POST": "instructions:write"},
    "api/v1/instructions": {"GET": "instructions:read", "POST": "instructions:write"},
    "api/v1/instructions/<uuid:id>": {"GET": "instructions:read"},
    "api/v1/instructions/<uuid:id>/approve": {"POST": "instructions:approve"},
    "api/v1/instructions/<uuid:id>/reject": {"POST": "instructions:approve"},
    "api/v1/instructions/<uuid:id>/cancel": {"POST": "instructions:write"},
}

# No company's rows stand behind these. A link's token is a credential: who holds it is shown
# which company it invites to, or what was paid with it.
OPEN = frozenset({
    "front", "new_company", "invitation", "account", "account_login", "account_logout",
    "account_signup", "account_inactive", "account_change_password", "account_set_password",
    "account_reset_password",
    "account_reset_password_done", "account_reset_password_from_key_done",
    "account_reset_password_from_key", "health_live", "health_ready", "health_metrics",
    "security_txt", "api_schema", "api_docs", "pay",
})  # fmt: skip
# What asks PayTrace within the request, which the accounts of the scene cannot reach.
AT_ONCE = frozenset({"api/v1/payment-methods", "api/v1/card-forms"})
OPEN_ROUTES = frozenset({"api/v1/^.*$"})
SHOWN_TO_ITS_HOLDER = frozenset({"invitation", "pay"})


def offered_at(address: Address) -> frozenset[str]:
    """The methods of an address; of one without companies, those that may do something."""
    known = COMPANY.get(address.name) if address.is_company_page else API.get(address.route)
    return frozenset(known) if known is not None else frozenset({"GET", "POST"})
