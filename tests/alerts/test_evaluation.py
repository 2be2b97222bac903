"""Alerts say what the facts say: opened once, refreshed while they last, cleared when over."""

from __future__ import annotations

from integrations.alerts.evaluation import Change, Condition, compare, waiting_sentence

OFFLINE = Condition("connection", "sage-1", "Sage is offline.")


def test_a_new_condition_opens() -> None:
    assert compare(wanted=[OFFLINE], is_open=[]) == Change((OFFLINE,), (), ())


def test_a_lasting_condition_is_refreshed_and_not_opened_again() -> None:
    assert compare(wanted=[OFFLINE], is_open=[OFFLINE.key]) == Change((), (OFFLINE,), ())


def test_a_condition_that_is_over_is_cleared() -> None:
    assert compare(wanted=[], is_open=[OFFLINE.key]) == Change((), (), (OFFLINE.key,))


def test_waiting_is_told_with_amount_reason_and_comfort() -> None:
    told = waiting_sentence(
        count=3, total="1,240.00 USD", since="14:05", company="Sage company 01", why="it is away"
    )
    assert told == (
        "3 payments wait for Sage company 01, 1,240.00 USD in all: it is away (since 14:05). "
        "Nothing is lost; posting goes on by itself."
    )
