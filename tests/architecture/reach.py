"""Who calls whom, far enough to tell what is reached from inside a transaction.

Functions are followed by name: through imports, re-exports and `self`. A call on an object is
a way to the network when the object is called as clients are and the method is one of a
client's. What is passed around as a value is not followed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from integrations.paytrace.account import Account
from integrations.paytrace.ach import Ach
from integrations.paytrace.cards import Cards
from integrations.paytrace.client import PayTraceClient
from integrations.paytrace.recurring import Recurring
from integrations.paytrace.vault import Vault
from integrations.sagepro.connector import Connector
from tests.architecture.sources import Module

NETWORK = "the network"
TRANSACTION = "another transaction"

_CLIENT_PARTS = {"account": Account, "ach": Ach, "cards": Cards, "recurring": Recurring,
                 "vault": Vault}  # fmt: skip
_CLIENT_NAMES = frozenset({"client", "connector", "sage", "paytrace", "sage_client"})
_CLIENT_METHODS = frozenset(
    name
    for kind in (PayTraceClient, Connector, *_CLIENT_PARTS.values())
    for name in vars(kind)
    if not name.startswith("_")
)
_NETWORK = ("requests", "socket", "smtplib", "urllib.request", "http.client", "django.core.mail")
# These only rewrite a number they are given.
_ADDRESS_ARITHMETIC = ("socket.inet_",)
_OPENING = "tenants.scope.tenant_transaction"
_WRAPPER = "portal.access.member_view"
# The API's door wraps whole views, so what they answer with runs inside, but for what is marked.
_API = "portal.api."
_AT_ONCE = "portal.api.v1.keyed.at_once"
_ANSWERS = frozenset({"get", "post", "put", "patch", "delete"})


@dataclass
class _Function:
    """What a function calls anywhere, and what it calls inside a transaction of its own."""

    calls: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Breach:
    """A way from inside a transaction to where nobody may be inside of one."""

    where: str
    to: str
    by: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.where} reaches {self.to} inside a transaction: {' → '.join(self.by)}"


def breaches(modules: Sequence[Module]) -> list[Breach]:
    """Every function that reaches the network, or opens another one, inside a transaction."""
    names = {module.name: _imports(module) for module in modules}
    functions: dict[str, _Function] = {}
    for module in modules:
        functions |= _functions(module, names)
    found = []
    for where, function in functions.items():
        for start in sorted(function.inside):
            by = _way(start, functions)
            if by:
                found.append(Breach(where, by[-1], by))
    return found


def _way(start: str, functions: dict[str, _Function]) -> tuple[str, ...]:
    """The shortest way from a call to the network or to a transaction; empty when there is none."""
    seen = {start}
    ways: list[tuple[str, ...]] = [(start,)]
    for way in ways:
        last = way[-1]
        if last in {NETWORK, TRANSACTION}:
            return way
        for called in sorted(functions[last].calls if last in functions else ()):
            if called not in seen:
                seen.add(called)
                ways.append((*way, called))
    return ()


def _functions(module: Module, names: dict[str, dict[str, str]]) -> dict[str, _Function]:
    found: dict[str, _Function] = {}
    for owner, node in _definitions(module.tree):
        name = ".".join(part for part in (module.name, owner, node.name) if part)
        reader = _Reader(module.name, owner, names)
        marks = {reader.resolve(one) for one in node.decorator_list}
        wrapped = _WRAPPER in marks
        answers = module.name.startswith(_API) and bool(owner) and node.name in _ANSWERS
        answers = answers and _AT_ONCE not in marks
        reader.depth = int(wrapped or answers)
        for statement in node.body:
            reader.visit(statement)
        found[name] = reader.function
    return found


def _definitions(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            yield from ((node.name, one) for one in node.body if isinstance(one, ast.FunctionDef))


class _Reader(ast.NodeVisitor):
    """Reads one function: its calls, and how deep in transactions each stands."""

    def __init__(self, module: str, owner: str, names: dict[str, dict[str, str]]) -> None:
        self.function = _Function()
        self.depth = 0
        self._module = module
        self._owner = owner
        self._names = names

    def visit_With(self, node: ast.With) -> None:
        opens = 0
        for item in node.items:
            is_opening = self.resolve(item.context_expr) == _OPENING
            if is_opening:
                self._note(TRANSACTION)
                opens += 1
            self.visit(item.context_expr)
            self.depth += is_opening
        for statement in node.body:
            self.visit(statement)
        self.depth -= opens

    def visit_Call(self, node: ast.Call) -> None:
        called = self.resolve(node.func)
        if called.endswith("on_commit"):
            # What is passed here runs when the transaction is over.
            return
        if called and called != _OPENING:
            self._note(NETWORK if self._is_network(node.func, called) else called)
        self.generic_visit(node)

    def resolve(self, node: ast.expr) -> str:
        """The dotted name of what is called, re-exports followed; empty for a computed one."""
        if isinstance(node, ast.Call):
            return self.resolve(node.func)
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.insert(0, node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ".".join(("?", *parts)) if parts else ""
        if node.id == "self" and self._owner:
            return ".".join((self._module, self._owner, *parts))
        known = self._names[self._module].get(node.id, f"{self._module}.{node.id}")
        return self._follow(".".join((known, *parts)))

    def _follow(self, dotted: str) -> str:
        for _ in range(5):
            holder, _, last = dotted.rpartition(".")
            following = self._names.get(holder, {}).get(last, "")
            if not following:
                return dotted
            dotted = following
        return dotted

    def _note(self, called: str) -> None:
        self.function.calls.add(called)
        if self.depth:
            self.function.inside.add(called)

    def _is_network(self, node: ast.expr, called: str) -> bool:
        if called.startswith(tuple(f"{module}." for module in _NETWORK)):
            return not called.startswith(_ADDRESS_ARITHMETIC)
        if not isinstance(node, ast.Attribute) or node.attr not in _CLIENT_METHODS:
            return False
        holder = node.value
        name = _last_name(holder)
        if name in _CLIENT_PARTS and isinstance(holder, ast.Attribute):
            name = _last_name(holder.value)
        return name in _CLIENT_NAMES


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _imports(module: Module) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                first = one.name.split(".")[0]
                found[one.asname or first] = one.name if one.asname else first
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
    return found
