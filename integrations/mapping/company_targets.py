"""Which receipt fields a connected company has, and how wide, as its posting profile says."""

from __future__ import annotations

from dataclasses import replace

from integrations.mapping.targets import RECEIPT_TARGETS, TargetSpec
from integrations.sagepro.profile import PostingProfile


def targets_of(profile: PostingProfile) -> tuple[TargetSpec, ...]:
    """The receipt fields a mapping may fill in this company, in the house's usual order."""
    known = {target.name: target for target in RECEIPT_TARGETS}
    ordered = [name for name in known if name in profile.receipt_fields]
    ordered += sorted(name for name in profile.receipt_fields if name not in known)
    return tuple(
        replace(
            known.get(name, TargetSpec(name, name.replace("_", " ").capitalize(), 0)),
            width=profile.receipt_field_width(name),
            code_page=profile.code_page,
        )
        for name in ordered
    )
