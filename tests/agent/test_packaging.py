"""The agent's own distribution holds the shared words and the adapter, and names what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

from setuptools import find_packages  # type: ignore[import-untyped]

from integrations.sagepro.agent.version import VERSION
from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "packaging" / "agent" / "pyproject.toml").read_text())
_FIND = PROJECT["tool"]["setuptools"]["packages"]["find"]
# Import names of what the distribution depends on, and what those bring.
_MODULES = {
    "requests", "urllib3", "certifi", "idna", "charset_normalizer",
    "keyring", "jaraco", "more_itertools", "secretstorage", "jeepney", "importlib_metadata",
    "sqlalchemy", "greenlet", "typing_extensions", "pymssql", "psycopg", "psycopg_binary",
    "dbfread", "structlog", "cryptography", "cffi", "zipp", "backports",
    # Of compiled modules, and what structlog uses where it happens to be there.
    "cython_runtime", "lazy_importer", "attr", "attrs", "rich", "pygments", "markdown_it", "mdurl",
}  # fmt: skip
_LIST = """
import json, sys
before = set(sys.modules)
import integrations.sagepro.agent.__main__
from integrations.sagepro.backends import sql
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def _packages() -> list[str]:
    where = (ROOT / "packaging" / "agent" / _FIND["where"][0]).resolve()
    assert where == ROOT
    return sorted(find_packages(str(where), include=_FIND["include"], exclude=_FIND["exclude"]))


def test_it_holds_the_shared_words_and_the_adapter_only() -> None:
    found = _packages()
    assert {"integrations.canonical", "integrations.sagepro.agent"} <= set(found)
    assert {name.split(".")[1] for name in found} == {"canonical", "matching", "sagepro"}
    assert not [name for name in found if ".sample" in name]


def test_what_it_imports_is_in_it_or_named() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _LIST], cwd=ROOT, check=True, capture_output=True, text=True
    )
    loaded = [name for name in json.loads(said.stdout) if not name.startswith("_")]
    ours = {name.rpartition(".")[0] for name in loaded if name.startswith("integrations.")}
    assert ours <= {*_packages(), "integrations", "integrations.sagepro", "integrations.canonical"}
    tops = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names)
    assert tops - _MODULES - {"integrations"} == set()


def test_the_command_and_the_version_are_there() -> None:
    assert PROJECT["project"]["scripts"] == {
        "tieout-agent": "integrations.sagepro.agent.__main__:main"
    }
    assert PROJECT["tool"]["setuptools"]["dynamic"]["version"] == {
        "attr": "integrations.sagepro.agent.version.VERSION"
    }
    assert VERSION.count(".") == 2
