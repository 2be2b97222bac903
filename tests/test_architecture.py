"""The arrows of the house, and the rules a reader may rely on. Each is shown to be able to fail."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.utils.module_loading import import_string
from importlinter.cli import lint_imports

from integrations import tasks
from tenants import work
from tests.architecture import texts
from tests.architecture.reach import breaches
from tests.architecture.rules import RULES, Rule
from tests.architecture.sources import PACKAGES, ROOT, modules, modules_of_tests, parse

# Stages that have their place among the arrows before they are built.
ROOM_LEFT = {"instructions", "reconciliation", "suggestions"}
# Drawers: a name that says nothing about what is inside.
DRAWERS = {"base", "common", "core", "helpers", "lib", "managers", "misc", "services", "shared",
           "signals", "tools", "util", "utils"}  # fmt: skip
# Names that belong to the package that speaks web.
WEB_FILES = {"context_processors", "middleware", "serializers", "templatetags", "urls", "views"}
SKELETON = {"__init__", "apps", "models"}


def test_the_arrows_hold() -> None:
    """The contracts of pyproject.toml: layers, stages, adapters without Django, web in portal."""
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True) == 0


def test_the_arrows_can_break(tmp_path: Path) -> None:
    """The same linter, told the opposite order, refuses the same code."""
    backwards = tmp_path / "pyproject.toml"
    backwards.write_text(
        "[tool.importlinter]\n"
        f"root_packages = {list(PACKAGES)}\n"
        "[[tool.importlinter.contracts]]\n"
        'name = "backwards"\ntype = "layers"\n'
        'layers = ["tenants", "integrations", "portal"]\n'
    )
    assert lint_imports(str(backwards), no_cache=True, no_logo=True) == 1


def test_every_stage_has_its_place_among_the_arrows() -> None:
    """A folder the contract does not name would be free of it."""
    placed = _placed(_contract("the stages, outermost first"))
    built = {
        path.stem
        for path in (ROOT / "integrations").iterdir()
        if path.name not in {"__init__.py", "__pycache__"} and not path.name.startswith(".")
    }
    assert placed - built <= ROOM_LEFT
    assert built - placed == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_the_code_keeps_the_rule(rule: Rule) -> None:
    covered = [module for module in modules() if rule.covers(module)]
    assert covered
    assert [found for module in covered for found in rule.finds(module)] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.sentence)
def test_the_rule_sees_what_breaks_it(rule: Rule) -> None:
    assert rule.finds(parse(rule.good)) == []
    assert [source for source in rule.bad if not rule.finds(parse(source))] == []


def test_nothing_talks_to_the_network_inside_a_transaction() -> None:
    """Followed through calls, imports and the views' own wrapper; nor is one opened in another."""
    assert [str(breach) for breach in breaches(modules())] == []


NETWORK_INSIDE = """
from integrations.connections import clients
from tenants.scope import tenant_transaction
{head}
{body}
def ask(tenant_id):
    client = clients.paytrace_client(tenant_id=tenant_id, connection_id=tenant_id)
    return client.transaction("1")
"""


SECOND = "def g():\n    with tenant_transaction(1):\n        pass"


@pytest.mark.parametrize(
    ("head", "body", "by"),
    [
        (
            "",
            "def f(connector):\n    with tenant_transaction(1):\n        connector.withdraw('a')",
            "the network",
        ),
        (
            "",
            "def f(drain):\n    with tenant_transaction(1):\n        return ask(1)",
            "integrations.example.ask → the network",
        ),
        (
            "import requests",
            "def f():\n    with tenant_transaction(1):\n        requests.get('a')",
            "the network",
        ),
        (
            "from portal.access import member_view",
            "@member_view()\ndef f(request):\n    return ask(1)",
            "integrations.example.ask → the network",
        ),
        (
            "",
            "def f():\n    with tenant_transaction(1):\n        g()\n" + SECOND,
            "integrations.example.g → another transaction",
        ),
    ],
)
def test_network_and_transactions_inside_one_are_seen(head: str, body: str, by: str) -> None:
    """Straight, through another function, through a view; a transaction in a transaction."""
    found = breaches([parse(NETWORK_INSIDE.format(head=head, body=body))])
    assert [(breach.where, " → ".join(breach.by)) for breach in found] == [
        ("integrations.example.f", by)
    ]


