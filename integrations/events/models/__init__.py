"""What came in: notices as bytes, facts fetched from the gateway, and how far we looked."""

from integrations.events.models.facts import (
    ContestDeadline,
    DepositPart,
    GatewayBatch,
    GatewayFact,
    HeldAmount,
    HoldLook,
)
from integrations.events.models.notices import InboundNotice, NoticeKey, NoticeRefusal
from integrations.events.models.polling import (
    Backfill,
    DayCount,
    Rhythm,
    Source,
    SyncRun,
    Watermark,
)

__all__ = [
    "Backfill",
    "ContestDeadline",
    "DayCount",
    "DepositPart",
    "GatewayBatch",
    "GatewayFact",
    "HeldAmount",
    "HoldLook",
    "InboundNotice",
    "NoticeKey",
    "NoticeRefusal",
    "Rhythm",
    "Source",
    "SyncRun",
    "Watermark",
]
