"""Alice's program with every scope, and what Charlie's company has that it may never see."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tenants import operations
from tenants.operations import API_SCOPES
from tenants.scope import tenant_transaction
from tests import factories


@dataclass(frozen=True)
class Program:
    """A program with a key: sends JSON, reads JSON."""

    key: str

    def get(self, path: str, **query: Any) -> Any:
        return Client().get(f"/api/v1/{path}", query, headers=self.headers())

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        data = body if isinstance(body, (str, bytes)) else json.dumps(body or {})
        return self.send("POST", path, data, **headers)

    def send(self, method: str, path: str, data: str | bytes, **headers: str) -> Any:
        content_type = headers.pop("content_type", "application/json")
        return Client().generic(
            method, f"/api/v1/{path}", data, content_type, headers=self.headers() | headers
        )

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


MakeProgram = Callable[..., Program]


@pytest.fixture
def books(db: None) -> factories.Books:
    return factories.company("Acme Supply")


@pytest.fixture
def foreign(db: None) -> factories.Books:
    return factories.company("Charlie Parts", owner=factories.person("charlie@parts.example"))


@pytest.fixture
def make_program() -> MakeProgram:
    """Makes a program of a company's Production with these scopes."""

    def make(books: factories.Books, *scopes: str, dev: bool = False) -> Program:
        environment = books.dev if dev else books.environment
        with tenant_transaction(books.tenant.id):
            _, plain = operations.create_api_key(
                environment_id=environment.id,
                name="Shop",
                scopes=scopes or API_SCOPES,
                created_by=books.owner,
            )
        return Program(plain)

    return make


@pytest.fixture
def program(books: factories.Books, make_program: MakeProgram) -> Program:
    return make_program(books)
