"""Whether debits or credits are the positive GL lines of this company: seen, or asked."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from integrations.sagepro import profile_words as words
from integrations.sagepro.calibration.books import Books, title_of
from integrations.sagepro.calibration.columns import amount, is_text
from integrations.sagepro.calibration.notes import Question
from integrations.sagepro.calibration.observation import Observation
from integrations.sagepro.calibration.tables import parts_of
from integrations.sagepro.calibration.transactions import Transaction

_QUESTION = "gl_sign"
Line = tuple[str, Decimal]
"""Account and amount of a GL line, as they stand in Sage."""


def find_sign(books: Books) -> None:
    """Set `books.credits_are_positive`. Needs account and amount of the GL lines."""
    seen = list(_of_journals(books)) or list(_of_cash(books))
    signs = {is_turned for is_turned, _ in seen}
    if len(signs) == 1:
        books.credits_are_positive = signs.pop()
        _tell(books, [told for _, told in seen])
    else:
        _ask(books)


def lines_of(books: Books, found: Observation) -> list[Line]:
    """What was added to the GL distribution."""
    columns = books.columns["distributions"]
    account, value = columns.names.get("account", ""), columns.names.get("amount", "")
    change = found.changes.get(columns.table)
    rows = change.added if change else ()
    return [((row.get(account) or "").strip(), Decimal(row.get(value) or 0)) for row in rows]


def _of_journals(books: Books) -> Iterator[tuple[bool, str]]:
    """A person said which account a journal debits."""
    for transaction in (Transaction.SETTLEMENT, Transaction.FEE):
        found = books.of(transaction)
        for account, value in lines_of(books, found) if found else ():
            if found and account == found.keyed.debit_account and abs(value) == found.keyed.amount:
                told = f"{title_of(found)}: {account}, which was debited, holds {amount(value)}."
                yield value < 0, told


def _of_cash(books: Books) -> Iterator[tuple[bool, str]]:
    """A receipt may name the account that the money came into."""
    for is_turned in (False, True):
        for name in _naming(books, is_turned=is_turned):
            yield is_turned, f"{books.columns['receipts'].table}.{name} names the account debited."


def _naming(books: Books, *, is_turned: bool) -> Iterator[str]:
    """Columns of receipts that name the account which would have got the money."""
    columns = books.columns["receipts"]
    rows = [
        (row, _money_account(books, found, is_turned=is_turned))
        for found in books.receipts
        for _, row in parts_of(found, columns.table)
    ]
    for name, shape in columns.layout[columns.table].items():
        if is_text(shape) and rows and all(a and (r.get(name) or "").strip() == a for r, a in rows):
            yield name


def _money_account(books: Books, found: Observation, *, is_turned: bool) -> str:
    wanted = -found.keyed.amount if is_turned else found.keyed.amount
    return next((account for account, value in lines_of(books, found) if value == wanted), "")


def _ask(books: Books) -> None:
    """Of a receipt's two accounts a person knows which one got the money."""
    found = books.receipts[0]
    into = {
        is_turned: _money_account(books, found, is_turned=is_turned) for is_turned in (False, True)
    }
    accounts = [account for account in into.values() if account]
    table = books.columns["distributions"].table
    if len(set(accounts)) != len(into):
        books.notes.problems.append(
            f"{title_of(found)}: {table} holds no line for and no line against the money, so "
            "Tieout cannot tell debits from credits."
        )
        return
    question = Question(
        _QUESTION,
        f"{title_of(found)}: in {table}, {into[False]} holds {amount(found.keyed.amount)} and "
        f"{into[True]} holds {amount(-found.keyed.amount)}. Which account did the money come into?",
        tuple((account, account) for account in accounts),
    )
    answered = books.notes.ask(question)
    if answered:
        books.credits_are_positive = answered == into[True]
        _tell(books, [f"You said that the money came into {answered}."])


def _tell(books: Books, evidence: list[str]) -> None:
    is_turned = books.credits_are_positive
    books.notes.found(
        words.HABITS["credits_are_positive"].label,
        "yes" if is_turned else "no",
        evidence,
        is_new=is_turned != books.present.credits_are_positive,
    )
