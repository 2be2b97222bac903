"""What no committed file may say, whatever its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.architecture.sources import ROOT, tracked_files

# This file quotes what it forbids.
_SELF = "tests/architecture/texts.py"


@dataclass(frozen=True)
class TextRule:
    """One rule over lines of text, and lines that keep and break it."""

    sentence: str
    pattern: re.Pattern[str]
    bad: tuple[str, ...]
    good: tuple[str, ...] = ()
    only: tuple[str, ...] = field(default=())
    """Folders it holds in; empty for everywhere."""
    but: tuple[str, ...] = field(default=())
    """Files that must speak of it."""


RULES: tuple[TextRule, ...] = (
    TextRule(
        "No file names a package registry",
        re.compile(
            r"pypi\.org/simple|pythonhosted\.org|npmjs\.org|artifactory|jfrog|nexus\."
            r"|--(?:extra-)?index-url|^\s*(?:extra-)?index[-_]url|--trusted-host",
            re.IGNORECASE,
        ),
        ("--index-url https://mirror.example/simple", "https://files.pythonhosted.org/packages/x"),
        ("django==5.2.1 --hash=sha256:00",),
        # They refuse such names and show that they do.
        but=("portal/launch/lock.py", "tests/launch/test_run.py"),
    ),
    TextRule(
        "No file names a place of the machine it was written on",
        re.compile(r"(?<![\w.])/(?:work|root|Users)/|/tmp/bash_jobs|(?<![\w.])/home/(?!tieout\b)"),
        ("see /work/somewhere/docs", "cd /root/x", "/home/someone/project"),
        ("framework/main", "network/root", "/var/lib/tieout", "/homework/"),
    ),
    TextRule(
        "No file carries a private key or a live key",
        re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b"),
        ("-----BEGIN RSA PRIVATE KEY-----", "AKIA" + "A" * 16),
        ("-----BEGIN CERTIFICATE-----",),
    ),
    TextRule(
        "No page runs or styles anything inline, or loads from another host",
        re.compile(
            r"<script(?![^>]*\bsrc=)|<style|\sstyle=[\"']|\son[a-z]+=[\"']|javascript:"
            r"|(?:src|srcset|action)=[\"'](?:https?:)?//|@import\s+(?:url\()?[\"']?(?:https?:)?//"
            r"|url\([\"']?(?:https?:)?//|<link[^>]+href=[\"'](?:https?:)?//",
            re.IGNORECASE,
        ),
        (
            "<script>let a = 1</script>",
            '<p style="color: red">',
            '<button onclick="go()">',
            '<img src="https://cdn.example/a.png">',
            '<link rel="stylesheet" href="//cdn.example/a.css">',
            "background: url(https://cdn.example/a.png)",
        ),
        ('<script type="module" src="/static/js/portal.js"></script>', '<p data-style="plain">'),
        only=("templates/", "static/"),
    ),
    TextRule(
        "No work is left for later in a comment",
        re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b"),
        ("# TODO: finish", "FIXME later"),
        ("the mask xxxx1234",),
        only=("portal/", "integrations/", "tenants/", "templates/", "static/", "docs/", "tests/"),
    ),
)


def found(rule: TextRule) -> list[str]:
    """Where a file breaks the rule, as path and line."""
    return [
        f"{path}:{number}"
        for path in tracked_files()
        if path not in {_SELF, *rule.but} and (not rule.only or path.startswith(rule.only))
        for number, line in enumerate(_lines(path), start=1)
        if rule.pattern.search(line)
    ]


def _lines(path: str) -> list[str]:
    try:
        return (ROOT / path).read_text().splitlines()
    except UnicodeDecodeError:
        return []
