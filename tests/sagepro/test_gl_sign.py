"""A company whose GL lines hold a debit below zero and a credit above it, in both editions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from integrations.canonical.posting import PostingKind, PostingOutcome, PostingRequest
from integrations.sagepro.connector import Connector
from tests.sagepro.any_company import AnyCompany
from tests.sagepro.companies import SampleCompany, company_template
from tests.sagepro.companies import company as sql_company
from tests.sagepro.foxpro.company import FoxProCompany, foxpro_company, foxpro_template
from tests.sagepro.postings import journal, receipt, reversal

__all__ = ["company_template", "foxpro_company", "foxpro_template", "sql_company"]


_BANK, _CLEARING = {"1010-00": "970.00"}, {"1105-00": "970.00"}


@pytest.fixture(params=["sql", "foxpro"])
def company(request: pytest.FixtureRequest) -> AnyCompany:
    found: SampleCompany | FoxProCompany = request.getfixturevalue(f"{request.param}_company")
    return found


@pytest.fixture
def sage(company: AnyCompany) -> Connector:
    return company.connect(profile=replace(company.profile, credits_are_positive=True))


def _posted(company: AnyCompany, sage: Connector, request: PostingRequest) -> dict[str, str]:
    """The GL lines that a posting left, by account; asked again, it stands in the books."""

    def post() -> None:
        assert sage.post_if_absent(request).outcome is PostingOutcome.POSTED

    lines = company.during(post).added["ardist"]
    assert sage.post_if_absent(request).outcome is PostingOutcome.EXISTS
    return {row["glacnt"]: row["amount"] for row in lines}


def test_lines_are_written_with_its_signs_and_known_again(
    company: AnyCompany, sage: Connector
) -> None:
    paid, settled = receipt(), journal(debited=_BANK, credited=_CLEARING)
    assert _posted(company, sage, paid) == {"1105-00": "-740.0000", "1200-00": "740.0000"}
    assert _posted(company, sage, settled) == {"1010-00": "-970.0000", "1105-00": "970.0000"}
    back = journal("undo-2", PostingKind.REVERSAL, debited=_CLEARING, credited=_BANK, of="batch-1")
    assert _posted(company, sage, back) == {"1010-00": "970.0000", "1105-00": "-970.0000"}
    assert _posted(company, sage, reversal()) == {"1105-00": "740.0000", "1200-00": "-740.0000"}
