"""A JSON object read as it arrives: the rows of its long lists are handed out one by one, so that
memory does not grow with them.

Everything else of the object is kept and given back at the end, when the verdict is known.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Generator, Iterator
from typing import Any

from integrations.paytrace import wire

Json = dict[str, Any]
Rows = Generator[Any, None, Json]

# Where PayTrace puts the rows of an export: v1 by their name, v3 in any of these places.
_LISTS = frozenset({("transactions",), ("items",), ("data",), ("data", "transactions")})
# Characters. A record takes about one thousand; what is longer than this is no record.
_LONGEST_VALUE = 4 * 1024 * 1024
_SPACE = " \t\r\n"


def rows_of_stream(chunks: Iterator[bytes]) -> Rows:
    """The rows in order; returns the object without them, their lists being empty.

    Raises ValueError where it is no JSON object or breaks off; what was handed out before
    that was told all the same.
    """
    text = _Text(chunks)
    rest = yield from _object(text, ())
    text.end()
    return rest


def _object(text: _Text, path: tuple[str, ...]) -> Rows:
    text.take("{")
    members: Json = {}
    if text.peek() == "}":
        text.take("}")
        return members
    while True:
        name = text.value()
        if not isinstance(name, str):
            raise ValueError("A name was expected")
        text.take(":")
        members[name] = yield from _member(text, (*path, name))
        if text.peek() != ",":
            text.take("}")
            return members
        text.take(",")


def _member(text: _Text, here: tuple[str, ...]) -> Generator[Any, None, Any]:
    first = text.peek()
    if first == "[" and here in _LISTS:
        yield from _elements(text)
        return []
    if first == "{" and here == ("data",):
        return (yield from _object(text, here))
    return text.value()


def _elements(text: _Text) -> Iterator[Any]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.peek() != ",":
            text.take("]")
            return
        text.take(",")


class _Text:
    """What has arrived and is not read yet."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._decode: Callable[..., str] = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._text, self._at, self._is_over = "", 0, False

    def value(self) -> Any:
        """The next whole value. Read again from its start when it had not arrived whole."""
        self.peek()
        while True:
            try:
                found, end = wire.DECODER.raw_decode(self._text, self._at)
            except ValueError:
                if len(self._text) - self._at > _LONGEST_VALUE or not self._fill():
                    raise
                continue
            # A number that ends where the text does may go on.
            if end == len(self._text) and self._fill():
                continue
            self._at = end
            return found

    def peek(self) -> str:
        """The next character that is no space. Raises ValueError at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                raise ValueError("It breaks off")

    def take(self, character: str) -> None:
        if self.peek() != character:
            raise ValueError(f"‘{character}’ was expected")
        self._at += 1

    def end(self) -> None:
        """Nothing but spaces may follow."""
        try:
            self.peek()
        except ValueError:
            return
        raise ValueError("Something follows the object")

    def _fill(self) -> bool:
        """Take in what arrives next; False at the end."""
        if self._is_over:
            return False
        chunk = next(self._chunks, None)
        self._is_over = chunk is None
        more = self._decode(chunk or b"", final=self._is_over)
        self._text, self._at = self._text[self._at :] + more, 0
        return True
