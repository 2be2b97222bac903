"""What must not stand in a source: each check gives the lines where it does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence

from tests.architecture.sources import Module

Check = Callable[[Module], list[str]]

_PATTERN_CALLS = frozenset(
    {"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
)
_CLOCKS = frozenset({"now", "today", "utcnow", "monotonic", "time", "uuid4", "random", "urandom"})
_CLOCK_OWNERS = frozenset({"datetime", "date", "timezone", "time", "uuid", "random", "os"})


def imports_of(*packages: str) -> Check:
    """Imports of these packages or anything below them, wherever in the file they stand."""

    def check(module: Module) -> list[str]:
        return [
            f"{module.path}:{line} imports {name}"
            for line, name in _imported(module.tree)
            if any(f"{name}.".startswith(f"{package}.") for package in packages)
        ]

    return check


def calls_of(*names: str) -> Check:
    """Calls of a builtin by one of these names."""

    def check(module: Module) -> list[str]:
        return [
            f"{module.path}:{call.lineno} calls {call.func.id}"
            for call in _calls(module.tree)
            if isinstance(call.func, ast.Name) and call.func.id in names
        ]

    return check


def methods_called(*names: str) -> Check:
    """Calls of a method by one of these names, on whatever object."""

    def check(module: Module) -> list[str]:
        return [
            f"{module.path}:{call.lineno} calls .{call.func.attr}"
            for call in _calls(module.tree)
            if isinstance(call.func, ast.Attribute) and call.func.attr in names
        ]

    return check


def json_with_floats(module: Module) -> list[str]:
    """`json.loads` that would make floats of amounts."""
    return [
        f"{module.path}:{call.lineno} reads JSON without parse_float"
        for call in _calls(module.tree)
        if _dotted(call.func) in {"json.loads", "json.load"}
        and "parse_float" not in {keyword.arg for keyword in call.keywords}
    ]


def float_columns(module: Module) -> list[str]:
    """Model fields that hold a float."""
    return methods_called("FloatField")(module)


def patterns_made_at_run_time(module: Module) -> list[str]:
    """Regular expressions made from anything but text written in this file."""
    return [
        f"{module.path}:{call.lineno} makes a pattern at run time"
        for call in _calls(module.tree)
        if _is_pattern_call(call) and not (call.args and _is_written(call.args[0]))
    ]


def clocks_and_chance(module: Module) -> list[str]:
    """Reads of a clock or of chance: pure code is given `now` and ids."""
    found = []
    for call in _calls(module.tree):
        owner, _, name = _dotted(call.func).rpartition(".")
        if (name in _CLOCKS and owner.split(".")[-1] in _CLOCK_OWNERS) or name == "uuid4":
            found.append(f"{module.path}:{call.lineno} asks {owner}.{name}")
    return found


def saves_whole_rows(module: Module) -> list[str]:
    """`.save()` that writes back every column, stale ones included."""
    return [
        f"{module.path}:{call.lineno} saves without update_fields"
        for call in _calls(module.tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "save"
        and not {"update_fields", "force_insert"} & {keyword.arg for keyword in call.keywords}
    ]


def silent_upserts(module: Module) -> list[str]:
    """Writes that do not say whether the row was there: `insert_once` does."""
    found = methods_called("get_or_create", "update_or_create")(module)
    for call in _calls(module.tree):
        if "ignore_conflicts" in {keyword.arg for keyword in call.keywords}:
            found.append(f"{module.path}:{call.lineno} ignores conflicts")
    return found


def reads_across_tenants(module: Module) -> list[str]:
    """Mentions of the manager that sees every company's rows."""
    return [
        f"{module.path}:{node.lineno} reads across tenants"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and node.attr == "across_tenants"
    ]


def logic_at_import(module: Module) -> list[str]:
    """Anything in an `__init__.py` but a docstring, imports and `__all__`."""
    return [
        f"{module.path}:{node.lineno} is more than imports"
        for node in module.tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and not (isinstance(node, ast.Assign) and _dotted(node.targets[0]) == "__all__")
    ]


def positional_entry_points(module: Module) -> list[str]:
    """Public functions a queue could not call by name, or not with an argument added later."""
    return [
        f"{module.path}:{node.lineno} {node.name} is not keyword-only with **rest"
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and (node.args.args or node.args.posonlyargs or node.args.kwarg is None)
    ]


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, one.name) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{one.name}") for one in node.names)


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _is_pattern_call(call: ast.Call) -> bool:
    owner, _, name = _dotted(call.func).rpartition(".")
    return owner in {"re", "regex"} and name in _PATTERN_CALLS


def _is_written(node: ast.expr) -> bool:
    """Whether a pattern is text of this file: a literal, a constant's name, or a sum of them."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Name):
        return node.id.isupper()
    if isinstance(node, ast.BinOp):
        return _is_written(node.left) and _is_written(node.right)
    return False


def all_of(checks: Sequence[Check]) -> Check:
    """Several checks as one."""
    return lambda module: [found for check in checks for found in check(module)]
