"""What reaches a log line."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
import structlog

from integrations.canonical.redaction import redact_event, redact_mapping

CARD = "4111111111111111"


def test_headers_and_nested_values() -> None:
    value = {
        "Authorization": "Bearer abc",
        "X-Api-Key": b"abc",
        "body": f'{{"n": {CARD}}}'.encode(),
        "items": [{"csc": 999}, (CARD, int(CARD), float(CARD), Decimal(CARD)), {CARD}],
        "flags": {"pin": None, "token": False},
        CARD: 1,
        "transaction_id": int(CARD),
        "id": UUID(int=5),
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "amount": Decimal("12.30"),
        "count": 3,
        "gzip": b"\x1f\x8b\x08",
    }
    assert redact_mapping(value) == {
        "Authorization": "[removed]",
        "X-Api-Key": "[removed]",
        "body": '{"n": "[PAN …1111]"}',
        "items": [
            {"csc": "[removed]"},
            ["[PAN …1111]", "[PAN …1111]", "[PAN …1111]", "Decimal('[PAN …1111]')"],
            ["[PAN …1111]"],
        ],
        "flags": {"pin": None, "token": False},
        "[PAN …1111]": 1,
        "transaction_id": "[PAN …1111]",
        "id": UUID(int=5),
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "amount": Decimal("12.30"),
        "count": 3,
        "gzip": "[removed]",
    }


def test_a_structure_that_contains_itself_ends() -> None:
    loop: dict[str, object] = {"token": "a"}
    loop["self"] = loop
    shown = str(redact_mapping(loop))
    assert "[removed]" in shown
    assert len(shown) < 2000


class Unprintable:
    def __repr__(self) -> str:
        raise ValueError(CARD)


def test_objects_become_their_redacted_repr() -> None:
    assert redact_mapping([Exception(f"card {CARD}"), Unprintable()]) == [
        "Exception('card [PAN …1111]')",
        "<Unprintable without a repr>",
    ]


def test_an_event_is_redacted_and_its_exception_with_it() -> None:
    record = logging.makeLogRecord({"msg": "x"})
    try:
        raise ValueError(f"password=hunter2 {CARD}")
    except ValueError:
        event = redact_event(
            None, "error", {"event": f"paid {CARD}", "exc_info": True, "_record": record}
        )
    assert event["event"] == "paid [PAN …1111]"
    assert event["_record"] is record
    assert event["exception"].endswith("ValueError: password=[removed] [PAN …1111]\n")
    assert "exc_info" not in event


@pytest.mark.parametrize("exc_info", [None, False, (None, None, None)])
def test_no_exception_is_told_where_there_is_none(exc_info: object) -> None:
    assert redact_event(None, "info", {"event": "x", "exc_info": exc_info}) == {"event": "x"}


def test_it_works_as_a_structlog_processor(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.wrap_logger(
        structlog.PrintLogger(),
        processors=[redact_event, structlog.processors.JSONRenderer(ensure_ascii=False)],
    )
    log.error("payment.refused", card=CARD, error=ValueError(CARD), exc_info=ValueError(CARD))
    assert capsys.readouterr().out == (
        '{"card": "[PAN …1111]", "error": "ValueError(\'[PAN …1111]\')", '
        '"event": "payment.refused", "exception": "ValueError: [PAN …1111]\\n"}\n'
    )
