"""An answer read as it arrives says the same as one read whole, wherever it was cut."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.paytrace import wire
from integrations.paytrace.streaming import rows_of_stream

_ROWS = b'[{"id": 1, "amount": 12.50, "name": "Caf\xc3\xa9 \\"x\\" ]}"}, "no row", {"id": 23}]'
_SHAPES = {
    b'{"success": true, "transactions": %s, "response_code": 1}': {
        "success": True, "transactions": [], "response_code": 1,
    },
    b'{"transactions" : %s}  ': {"transactions": []},
    b'{"items": %s, "more": {"transactions": [1]}}': {"items": [], "more": {"transactions": [1]}},
    b'{"data": %s}': {"data": []},
    b'{"data": {"transactions": %s, "left": 0}}': {"data": {"transactions": [], "left": 0}},
}  # fmt: skip


def _read(chunks: Iterator[bytes]) -> tuple[list[Any], dict[str, Any]]:
    rows, stream = [], rows_of_stream(chunks)
    while True:
        try:
            rows.append(next(stream))
        except StopIteration as end:
            return rows, end.value


@pytest.mark.parametrize("shape", _SHAPES)
@pytest.mark.parametrize("size", [1, 2, 3, 7, 4096])
def test_rows_come_one_by_one_and_the_rest_at_the_end(shape: bytes, size: int) -> None:
    body = shape % _ROWS
    chunks = (body[at : at + size] for at in range(0, len(body), size))
    assert _read(chunks) == (wire.loads(_ROWS), _SHAPES[shape])


def test_an_answer_without_rows_is_the_object_itself() -> None:
    assert _read(iter([b"{}"])) == ([], {})
    assert _read(iter([b'\xef\xbb\xbf{"errors": {"58": ["x"]}}'])) == (
        [],
        {"errors": {"58": ["x"]}},
    )
    assert _read(iter([b'{"transactions": []}'])) == ([], {"transactions": []})
    assert _read(iter([b'{"data": {"id": 7}}'])) == ([], {"data": {"id": 7}})


def test_whatever_breaks_off_is_no_answer() -> None:
    body = b'{"success": true, "transactions": [{"id": 1}, {"id": 2}], "code": 15}'
    for end in range(len(body)):
        with pytest.raises(ValueError):  # noqa: PT011 any of json's own
            _read(iter([body[:end]]))


@pytest.mark.parametrize(
    "body",
    [b"<html></html>", b"[]", b"null", b"{} {}", b'{"a": NaN}', b'{"a": 1,}', b'{1: 2}',
     b'{"transactions": [1 2]}', b'{"a": "\xff"}'],
)  # fmt: skip
def test_what_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 any of json's own
        _read(iter([body]))
