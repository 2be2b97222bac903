"""A signed-in owner of a company with books."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import factories
from tests.factories import Books


@pytest.fixture
def books(db: None) -> Books:
    return factories.company()


@pytest.fixture
def alice(books: Books) -> Client:
    """The owner's browser."""
    client = Client()
    client.force_login(books.owner)
    return client
