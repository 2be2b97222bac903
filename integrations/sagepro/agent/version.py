"""The agent's version: shown in the portal, and the version of its distribution."""

from __future__ import annotations

VERSION = "0.1.0"
