"""Publishing GL rules, and the chart of accounts they are checked against."""

from __future__ import annotations

import pytest

from integrations.accounting import queries
from integrations.accounting.models import GLAccount as StoredAccount
from integrations.accounting.models import GLRuleVersion
from integrations.accounting.operations import publish_rules, refresh_accounts
from integrations.accounting.rules import AccountRole, GLRule
from integrations.canonical.ledger_documents import GLAccount
from integrations.canonical.problems import Problem, Unpublishable
from integrations.connections.models import Connection
from tenants.models import Environment
from tenants.scope import tenant_transaction
from tests.connections.scene import ACTOR, Scene, make_scene

BOOKS = "postgresql://sage:x@127.0.0.1:1/books"
CHART = [
    GLAccount("1010", "Card clearing"),
    GLAccount("1200", "Accounts receivable"),
    GLAccount("1900", "Suspense", is_active=False),
]
RULES = (
    GLRule("Cards", AccountRole.CARD_CLEARING, "1010"),
    GLRule("Receivables", AccountRole.RECEIVABLES, "1200"),
)


@pytest.fixture
def supply(db: None) -> Scene:
    return make_scene("Alice Supply", "alice@supply.example")


@pytest.fixture
def parts(db: None) -> Scene:
    return make_scene("Charlie Parts", "charlie@parts.example")


@pytest.fixture
def books(supply: Scene) -> Connection:
    """A Sage company whose chart was read."""
    made = supply.sagepro(BOOKS)
    _refresh(supply, made, CHART)
    return made


def _refresh(scene: Scene, company: Connection, chart: list[GLAccount]) -> None:
    with tenant_transaction(scene.tenant.id):
        refresh_accounts(company_id=company.id, accounts=chart)


def _accounts(scene: Scene, company: Connection) -> list[GLAccount]:
    with tenant_transaction(scene.tenant.id):
        return queries.accounts(company.id)


def _publish(scene: Scene, rules: tuple[GLRule, ...] = RULES) -> GLRuleVersion:
    with tenant_transaction(scene.tenant.id):
        return publish_rules(environment_id=scene.environment_id, rules=rules, actor=ACTOR)


def _in_force(scene: Scene) -> queries.InForce:
    with tenant_transaction(scene.tenant.id):
        return queries.rules_in_force(scene.environment_id)


def test_the_chart_is_what_sage_had_last(supply: Scene, books: Connection) -> None:
    assert _accounts(supply, books) == CHART
    _refresh(
        supply,
        books,
        [
            GLAccount("0900", "Petty cash"),
            GLAccount("1010", "Card clearing, new"),
            GLAccount("1900", "Suspense"),
        ],
    )
    assert _accounts(supply, books) == [
        GLAccount("0900", "Petty cash"),
        GLAccount("1010", "Card clearing, new"),
        GLAccount("1200", "Accounts receivable", is_active=False),
        GLAccount("1900", "Suspense"),
    ]
    with tenant_transaction(supply.tenant.id):
        assert StoredAccount.objects.count() == 4


def test_an_empty_chart_leaves_only_inactive_accounts(supply: Scene, books: Connection) -> None:
    _refresh(supply, books, [])
    assert {account.is_active for account in _accounts(supply, books)} == {False}


def test_no_rule_is_in_force_before_the_first_version(supply: Scene) -> None:
    assert _in_force(supply) == queries.InForce(0, ())


def test_the_newest_rules_are_in_force_and_what_waited_is_tried_again(
    supply: Scene, books: Connection
) -> None:
    _publish(supply, RULES[:1])
    _publish(supply)
    assert _in_force(supply) == queries.InForce(2, RULES)
    with tenant_transaction(supply.tenant.id):
        kept = queries.rule_versions(supply.environment_id)
    assert [(v.version, v.published_by) for v in kept] == [(2, ACTOR), (1, ACTOR)]
    assert supply.due() == [("deliver", books.id)]
    assert supply.audit()[-1] == ("gl_rules.published", {"version": 2, "note": ""})


@pytest.mark.parametrize(
    ("account", "sentence"),
    [
        ("4000", "GL rule ‘Cards’ names account 4000, which is not in Sage."),
        ("1900", "GL rule ‘Cards’ names account 1900 (Suspense), which is inactive."),
    ],
)
@pytest.mark.usefixtures("books")
def test_a_rule_without_a_usable_account_is_not_published(
    supply: Scene, account: str, sentence: str
) -> None:
    with pytest.raises(Unpublishable) as refused:
        _publish(supply, (GLRule("Cards", AccountRole.CARD_CLEARING, account),))
    assert refused.value.problems == (
        Problem("Cards", sentence, value=account, remedy="Choose an active account."),
    )
    assert _in_force(supply).version == 0


def test_rules_wait_for_the_first_reading_of_the_chart(supply: Scene) -> None:
    supply.sagepro(BOOKS)
    with pytest.raises(Unpublishable) as refused:
        _publish(supply)
    assert [problem.remedy for problem in refused.value.problems] == [
        "Test the Sage Pro connection, then publish."
    ]


def test_an_account_must_be_in_every_company_of_the_environment(
    supply: Scene, books: Connection
) -> None:
    other = supply.sagepro(BOOKS, name="Second")
    _refresh(supply, other, CHART[:1])
    with pytest.raises(Unpublishable) as refused:
        _publish(supply)
    assert [problem.value for problem in refused.value.problems] == ["1200"]


def test_another_company_sees_and_publishes_nothing(
    supply: Scene, parts: Scene, books: Connection
) -> None:
    _publish(supply)
    assert _accounts(parts, books) == []
    with tenant_transaction(parts.tenant.id):
        assert queries.rules_in_force(supply.environment_id) == queries.InForce(0, ())
        with pytest.raises((Unpublishable, Environment.DoesNotExist)):
            publish_rules(environment_id=supply.environment_id, rules=RULES, actor="charlie")
    with pytest.raises(Exception, match="same_tenant"):
        _refresh(parts, books, CHART)
    assert _in_force(supply).version == 1


def test_published_rules_cannot_be_changed(supply: Scene, books: Connection) -> None:
    _publish(supply)
    with pytest.raises(Exception, match="permission denied"), tenant_transaction(supply.tenant.id):
        GLRuleVersion.objects.update(rules=[])
