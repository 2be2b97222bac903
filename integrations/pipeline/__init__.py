"""The story of a payment: receive → process → deliver; decide, preview, resume.

Data goes one way. No step returns to an earlier one: retry and resume are new walks from a
stored row.
"""

from integrations.pipeline.accounts import change_settings
from integrations.pipeline.answer import take_answers
from integrations.pipeline.backfill import backfill
from integrations.pipeline.chargebacks import record_chargebacks
from integrations.pipeline.decide import (
    choose_invoice,
    choose_payment,
    dismiss,
    put_on_account,
    retry,
)
from integrations.pipeline.deliver import deliver
from integrations.pipeline.failed_runs import charge_again, pause_plan
from integrations.pipeline.flagged import flagged_rows
from integrations.pipeline.instruct import instruct
from integrations.pipeline.looks import look
from integrations.pipeline.open_items import read_open_items, read_open_items_now
from integrations.pipeline.poll import poll_now
from integrations.pipeline.preview import Preview, preview
from integrations.pipeline.process import process
from integrations.pipeline.receive import receive
from integrations.pipeline.ways import change_way, choose_writing
from integrations.pipeline.worksheet import keyed, not_to_be_keyed

__all__ = [
    "Preview",
    "backfill",
    "change_settings",
    "change_way",
    "charge_again",
    "choose_invoice",
    "choose_payment",
    "choose_writing",
    "deliver",
    "dismiss",
    "flagged_rows",
    "instruct",
    "keyed",
    "look",
    "not_to_be_keyed",
    "pause_plan",
    "poll_now",
    "preview",
    "process",
    "put_on_account",
    "read_open_items",
    "read_open_items_now",
    "receive",
    "record_chargebacks",
    "retry",
    "take_answers",
]
