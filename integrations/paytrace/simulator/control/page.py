"""A small page to make any event by hand. Whole HTML from here: no other host, no script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode

from integrations.canonical.ach import AchStatus
from integrations.canonical.transactions import TransactionState
from integrations.paytrace.simulator import ach_state, deposits
from integrations.paytrace.simulator.ach_state import Check
from integrations.paytrace.simulator.disputes.store import DisputedPayment
from integrations.paytrace.simulator.exchange import Answer
from integrations.paytrace.simulator.faults import KINDS
from integrations.paytrace.simulator.shapes import status_of, write_moment
from integrations.paytrace.simulator.state import PACIFIC, Transaction
from integrations.paytrace.simulator.world import World

_SHOWN = 60
_CARD_STATES = ("pending_settlement", "authorized", "settled", "declined", "voided",
                "auto_voided", "unknown")  # fmt: skip
_STYLE = """
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 1.6rem; }
table { border-collapse: collapse; width: 100%; } .wide { overflow-x: auto; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8885; }
td.money { text-align: right; font-variant-numeric: tabular-nums; }
form { display: inline-flex; gap: .35rem; flex-wrap: wrap; align-items: end; }
form { margin: .15rem .6rem .15rem 0; }
label { display: inline-grid; font-size: .85rem; } input, select, button { font: inherit; }
input[type=text] { width: 9rem; } .said { padding: .4rem .7rem; border: 1px solid #8885; }
"""


def show(world: World, *, account: str, said: str) -> Answer:
    """The page for one account: its payments and every switch. Inside a turn."""
    accounts = world.store.accounts()
    chosen = account if account in accounts else next(iter(accounts), "")
    parts = [
        "<h1>PayTrace simulator</h1>",
        f"<p>It is {escape(write_moment(world.now()))} Pacific. Nothing here is real money.</p>",
        f'<p class="said" role="status">{escape(said)}</p>' if said else "",
        _choose(accounts, chosen),
    ]
    if chosen:
        parts += [_make(chosen), _cards(world, chosen), _ach(world, chosen)]
        parts.append(_disputes(world, chosen))
    parts += [_faults(chosen), _clock(world, chosen)]
    return Answer(200, _document("".join(parts)).encode(), content_type="text/html; charset=utf-8")


def back(*, account: str, is_done: bool) -> Answer:
    """To the page again, saying whether it was done."""
    said = "Done." if is_done else "PayTrace's rules do not allow that, or a field is not valid."
    where = "/_control/?" + urlencode({"account": account, "said": said})
    return Answer(303, headers={"Location": where})


def _document(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>PayTrace simulator</title><style>{_STYLE}</style></head>"
        f"<body><main>{body}</main></body></html>"
    )


def _choose(accounts: Mapping[str, str], chosen: str) -> str:
    if not accounts:
        return "<p>There is no account yet.</p>"
    options = "".join(
        f"<option{' selected' if name == chosen else ''}>{escape(name)}</option>"
        for name in accounts
    )
    return (
        '<form method="get" action="/_control/"><label>Account '
        f'<select name="account">{options}</select></label><button>Show</button></form>'
    )


def _make(account: str) -> str:
    states = _options(_CARD_STATES)
    statuses = _options(status.value for status in AchStatus if status is not AchStatus.UNKNOWN)
    card = (
        _text("amount", "Amount", "12.50") + _text("invoice_id", "Invoice")
        + _text("customer_id", "Customer")
        + f'<label>State <select name="state">{states}</select></label>'
        + '<label>Tell it <input type="checkbox" name="notify" value="1" checked></label>'
    )  # fmt: skip
    ach = (
        _text("amount", "Amount", "12.50") + _text("invoice_id", "Invoice")
        + _text("customer_id", "Customer")
        + f'<label>State <select name="status">{statuses}</select></label>'
        + _text("fee", "Fee kept back") + _text("deposit_id", "Deposit, else its day's")
    )  # fmt: skip
    return (
        "<h2>Make a payment</h2>"
        + _form("transactions", account, card, "Card payment")
        + "<br>"
        + _form("ach", account, ach, "ACH payment")
    )


def _cards(world: World, account: str) -> str:
    rows = world.store.all_transactions(account)[-_SHOWN:]
    body = "".join(_card_row(account, one) for one in reversed(rows))
    return (
        "<h2>Card payments</h2>"
        + _form("settle", account, "", "Settle what is pending")
        + '<div class="wide"><table><thead><tr><th>Id</th><th>When</th><th>What</th><th>Status</th>'
        "<th>Invoice</th><th>Amount</th><th>Do</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _card_row(account: str, one: Transaction) -> str:
    number = _hidden("transaction_id", str(one.id))
    part = f'<input type="text" name="amount" aria-label="Amount" value="{one.amount:.2f}">'
    marks = _options(("opened", "won", "lost"))
    chargeback = f'<select name="mark" aria-label="Chargeback">{marks}</select>'
    status = status_of(one)[1] + (f", chargeback {one.chargeback}" if one.chargeback else "")
    do = {
        TransactionState.AUTHORIZED: _form("capture", account, number + part, "Capture")
        + _form("adjust", account, number + part, "Change amount")
        + _form("void", account, number, "Void"),
        TransactionState.PENDING_SETTLEMENT: _form("void", account, number, "Void"),
        TransactionState.SETTLED: _form("refund", account, number + part, "Refund")
        + _form("chargeback", account, number + chargeback, "Charge back"),
    }.get(one.state, "") + _form("notices", account, number, "Tell again")
    cells = (str(one.id), write_moment(one.created_at), one.type.value, status, one.invoice_id)
    return f'<tr>{_cells(cells)}<td class="money">{one.amount:,.2f}</td><td>{do}</td></tr>'


def _ach(world: World, account: str) -> str:
    rows = world.store.checks.of_account(account)[-_SHOWN:]
    body = "".join(_ach_row(account, one) for one in reversed(rows))
    return (
        "<h2>ACH payments</h2>"
        '<div class="wide"><table><thead><tr><th>Id</th><th>When</th><th>What</th><th>Status</th>'
        "<th>Invoice</th><th>Deposit</th><th>Amount</th><th>Do</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>" + _deposits(world, account)
    )


def _deposits(world: World, account: str) -> str:
    found = deposits.of(world.store.checks.of_account(account))[-_SHOWN:]
    body = "".join(
        f"<tr>{_cells((one.id, write_moment(one.made_at), str(len(one.lines))))}"
        f'<td class="money">{one.fees:,.2f}</td><td class="money">{one.net:,.2f}</td></tr>'
        for one in reversed(found)
    )
    return (
        "<h2>ACH deposits</h2><p>Made of what settled on a day, less what came back on it. Move a "
        'payment to ‘settled’ or ‘returned’ to make one.</p><div class="wide"><table><thead><tr>'
        "<th>Deposit</th><th>When</th><th>Lines</th><th>Fees</th><th>Net</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _ach_row(account: str, one: Check) -> str:
    number = _hidden("transaction_id", one.id)
    moves = sorted(status.value for status in ach_state.ALLOWED.get(one.status, ()))
    choice = (
        f'<select name="status" aria-label="Next">{_options(moves)}</select>'
        '<input type="text" name="return_code" aria-label="Return code" placeholder="R01">'
    )
    do = _form("ach_move", account, number + choice, "Move") if moves else ""
    status = f"{one.status.value} {one.return_code}".strip()
    stands_in = " ".join(name for name in (one.deposit_id, one.returned_in) if name)
    when = write_moment(one.created_at)
    cells = (one.id[:8], when, one.type.value, status, one.invoice_id, stands_in)
    return f'<tr>{_cells(cells)}<td class="money">{one.amount:,.2f}</td><td>{do}</td></tr>'


def _disputes(world: World, account: str) -> str:
    rows = world.store.disputes.of_account(account)[-_SHOWN:]
    body = "".join(_dispute_row(account, one) for one in reversed(rows))
    return (
        "<h2>Disputes API</h2><p>What the acquirer tells at /disputes; PayTrace has no such call."
        "</p>"
        + _form("dispute_key", account, _text("key", "Key"), "Let this key read")
        + '<div class="wide"><table><thead><tr><th>Case</th><th>Opened</th><th>Payment</th>'
        "<th>Status</th><th>Decided</th><th>Amount</th><th>Do</th></tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _dispute_row(account: str, one: DisputedPayment) -> str:
    choice = _hidden("case_number", one.case_number) + (
        f'<select name="status" aria-label="Next">'
        f"{_options(('won', 'lost', 'opened', 'in_arbitration'))}</select>"
    )
    cells = (one.case_number, one.opened_on, one.payment_id, one.status, one.decided_on or "")
    do = _form("dispute_move", account, choice, "Move")
    return f'<tr>{_cells(cells)}<td class="money">{escape(one.amount)}</td><td>{do}</td></tr>'


def _faults(account: str) -> str:
    kinds = _options(["none", "export_lag", "page_shift", *sorted(KINDS)])
    fields = (
        f'<label>Kind <select name="kind">{kinds}</select></label>'
        + _text("path_prefix", "Calls that start with", "/v")
        + _text("count", "How often", "1") + _text("seconds", "Seconds", "6")
    )  # fmt: skip
    return "<h2>Faults</h2><p>‘none’ ends them all.</p>" + _form(
        "faults", account, fields, "Switch on"
    )


def _clock(world: World, account: str) -> str:
    now = world.now().astimezone(PACIFIC).isoformat(timespec="seconds")
    return (
        "<h2>Clock</h2>"
        + _form("clock", account, _text("advance_seconds", "Seconds forward", "3600"), "Forward")
        + _form("clock", account, _text("now", "Exactly", now), "Set and stop")
        + _form("clock", account, _hidden("running", "1"), "Real time")
    )


def _form(do: str, account: str, fields: str, label: str) -> str:
    own = _hidden("do", do) + _hidden("account", account)
    return (
        f'<form method="post" action="/_control/">{own}{fields}'
        f"<button>{escape(label)}</button></form>"
    )


def _text(name: str, label: str, value: str = "") -> str:
    return f'<label>{label} <input type="text" name="{name}" value="{escape(value)}"></label>'


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">'


def _options(values: Iterable[str]) -> str:
    return "".join(f"<option>{escape(value)}</option>" for value in values)


def _cells(values: Iterable[str]) -> str:
    return "".join(f"<td>{escape(value)}</td>" for value in values)
