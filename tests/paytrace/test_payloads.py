"""The samples themselves."""

from __future__ import annotations

from integrations.paytrace import wire
from tests.paytrace.payloads import FOLDER


def test_every_sample_names_its_source() -> None:
    files = sorted(FOLDER.glob("*.json"))
    kinds = {wire.loads(file.read_bytes())["kind"] for file in files}
    assert kinds == {"documented", "seen in code", "inferred"}
    assert [f.name for f in files if not wire.loads(f.read_bytes())["source"]] == []
