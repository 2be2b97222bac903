"""One shape for every refusal, whatever is sent."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.portal.api.conftest import Program

SHAPE = {"code", "message", "field", "remedy", "request_id", "problems"}


def _error(answer: Any) -> dict[str, Any]:
    told = answer.json()
    assert set(told) == {"error"}
    error: dict[str, Any] = told["error"]
    assert set(error) == SHAPE
    assert error["message"]
    assert len(error["request_id"]) == 36
    return error


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ("{", 400, "malformed"),
        ("", 400, "invalid"),
        ("null", 400, "invalid"),
        ("[]", 400, "invalid"),
        ('"text"', 400, "invalid"),
        ("17", 400, "invalid"),
        ('{"rows": NaN}', 400, "malformed"),
        ('{"rows": -Infinity}', 400, "malformed"),
        ('{"rows": [], "rows": []}', 400, "duplicate_name"),
        ('{"rows": ' + "[" * 40 + "]" * 40 + "}", 400, "too_deep"),
        ("[" * 200_000, 400, "too_deep"),
        ('{"rows": [], "colour": "red"}', 400, "invalid"),
        ('{"rows": [{"target": "x", "colour": "red"}]}', 400, "invalid"),
        ('{"rows": [], "note": "a\\u0000b"}', 400, "malformed"),
        ('{"rows": [], "note": "a\\ud800b"}', 400, "malformed"),
        ('{"rows": [], "note": "' + "x" * 301 + '"}', 400, "invalid"),
        ('{"rows": ' + "9" * 5000 + "}", 400, "malformed"),
        ('{"rows": 1e999999999}', 400, "invalid"),
        (b'{"rows": "\xff"}', 400, "malformed"),
        (b"\xef\xbb\xbf{}", 400, "malformed"),
        ('{"note": "' + "x" * 262_144 + '"}', 413, "too_large"),
    ],
)
def test_a_bad_body_is_refused_in_a_sentence(
    program: Program, body: str | bytes, status: int, code: str
) -> None:
    answer = program.post("mappings", body)
    assert (answer.status_code, _error(answer)["code"]) == (status, code)


def test_a_problem_deep_inside_names_its_place(program: Program) -> None:
    body = {"rows": [{"target": "comment", "steps": [{"name": 7, "arguments": {"a": []}}]}]}
    error = _error(program.post("mappings", body))
    assert error["field"].startswith("rows")
    assert "steps[0]" in error["field"]


def test_other_content_types_are_refused(program: Program) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = program.send("POST", "mappings", "a=b", content_type=content_type)
        assert (answer.status_code, _error(answer)["code"]) == (415, "unsupported_media_type")


def test_other_methods_are_refused(program: Program) -> None:
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = program.send(method, "payments", "")
        assert (answer.status_code, _error(answer)["code"]) == (405, "method_not_allowed")
    assert program.send("HEAD", "payments", "").status_code == 200


def test_only_json_is_answered(program: Program) -> None:
    answer = program.send("GET", "payments", "", Accept="text/html")
    assert (answer.status_code, _error(answer)["code"]) == (406, "not_acceptable")


def test_unknown_addresses_answer_in_the_same_shape(books: factories.Books) -> None:
    for path in ("nowhere", "payments/not-an-id", "payments/", "", "payments/%00", "../v2"):
        answer = Client().get(f"/api/v1/{path}")
        assert answer.status_code == 404
        assert _error(answer)["code"] == "not_found"
