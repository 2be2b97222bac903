"""Every line is one JSON object, carries its ids, and holds no secret."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils.log import log_response

from portal import logs


@pytest.fixture(autouse=True)
def configured() -> Iterator[None]:
    logs.configure(level="INFO")
    structlog.contextvars.clear_contextvars()
    yield
    structlog.contextvars.clear_contextvars()
    logs.configure(level="WARNING")


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_own_lines_carry_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.bind_contextvars(tenant_id="t-1", effect_id="e-1")
    structlog.get_logger("portal.request").info("request.answered", status=200)
    (line,) = _lines(capsys)
    line.pop("timestamp")
    assert line == {
        "event": "request.answered",
        "level": "info",
        "logger": "portal.request",
        "status": 200,
        "tenant_id": "t-1",
        "effect_id": "e-1",
    }


def test_lines_of_other_libraries_take_the_same_way(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.contextvars.bind_contextvars(tenant_id="t-1")
    logging.getLogger("django_q").warning("reincarnated %s", "worker")
    (line,) = _lines(capsys)
    line.pop("timestamp")
    assert line == {
        "event": "reincarnated worker",
        "level": "warning",
        "logger": "django_q",
        "tenant_id": "t-1",
    }


def test_secrets_and_card_numbers_never_reach_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    log = structlog.get_logger("x")
    log.info("sent", password="hunter22", body="card 4111111111111111 used")
    try:
        raise ValueError("refused for 4111 1111 1111 1111")
    except ValueError:
        log.exception("failed")
    text = capsys.readouterr().err
    assert "hunter22" not in text
    assert "4111111111111111" not in text
    assert "4111 1111" not in text
    assert "ValueError" in text


def test_the_token_of_a_notice_address_is_never_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Django logs the path of every refused request."""
    request = RequestFactory().post("/hooks/very-secret-token/")
    refused = HttpResponse(status=401)
    log_response("%s: %s", "Unauthorized", request.path, request=request, response=refused)
    logging.getLogger("gunicorn.error").warning("Error handling request /hooks/very-secret-token/")
    lines = _lines(capsys)
    assert [line["event"] for line in lines] == [
        "Unauthorized: unmatched",
        "Error handling request /hooks/[removed]/",
    ]
    assert "very-secret-token" not in json.dumps(lines)


@pytest.mark.parametrize(
    "address",
    [
        reverse("invitation", args=["very-secret"]),
        reverse("pay", args=["very-secret"]),
        reverse("account_reset_password_from_key", args=["1", "very-secret"]),
    ],
)
def test_no_address_that_opens_something_is_logged_whole(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    logging.getLogger("gunicorn.error").warning("Error handling request %s", address)
    (line,) = _lines(capsys)
    assert "very-secret" not in json.dumps(line)
    assert line["event"].startswith("Error handling request /")


@pytest.mark.usefixtures("db")
def test_an_unknown_address_is_logged_without_its_text(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Client().get("/.well-known/security.txt?token=very-secret")
    assert "very-secret" not in capsys.readouterr().err


def test_a_background_task_names_itself_on_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    logs.bind_task(task={"id": "abc", "kwargs": {"tenant_id": "t-9", "kind": "poll"}})
    structlog.get_logger("worker").info("started")
    (line,) = _lines(capsys)
    assert (line["task_id"], line["tenant_id"]) == ("abc", "t-9")
    assert "kind" not in line
