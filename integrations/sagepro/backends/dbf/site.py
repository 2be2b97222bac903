"""What a site must have before anything is handed over: our tables, the profile's names in
them, a passed self-test, and no newer writer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path

from integrations.canonical.errors import FixConfiguration, TryLater
from integrations.sagepro.backends.dbf import proof
from integrations.sagepro.backends.dbf.folder import look
from integrations.sagepro.backends.dbf.letters import as_letters
from integrations.sagepro.backends.dbf.own_table import (
    OwnTable,
    create_own,
    file_name,
    open_own,
)
from integrations.sagepro.backends.dbf.staged_rows import Record
from integrations.sagepro.backends.dbf.staging_shape import (
    CONTROL,
    NAME,
    SELF_TESTS,
    SHAPES,
    TEST,
)
from integrations.sagepro.backends.sentences import IN_USE
from integrations.sagepro.profile import HISTORY, PostingProfile
from integrations.sagepro.self_test import Check, SelfTest

EPOCH, PROFILE, READ_ONLY, PROOF = "epoch", "profile", "readonly", "proof"
HOLDING, SITE_HOLDS, REFUSED = "holding", "siteholds", "refused"
"""How both sides tell each other, during the self-test, who holds the staging table."""
PROGRAM = "2"
"""Which `tieout.prg` works by what we hand over; an older one does not open a site of this."""
SERVER = "Visual FoxPro tables"
SIGNED = "The result is signed"
_NEEDED = ("receipts", "invoices", "customers", "distributions", "counters", "periods")
_PATIENCE = timedelta(seconds=5)


def prepare(folder: Path, profile: PostingProfile, *, epoch: int, today: date) -> None:
    """Make our tables where they are missing, and write the profile's names into them.

    Safe to repeat; a changed profile needs the self-test again. Raises FixConfiguration when a
    newer writer has this company or a file of that name is not the table we make, and then has
    made none; TryLater when the folder is out of reach.
    """
    company = profile.company_number
    _check_ours(folder, company)
    for table in SHAPES:
        create_own(folder, table, company=company, today=today)
    with _open(folder, CONTROL, company) as control, _open(folder, NAME, company) as names:
        stored = _settings(control)
        _check_epoch(stored, epoch)
        digest = digest_of(profile)
        if stored.get(PROFILE) != digest:
            rows = [{**row, "profile": digest} for row in name_rows(profile)]
            names.append(rows, today=today)
        switches = (READ_ONLY, HOLDING, SITE_HOLDS, REFUSED, PROOF)
        kept = {name: stored.get(name, "") for name in switches}
        wanted = {EPOCH: str(epoch), **kept, **settings(profile), PROFILE: digest}
        for name, value in wanted.items():
            _set(control, name, value, today=today)


def is_prepared(folder: Path, profile: PostingProfile) -> bool:
    """Whether our tables stand beside the company's. Raises TryLater when out of reach."""
    company = profile.company_number
    return all(look(folder, file_name(table, company=company)) for table in SHAPES)


def _check_ours(folder: Path, company: str) -> None:
    for table in SHAPES:
        if look(folder, file_name(table, company=company)):
            with _open(folder, table, company):
                continue


def check_writer(folder: Path, profile: PostingProfile, *, epoch: int, today: date) -> None:
    """Raises FixConfiguration when a newer writer has this company; raises the stored epoch."""
    with _open(folder, CONTROL, profile.company_number) as control:
        stored = _settings(control)
        _check_epoch(stored, epoch)
        if int(stored.get(EPOCH) or 0) < epoch:
            _set(control, EPOCH, str(epoch), today=today)


def check_ready(folder: Path, profile: PostingProfile, *, key: bytes = b"") -> None:
    """Raises FixConfiguration until the self-test has passed for this profile, and TryLater,
    code `sage.in_use`, while the company is switched to read-only on its own side."""
    company = profile.company_number
    with _open(folder, CONTROL, company) as control:
        stored = _settings(control)
    if stored.get(READ_ONLY):
        sentence = "Writing to this company is switched off on its own side (PTCTRL, readonly)."
        raise TryLater(sentence, code=IN_USE)
    if stored.get(PROFILE) != digest_of(profile):
        raise _not_proven("The site was prepared for another posting profile.")
    found = self_test(folder, profile, key=key)
    missing = [check.label for check in found.checks if not check.is_ok]
    if missing:
        raise _not_proven(f"The site's self-test has not passed: {', '.join(missing).lower()}.")


def self_test(folder: Path, profile: PostingProfile, *, key: bytes = b"") -> SelfTest:
    """What the program inside Sage Pro found when it last tested the site for this profile.

    With `key` the last check says whether our half of the test has sealed it. Writes nothing.
    """
    prepared = is_prepared(folder, profile)
    found = _found(folder, profile) if prepared else {}
    checks = [_check(name, found) for name in SELF_TESTS]
    if key:
        checks.append(_signature(folder, profile, found, key=key))
    return SelfTest(SERVER, (_ours(prepared=prepared), *checks))


def sign(folder: Path, profile: PostingProfile, *, key: bytes, today: date) -> None:
    """Seal what the self-test found for this profile, passed or not."""
    digest, company = digest_of(profile), profile.company_number
    rows = list(_found(folder, profile).values())
    made = proof.seal(rows, key=key, folder=folder, company=company, profile=digest)
    tell(folder, company, today=today, **{PROOF: made})