def test_what_runs_after_the_transaction_is_not_inside() -> None:
    body = (
        "from django.db import transaction\n"
        "def f():\n    with tenant_transaction(1):\n        transaction.on_commit(lambda: ask(1))\n"
        "    ask(1)"
    )
    assert breaches([parse(NETWORK_INSIDE.format(head="", body=body))]) == []


def test_the_doorbell_names_a_task_that_is_there() -> None:
    """The queue stores it as text, so no import would tell."""
    assert import_string(work.TASK) is tasks.drain


def test_no_file_is_a_drawer() -> None:
    assert [m.path for m in (*modules(), *modules_of_tests()) if m.file_name in DRAWERS] == []


def test_stages_with_tables_share_one_skeleton_and_no_web_files() -> None:
    stages = sorted((ROOT / "integrations").glob("*/migrations"))
    assert stages
    for stage in (migrations.parent for migrations in stages):
        names = {path.stem for path in stage.iterdir()}
        assert names >= SKELETON, f"{stage.name} lacks {SKELETON - names}"
        assert {"queries", "operations", "inbox", "outbox"} & names, f"{stage.name} has no verbs"
        assert names & WEB_FILES == set(), stage.name


def test_the_migrations_make_what_the_models_say() -> None:
    made = MigrationLoader(None).project_state()
    assert MigrationAutodetector(made, ProjectState.from_apps(apps)).changes(graph=_graph()) == {}
    made.remove_model("connections", "connectionsecret")
    lacking = MigrationAutodetector(made, ProjectState.from_apps(apps)).changes(graph=_graph())
    assert list(lacking) == ["connections"]


def test_links_between_stages_point_one_way_and_never_cascade() -> None:
    """A row of money is never deleted along with another, nor found backwards from below."""
    wrong = [
        f"{model._meta.label}.{field.name}" for model, field in _links() if not _is_one_way(field)
    ]
    assert wrong == []
    assert len(list(_links())) > 10


def test_a_cascading_or_backward_link_is_seen() -> None:
    cascade: Any = models.ForeignKey("posting.Effect", on_delete=models.CASCADE, related_name="+")
    backward: Any = models.ForeignKey("posting.Effect", on_delete=models.PROTECT)
    assert not _is_one_way(cascade)
    assert not _is_one_way(backward)


@pytest.mark.parametrize("rule", texts.RULES, ids=lambda rule: rule.sentence)
def test_every_file_keeps_the_rule(rule: texts.TextRule) -> None:
    """Read over everything that is or could be committed."""
    assert texts.found(rule) == []


@pytest.mark.parametrize("rule", texts.RULES, ids=lambda rule: rule.sentence)
def test_the_text_rule_sees_what_breaks_it(rule: texts.TextRule) -> None:
    assert [text for text in rule.bad if not rule.pattern.search(text)] == []
    assert [text for text in rule.good if rule.pattern.search(text)] == []


def _contract(name: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return next(contract for contract in contracts if contract["name"] == name)


def _placed(contract: dict[str, Any]) -> set[str]:
    layers: list[str] = contract["layers"]
    return {name.strip(" ()") for layer in layers for name in layer.split("|")}


def _graph() -> MigrationGraph:
    graph: MigrationGraph = MigrationLoader(None).graph
    return graph


def _links() -> list[tuple[type[models.Model], models.ForeignKey[Any, Any]]]:
    return [
        (model, field)
        for model in apps.get_models()
        if model.__module__.startswith("integrations.")
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.name != "tenant"
    ]


def _is_one_way(field: models.ForeignKey[Any, Any]) -> bool:
    remote: Any = field.remote_field
    return remote.on_delete is models.PROTECT and remote.related_name == "+"
