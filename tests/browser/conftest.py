"""A real browser before a real server: gunicorn on a free port over the worker's database."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from portal.launch import places
from tenants.models import User
from tests import factories, kept_rows
from tests.browser.scene import fill
from tests.factories import Books
from tests.kept_rows import KeptRows

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_START_SECONDS = 30
# Until a page shows what it should; on a busy machine its five seconds are soon over.
_PATIENCE_MILLISECONDS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def portal_url(database_of_worker: str) -> Iterator[str]:
    """The address of a portal that serves the worker's database."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = subprocess.Popen(
            [
                sys.executable, "-m", "gunicorn", "tests.browser.application:application",
                "--bind", f"fd://{listener.fileno()}", "--workers", "1", "--threads", "4",
                "--log-level", "warning",
            ],
            cwd=places.CHECKOUT,
            env={**os.environ, "PORTAL_URL": url},
            pass_fds=[listener.fileno()],
        )  # fmt: skip
        try:
            _wait(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        sentence = "There is no Chromium here, so no browser test can run."
        if os.environ.get("CI"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    # Playwright runs a loop in this thread; the ORM below is used between its steps only.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=_PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_QUIET))
        yield opened
        opened.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@dataclass
class Visitor:
    """A browser window that tells of every request to another host and every error or
    warning that its console shows."""

    page: Page
    context: BrowserContext
    strangers: list[str]
    errors: list[str]


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(browser: Browser, portal_url: str) -> Iterator[Visit]:
    """Opens windows: scheme, size and the signed-in person are given. Checks them at the end."""
    opened: list[Visitor] = []

    def window(
        *,
        person: User | None = None,
        scheme: str = "light",
        width: int = 1280,
        height: int = 900,
        scripts: bool = True,
    ) -> Visitor:
        context = browser.new_context(
            base_url=portal_url,
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": height},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        if person is not None:
            _sign_in(context, person, portal_url)
        visitor = Visitor(context.new_page(), context, [], [])
        _watch(visitor, urlsplit(portal_url).netloc)
        opened.append(visitor)
        return visitor

    yield window
    for visitor in opened:
        visitor.context.close()
    assert [visitor.strangers for visitor in opened if visitor.strangers] == []
    assert [visitor.errors for visitor in opened if visitor.errors] == []


@pytest.fixture(scope="session")
def shelf() -> dict[str, tuple[Books, KeptRows]]:
    """The company of `books`, once it was built."""
    return {}


@pytest.fixture
def books(db: None, superuser_url: str, shelf: dict[str, tuple[Books, KeptRows]]) -> Books:
    """A company with two weeks of payments and one of each trouble."""
    if "books" in shelf:
        made, rows = shelf["books"]
        kept_rows.lay_out(superuser_url, rows)
        return deepcopy(made)
    made = factories.company("Acme Industrial Supply and Fastener Company of Sacramento")
    fill(made)
    shelf["books"] = deepcopy(made), kept_rows.keep(superuser_url)
    return made


def _watch(visitor: Visitor, home: str) -> None:
    pages: set[str] = set()

    def asked(request: Request) -> None:
        if urlsplit(request.url).scheme in {"http", "https"} and (
            urlsplit(request.url).netloc != home
        ):
            visitor.strangers.append(request.url)
        if request.is_navigation_request():
            pages.add(request.url)

    def said(message: ConsoleMessage) -> None:
        place = message.location["url"]
        # What a page itself answers, such as 404, is for each test to say.
        if message.type not in {"error", "warning"} or place in pages:
            return
        # axe speaks to every frame, PayTrace's among them.
        if "'postMessage' on 'DOMWindow'" in message.text:
            return
        if urlsplit(place).netloc in {"", home} or "Content Security" in message.text:
            visitor.errors.append(f"{message.text} ({place})")

    visitor.page.on("request", asked)
    visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    visitor.page.on("console", said)


def _sign_in(context: BrowserContext, person: User, url: str) -> None:
    client = Client()
    client.force_login(person)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError("The portal did not start; its words are above.")
        try:
            # gunicorn answers once its worker is up; until then the connection waits in line.
            with urllib.request.urlopen(f"{url}/account/sign-in/", timeout=_START_SECONDS):  # noqa: S310 our own
                return
        except (URLError, TimeoutError):
            continue
    raise RuntimeError("The portal did not answer in time.")
