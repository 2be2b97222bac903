"""The posting profile that fits the sample company."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

from integrations.sagepro.profile import PostingProfile

PROFILE_PATH = Path(__file__).with_name("profile.json")


def sample_profile() -> PostingProfile:
    """The profile as shipped in `profile.json`."""
    return PostingProfile.from_json(json.loads(PROFILE_PATH.read_text(), parse_float=Decimal))
