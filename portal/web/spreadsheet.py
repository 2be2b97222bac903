"""Payments as a file for a spreadsheet. No cell can become a formula there."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpResponse

from integrations.canonical.money import exponent
from integrations.posting.models import Effect
from integrations.posting.words import MONEY_BACK, kind_word, word_of
from portal.web.moments import zone_word

# At the start of a cell, blanks before it or not, as it is or in full width; and after what a
# spreadsheet of another country takes for the end of a cell, whatever stands around it.
_FORMULA = re.compile(r"(^|;)(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n])")
MAX_ROWS = 50_000


def csv_of(effects: Iterable[Effect], *, zone: str) -> str:
    """A heading and one line for each effect; times in `zone`, money back with a minus."""
    out = io.StringIO()
    writer = csv.writer(out)
    where = zone_word(zone)
    writer.writerow(
        [
            f"Paid at ({where})",
            "Kind",
            "Customer",
            "Customer number",
            "Invoice",
            "Amount",
            "Currency",
            "State",
            "Why",
            "Card",
            "Last four",
            "Approval code",
            "PayTrace transaction",
            "Receipt in Sage",
            f"Posted at ({where})",
            "Accounting date",
        ]
    )
    for effect in effects:
        writer.writerow(_line(effect, zone=zone))
    return out.getvalue()


def file_of(rows: Iterable[Sequence[str]], *, name: str) -> HttpResponse:
    """Rows as a file to download; the byte order mark tells a spreadsheet that it is UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return attached(out.getvalue(), name=name)


def attached(text: str, *, name: str) -> HttpResponse:
    """A text as a file to download."""
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def safe(text: str) -> str:
    """The text with a quote before whatever a spreadsheet would read as a formula."""
    return _FORMULA.sub(r"\1'", text)


def _line(effect: Effect, *, zone: str) -> list[str]:
    sign = "-" if effect.kind in MONEY_BACK else ""
    amount = f"{sign}{effect.amount:.{exponent(effect.currency)}f}"
    before = [time_of(effect.occurred_at, zone), kind_word(effect.kind)]
    texts = [effect.customer_name, effect.customer_number, effect.invoice_reference]
    after = [
        word_of(effect.state).text,
        effect.sentence,
        effect.card_brand,
        effect.last_four,
        effect.approval_code,
        effect.transaction_id,
        effect.sage_reference,
    ]
    ends = [time_of(effect.posted_at, zone), str(effect.accounting_date or "")]
    return [*before, *map(safe, texts), amount, effect.currency, *map(safe, after), *ends]


def time_of(moment: datetime | None, zone: str) -> str:
    """A time in the zone that the heading names; empty where there is none."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}" if moment else ""
