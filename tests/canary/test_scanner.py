"""The control of the canary: what is planted in plain form is found, all of it, everywhere."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import psycopg
import pytest
from django.core import mail

from tests.canary.cards import CODE, Cards
from tests.canary.kept import leaks, leaks_in_database, leaks_in_mails
from tests.canary.logbook import Logbook


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


def test_a_thousand_of_a_thousand_are_found_in_a_log(cards: Cards) -> None:
    """Written past the redaction of our lines: that has tests of its own."""
    with Logbook() as logbook:
        for number in range(1000):
            sys.stderr.write(f'{{"event": "{number}", "text": "{cards.card("a line")}"}}\n')
        assert len(leaks("the log", logbook.read(), cards)) == 1000


def test_a_line_that_goes_past_our_redaction_is_found(cards: Cards) -> None:
    """A library that writes with a handler of its own, and somebody who prints."""
    with Logbook() as logbook:
        stray = logging.getLogger("stray.library")
        stray.handlers, stray.propagate = [logging.StreamHandler(sys.stderr)], False
        stray.warning("paid with %s", cards.card("a stray line"))
        sys.stdout.write(f"{cards.card('a print')}\n")
        stray.handlers, stray.propagate = [], True
        assert [line.rpartition(" in ")[2] for line in leaks("the log", logbook.read(), cards)] == [
            "a stray line", "a print",
        ]  # fmt: skip


def test_a_log_that_was_switched_off_is_no_clean_log() -> None:
    with Logbook() as logbook:
        logging.disable(logging.CRITICAL)
        with pytest.raises(AssertionError, match="nobody saw"):
            logbook.read()
        logging.disable(logging.NOTSET)


def test_what_a_started_process_writes_is_read(cards: Cards, tmp_path: Path) -> None:
    with Logbook() as logbook:
        written = tmp_path / "simulator.log"
        written.write_text(f"asked about {cards.card('a process')}")
        logbook.files.append(written)
        assert len(leaks("the log", logbook.read(), cards)) == 1


def test_a_thousand_of_a_thousand_are_found_in_mails(cards: Cards) -> None:
    for number in range(1000):
        mail.send_mail(str(number), f"Dear {cards.card('a mail')},", "a@b.test", ["c@d.test"])
    assert len(leaks_in_mails(cards)) == 1000


def test_a_security_code_is_found(cards: Cards) -> None:
    assert cards.code().startswith(CODE)
    assert leaks("a page", f'"csc": "{cards.code()}"'.encode(), cards) == [
        "a page: a security code"
    ]
