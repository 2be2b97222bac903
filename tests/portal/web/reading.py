"""A page as a person reads it: its text without tags, blanks made single."""

from __future__ import annotations

import html
import re
from typing import Any

_TAGS = re.compile(r"<(script|style|head)\b.*?</\1>|<svg\b.*?</svg>|<[^>]+>", re.DOTALL)


def text_of(response: Any, *, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    text = html.unescape(_TAGS.sub(" ", response.content.decode()))
    return re.sub(r"\s+([.,;:)])", r"\1", " ".join(text.split())).replace("\xa0", " ")
