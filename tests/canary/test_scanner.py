"""The control of the canary: what is planted in plain form is found, all of it, everywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable

import psycopg
from django.core import mail

from tests.canary.cards import CODE, Cards
from tests.canary.kept import leaks, leaks_in_database, leaks_in_mails


def test_a_thousand_of_a_thousand_are_found_in_the_database(
    db: None, superuser_url: str, cards: Cards
) -> None:
    rows = [(f"k{number}", f"paid with {cards.card('a row')}, ok") for number in range(1000)]
    with psycopg.connect(superuser_url) as connection:
        connection.cursor().executemany(
            "INSERT INTO cache_entries (cache_key, value, expires) VALUES (%s, %s, now())", rows
        )
    found = leaks_in_database(superuser_url, cards)
    assert sum("planted in a row" in sentence for sentence in found) == len(found) == 1000
    assert all(sentence.startswith("table cache_entries:") for sentence in found)


def test_a_thousand_of_a_thousand_are_found_in_a_log(
    cards: Cards, log: Callable[[], bytes]
) -> None:
    """Written past the redaction of our lines: that has tests of its own."""
    for number in range(1000):
        sys.stderr.write(f'{{"event": "{number}", "text": "{cards.card("a line")}"}}\n')
    assert len(leaks("the log", log(), cards)) == 1000


def test_a_thousand_of_a_thousand_are_found_in_mails(cards: Cards) -> None:
    for number in range(1000):
        mail.send_mail(str(number), f"Dear {cards.card('a mail')},", "a@b.test", ["c@d.test"])
    assert len(leaks_in_mails(cards)) == 1000


def test_a_security_code_is_found(cards: Cards) -> None:
    assert cards.code().startswith(CODE)
    assert leaks("a page", f'"csc": "{cards.code()}"'.encode(), cards) == [
        "a page: a security code"
    ]
