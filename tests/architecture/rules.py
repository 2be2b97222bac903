"""The rules of the house for single files: a sentence, where it holds, and how it is seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.architecture import checks
from tests.architecture.checks import Check, calls_of, imports_of, methods_called
from tests.architecture.sources import PACKAGES, Module

_ADAPTERS = ("canonical", "matching", "paytrace", "sagepro", "disputes")
_ENGINES = (
    "mapping.arguments", "mapping.checks", "mapping.engine", "mapping.rows", "mapping.targets",
    "mapping.transforms", "accounting.dates", "accounting.journal", "accounting.rule_checks",
    "accounting.rule_json", "accounting.rules", "accounting.templates", "alerts.evaluation",
    "workflows.definition", "workflows.engine", "workflows.steps", "workflows.subject",
)  # fmt: skip
_MONEY = (
    "canonical.effects", "canonical.fields", "canonical.ledger_documents", "canonical.money",
    "canonical.posting", "canonical.transactions", "accounting", "mapping", "matching", "posting",
    "workflows", "exceptions", "sagepro", "disputes", "paytrace.answers", "paytrace.translate",
    "paytrace.v1",
    "paytrace.v3", "paytrace.results", "paytrace.silent_post", "paytrace.simulator.state",
    "paytrace.simulator.documents", "canonical.ach", "paytrace.ach", "paytrace.ach_reading",
    "paytrace.cards", "paytrace.giving_back", "paytrace.level_three", "paytrace.recurring",
    "paytrace.stored", "paytrace.simulator.ach_state", "paytrace.simulator.check_desk",
    "paytrace.simulator.plan_state", "paytrace.simulator.till",
)  # fmt: skip
_RECORDS = (
    "accounting", "events", "exceptions", "mapping", "pipeline", "posting", "workflows",
)  # fmt: skip
_WEB = ("django.http", "django.views", "django.shortcuts", "django.urls", "django.forms",
        "django.template", "django.middleware", "django.contrib.messages")  # fmt: skip
_WEB_FRAMEWORKS = ("rest_framework", "allauth", "django_htmx", "drf_spectacular", "csp")


@dataclass(frozen=True)
class Rule:
    """One rule, and sources that keep and break it, so that the rule itself is tested."""

    sentence: str
    covers: Callable[[Module], bool]
    finds: Check
    bad: tuple[str, ...]
    good: str = "from decimal import Decimal"


def stages(*names: str) -> Callable[[Module], bool]:
    """Modules of these stages, admin pages aside."""
    packages = [f"integrations.{name}" for name in names]
    return lambda module: module.is_in(*packages) and not is_admin(module)


def is_admin(module: Module) -> bool:
    """Admin pages stay with each app, and display."""
    return module.file_name == "admin" or module.file_name.endswith("_admin")


def everywhere(module: Module) -> bool:
    return module.is_in(*PACKAGES)


def below_the_web(module: Module) -> bool:
    return module.is_in("integrations", "tenants") and not is_admin(module)


def outside_portal(module: Module) -> bool:
    return module.is_in("integrations", "tenants")


RULES: tuple[Rule, ...] = (
    Rule(
        "Adapters and shared words know neither Django nor tenants",
        stages(*_ADAPTERS),
        imports_of("django", "django_q", "django_scopes", "tenants", "portal"),
        ("from django.db import models", "def f():\n    import tenants.scope", "import django"),
    ),
    Rule(
        "Engines know neither Django nor tenants nor the network",
        stages(*_ENGINES),
        imports_of("django", "django_scopes", "tenants", "portal", "requests", "sqlalchemy"),
        ("from django.utils import timezone", "import requests"),
    ),
    Rule(
        "Thinking parts are given the time and ids",
        stages("canonical", "matching", *_ENGINES),
        checks.clocks_and_chance,
        (
            "from datetime import datetime\nx = datetime.now()",
            "import time\nx = time.monotonic()",
            "from uuid import uuid4\nx = uuid4()",
            "import datetime\nx = datetime.date.today()",
        ),
        "from datetime import date\nx = date(2026, 1, 31)",
    ),
    Rule(
        "Money is never a float",
        stages(*_MONEY),
        checks.all_of((calls_of("float"), checks.float_columns)),
        ("x = float('1.10')", "from django.db import models\nx = models.FloatField()"),
        "from decimal import Decimal\nx = Decimal('1.10')",
    ),
    Rule(
        "JSON of amounts is read as Decimal",
        # Our own record beside the books holds its amounts as text.
        lambda module: (
            module.is_in("integrations") and module.name != "integrations.sagepro.backends.evidence"
        ),
        checks.json_with_floats,
        ("import json\nx = json.loads('1.1')",),
        "import json\nfrom decimal import Decimal\nx = json.loads('1.1', parse_float=Decimal)",
    ),
    Rule(
        "Nothing a customer writes is run",
        everywhere,
        checks.all_of((calls_of("eval", "exec", "compile", "__import__"), imports_of("pickle"))),
        ("eval('1')", "exec('x = 1')", "import pickle", "compile('1', '', 'eval')"),
        "import re\nx = re.compile('a')",
    ),
    Rule(
        "Nobody's input becomes a regular expression",
        # The simulator builds its routes from constants of its own.
        lambda module: everywhere(module) and not module.is_in("integrations.paytrace.simulator"),
        checks.patterns_made_at_run_time,
        (
            "import re\ndef f(text):\n    return re.search(text, 'a')",
            "import re\ndef f(text):\n    return re.compile('^' + text)",
            "import re\ndef f(text):\n    return re.compile(f'{text}')",
        ),
        "import re\nPART = 'a'\nx = re.compile(PART + 'b')",
    ),
    Rule(
        "Web code lives in portal",
        below_the_web,
        imports_of(*_WEB),
        ("from django.shortcuts import render", "def f():\n    from django.http import Http404"),
    ),
    Rule(
        "Only portal knows the web frameworks",
        outside_portal,
        imports_of(*_WEB_FRAMEWORKS),
        ("from rest_framework import serializers", "import allauth.account"),
    ),
    Rule(
        "Nothing happens by signal",
        lambda module: module.is_in("integrations", "tenants"),
        imports_of("django.db.models.signals", "django.dispatch", "django.core.signals"),
        ("from django.db.models.signals import post_save", "from django.dispatch import receiver"),
    ),
    Rule(
        "A write to an existing row names its fields",
        # The base class itself, and the rows of a person that are new or made anew.
        lambda module: (
            below_the_web(module)
            and not module.is_in("tenants.tenant_model", "tenants.models", "tenants.support_staff")
        ),
        checks.saves_whole_rows,
        ("effect.save()",),
        "effect.save(update_fields=['state'])",
    ),
    Rule(
        "A write of a record says whether it was there",
        stages(*_RECORDS),
        checks.silent_upserts,
        (
            "Effect.objects.get_or_create(id=1)",
            "Effect.objects.update_or_create(id=1)",
            "Effect.objects.bulk_create([], ignore_conflicts=True)",
        ),
        "Effect.objects.create(id=1)",
    ),
    Rule(
        "Records of money are not deleted",
        stages("accounting", "exceptions", "posting", "workflows", "pipeline"),
        methods_called("delete"),
        ("Effect.objects.all().delete()",),
    ),
    Rule(
        "Only staff pages read across companies",
        lambda module: (
            not is_admin(module)
            # The manager's own home, and one payment's whole story for staff.
            and not module.is_in("tenants.tenant_model", "portal.story", "portal.admin")
        ),
        checks.reads_across_tenants,
        ("x = Effect.across_tenants.using('support')",),
        "x = Effect.objects.all()",
    ),
    Rule(
        "Importing a package runs no logic",
        lambda module: module.path.endswith("__init__.py"),
        checks.logic_at_import,
        ("def f():\n    return 1", "import os\nos.environ['A'] = 'b'", "X = 1"),
        '"""Words."""\nfrom a import b\n__all__ = ["b"]',
    ),
    Rule(
        "What the queue calls takes names, and tolerates more of them",
        lambda module: module.name == "integrations.tasks",
        checks.positional_entry_points,
        ("def drain(kind):\n    pass", "def drain(*, kind):\n    pass"),
        "def drain(*, kind, **rest):\n    pass",
    ),
)