def _found(folder: Path, profile: PostingProfile) -> dict[str, Record]:
    """The newest row of each check, for this profile."""
    digest = digest_of(profile)
    with _open(folder, TEST, profile.company_number) as tests:
        return {row["name"]: row for row in _all(tests) if row["profile"] == digest}


def _ours(*, prepared: bool) -> Check:
    sentence = "Our five tables stand beside the company's."
    missing = "Our tables are not in the company's folder yet; prepare the site."
    return Check("Our tables", is_ok=prepared, sentence=sentence if prepared else missing)


def _signature(
    folder: Path, profile: PostingProfile, found: Mapping[str, Record], *, key: bytes
) -> Check:
    given = told(folder, profile.company_number).get(PROOF, "") if found else ""
    is_ok = bool(given) and proof.is_sealed(
        given,
        list(found.values()),
        key=key,
        folder=folder,
        company=profile.company_number,
        profile=digest_of(profile),
    )
    if is_ok:
        return Check(SIGNED, is_ok=True, sentence="It was made here, for this pairing and profile.")
    return Check(
        SIGNED,
        is_ok=False,
        sentence="It is not signed for this pairing, folder and profile, so it does not count; "
        "prove the site again.",
    )


def _check(name: str, found: Mapping[str, Record]) -> Check:
    row = found.get(name)
    if row is None:
        return Check(SELF_TESTS[name], is_ok=False, sentence="Not tested yet for this profile.")
    return Check(SELF_TESTS[name], is_ok=row["passed"], sentence=f"{row['detail']} ({row['ran']})")


def tell(folder: Path, company: str, *, today: date, **told: str) -> None:
    """Set rows of PTCTRL."""
    with _open(folder, CONTROL, company) as control:
        for name, value in told.items():
            _set(control, name, value, today=today)


def told(folder: Path, company: str) -> dict[str, str]:
    """Every row of PTCTRL."""
    with _open(folder, CONTROL, company) as control:
        return _settings(control)


def settings(profile: PostingProfile) -> dict[str, str]:
    """What the program needs to know beside the names."""
    return {
        "program": PROGRAM,
        "company": profile.company_number,
        "user": profile.user_code,
        "homecur": profile.home_currency,
        "opentype": profile.open_credit_type,
        "closed": ",".join(profile.closed_period_values),
        "codepage": profile.code_page.removeprefix("cp"),
        "sesskey": profile.session.key,
        "sesswidth": str(profile.session.width),
        "sessnext": "Y" if profile.session.is_next else "",
    }


def name_rows(profile: PostingProfile) -> list[Record]:
    """The site's file and column names, one row per mapped or constant column."""
    rows = []
    histories = [name for name, current in HISTORY.items() if current in _NEEDED]
    for table in (*_NEEDED, *histories, *_written_beside(profile)):
        mapped = profile.table_map(table)
        place = {"tbl": table, "file": profile.physical_table(table)}
        rows += [
            {
                **place,
                "col": key,
                "field": one.name,
                "type": str(one.type),
                "right": one.is_right,
            }
            for key, one in mapped.columns.items()
            if key != "row_id"
        ]
        rows += [
            {**place, "field": name, "type": str(kind), "value": value}
            for name, (kind, value) in mapped.constants.items()
        ]
    return rows


def _written_beside(profile: PostingProfile) -> Iterator[str]:
    """The tables that changes beside payments are written into at this site."""
    written = ["flagged"]
    written += ["orders", "order_lines"] if profile.writes_orders else []
    written += ["stock"] if profile.allocates_stock else []
    yield from (table for table in sorted(written) if table in profile.tables)


def digest_of(profile: PostingProfile) -> str:
    """Differs when anything the program works by differs, and not with the order it is kept in."""
    rows = sorted(json.dumps(row, sort_keys=True) for row in name_rows(profile))
    text = json.dumps([rows, settings(profile)], sort_keys=True)
    return as_letters(hashlib.sha256(text.encode()).hexdigest())


def _open(folder: Path, table: str, company: str) -> AbstractContextManager[OwnTable]:
    return open_own(folder, table, company=company, patience=_PATIENCE)


def _all(table: OwnTable) -> Iterator[Record]:
    count = table.count()
    yield from table.rows(1, count) if count else []


def _settings(control: OwnTable) -> dict[str, str]:
    return {row["name"]: row["value"] for row in _all(control)}


def _set(control: OwnTable, name: str, value: str, *, today: date) -> None:
    for number, row in enumerate(_all(control), 1):
        if row["name"] == name:
            if row["value"] != value:
                control.change(number, {"value": value})
            return
    control.append([{"name": name, "value": value}], today=today)


def _check_epoch(stored: dict[str, str], epoch: int) -> None:
    newest = int(stored.get(EPOCH) or 0)
    if newest > epoch:
        raise FixConfiguration(
            "Another pairing of this company is newer, so this one may not write any more.",
            code="sage.newer_writer",
            remedy="Use the newer pairing, or pair this machine again.",
        )


def _not_proven(sentence: str) -> FixConfiguration:
    return FixConfiguration(
        sentence,
        code="sage.site_not_proven",
        remedy="Prepare the site and run the self-test inside Sage Pro (docs/foxpro.md).",
    )
