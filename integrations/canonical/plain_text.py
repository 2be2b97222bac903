"""Whether bytes can be read as text at all: what cannot is never stored, only counted."""

from __future__ import annotations

import re

# In these, a byte below 0x80 is always the ASCII character, so tokens are what they seem.
_ASCII_BASED = frozenset(
    {"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "iso8859-1", "latin1", "latin-1",
     "iso-8859-15", "windows-1252", "cp1252"}
)  # fmt: skip
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\s;\"',]+)", re.IGNORECASE)
_OPAQUE_TYPES = (
    "multipart/", "image/", "audio/", "video/", "font/", "gzip", "zip", "compress", "zstd",
    "brotli", "pdf", "msgpack", "cbor", "protobuf", "base64",
)  # fmt: skip
# gzip, zlib, bzip2, zip, xz, zstd, lz4, 7z, PDF; UTF-16 and UTF-7 byte order marks.
_MAGIC = (
    b"\x1f\x8b", b"\x78\x9c", b"\x78\xda", b"BZh91AY", b"PK\x03\x04", b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18", b"7z\xbc\xaf", b"%PDF-",
    b"\xff\xfe", b"\xfe\xff", b"+/v8", b"+/v9", b"+/v+", b"+/v/",
)  # fmt: skip
_MULTIPART = re.compile(rb"\s{0,8}--[^\r\n]{1,100}\r?\n[Cc]ontent-")
# Everything below the space but tab, line feed, form feed and carriage return.
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f]")
_HIGH = bytes(range(0x80, 0x100))


def is_plain_text(body: bytes, *, content_type: str) -> bool:
    """Whether every digit in `body` can be seen as an ASCII digit or a known escape of one."""
    charset = _CHARSET.search(content_type)
    if charset and charset[1].lower() not in _ASCII_BASED:
        return False
    lowered = content_type.lower()
    if any(part in lowered for part in _OPAQUE_TYPES):
        return False
    if body.startswith(_MAGIC) or _MULTIPART.match(body) or _CONTROL.search(body):
        return False
    return _is_mostly_ascii(body)


def _is_mostly_ascii(body: bytes) -> bool:
    """UTF-8, or a Western single-byte text. EBCDIC and binary digits would pass unseen."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return len(body.translate(None, _HIGH)) * 10 >= len(body) * 7
    return True
