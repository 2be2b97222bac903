"""The posting profile that fits the sample company."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from integrations.sagepro.profile import PostingProfile

PROFILE_PATH = Path(__file__).with_name("profile.json")
FOXPRO_PROFILE_PATH = Path(__file__).with_name("profile_foxpro.json")


def sample_profile() -> PostingProfile:
    """The profile as shipped in `profile.json`."""
    return _read(PROFILE_PATH)


def foxpro_profile() -> PostingProfile:
    """The profile of the same company in FoxPro tables, as shipped in `profile_foxpro.json`."""
    return _read(FOXPRO_PROFILE_PATH)


def _read(path: Path) -> PostingProfile:
    return PostingProfile.from_json(json.loads(path.read_text(), parse_float=Decimal))
