"""The documents tell the truth about the code: links, paths, names, states and decisions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from integrations.canonical.posting import PostingOutcome
from integrations.posting.models import EffectState
from integrations.posting.words import WORDS, word_of
from tests.architecture.sources import ROOT, tracked_files

DOCS = ROOT / "docs"
DOCUMENTS = sorted(ROOT / path for path in tracked_files() if path.endswith(".md"))
DECISIONS = sorted((DOCS / "adr").glob("*.md"))
LONGEST_DECISION = 40

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:portal|integrations|tenants|tests|templates|static|docs)(?:/[\w.-]+)+")
_NAMED_IN = re.compile(r"`(\w+)`\s+of\s+`([\w/]+\.py)`")
_STATE_ROW = re.compile(r"^\| `(\w+)` \|.*\| \*\*([\w ]+)\*\* \|$", re.MULTILINE)


def test_there_are_documents() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in DOCUMENTS}
    assert {"CHANGELOG.md", "docs/README.md", "docs/glossary.md", "docs/one-payment.md"} <= names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_a_document_points_at_exists(document: Path) -> None:
    """Links between documents, paths of the code, and functions said to stand in a file."""
    text = document.read_text()
    assert [*broken_links(text, document.parent), *missing_paths(text), *missing_names(text)] == []


def test_broken_references_are_seen() -> None:
    text = (
        "[x](no-such-file.md) and `integrations/no_such_stage/file.py`, "
        "`no_such_name` of `integrations/tasks.py`"
    )
    assert [*broken_links(text, DOCS), *missing_paths(text), *missing_names(text)] == [
        "no-such-file.md",
        "integrations/no_such_stage/file.py",
        "no_such_name of integrations/tasks.py",
    ]


def test_the_glossary_tells_every_state_and_the_word_people_see() -> None:
    told = dict(_STATE_ROW.findall(_glossary()))
    assert told == {str(state): word_of(state).text for state in EffectState}


def test_the_glossary_draws_every_state_that_today_reaches() -> None:
    drawing = _glossary().split("```")[1]
    drawn = {state for state in EffectState if re.search(rf"\b{state}\b", drawing)}
    assert set(EffectState) - drawn == {EffectState.ADOPTED}


def test_the_glossary_has_every_word_people_see_and_every_answer_of_the_writer() -> None:
    text = _glossary()
    assert [word.text for word in WORDS if f"**{word.text}**" not in text] == []
    assert [str(answer) for answer in PostingOutcome if f"`{answer}`" not in text] == []


def test_decisions_are_numbered_without_a_gap_and_named_by_their_title() -> None:
    headings = [path.read_text().splitlines()[0] for path in DECISIONS]
    titles = [heading.partition(". ")[2] for heading in headings]
    assert len(set(titles)) == len(titles)
    assert headings == [f"# {n}. {title}" for n, title in enumerate(titles, start=1)]
    assert [path.name[:5] for path in DECISIONS] == [f"{n:04}-" for n in range(1, len(titles) + 1)]


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_is_short_and_says_why_what_and_what_follows(decision: Path) -> None:
    text = decision.read_text()
    assert len(text.splitlines()) <= LONGEST_DECISION
    parts = re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequences"]


def test_the_index_leads_to_every_document() -> None:
    index = (DOCS / "README.md").read_text()
    listed = {(DOCS / target).resolve() for target in _LINK.findall(index)}
    assert {path for path in DOCS.rglob("*.md") if path.name != "README.md"} - listed == set()


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"


def broken_links(text: str, folder: Path) -> list[str]:
    """Links to files that are not there; links to other hosts are not followed."""
    targets = (target.partition("#")[0] for target in _LINK.findall(text) if "://" not in target)
    return [target for target in targets if target and not (folder / target).exists()]


def missing_paths(text: str) -> list[str]:
    """Paths of the code, in backticks, that are not there; `<name>` marks one to be made."""
    named = (code for code in _CODE.findall(text) if _PATH.fullmatch(code))
    return [path for path in named if not (ROOT / path).exists()]


def missing_names(text: str) -> list[str]:
    """`name` of `file.py` where the file defines no such name."""
    return [
        f"{name} of {path}"
        for name, path in _NAMED_IN.findall(text)
        if not (ROOT / path).exists() or name not in set(_defined(ROOT / path))
    ]


def _defined(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _glossary() -> str:
    return (DOCS / "glossary.md").read_text()
