"""Nobody reads, changes or even finds out about another company's rows, at any address."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from django.urls import resolve

from tests.isolation.addresses import Address, addresses
from tests.isolation.asking import Asker
from tests.isolation.matrix import Matrix, marks, size
from tests.isolation.oracle import API, COMPANY
from tests.isolation.samples import (
    CHANGES_NOTHING,
    NAMES_ROWS,
    NO_WORDS,
    NOT_OFFERED,
    Fill,
    NoSample,
    body,
    fills,
    values_of,
)
from tests.isolation.scene import NOWHERE, Scene
from tests.isolation.targets import targets
from tests.isolation.verdict import NotClassified

PORTAL = addresses()
PAGES = [
    pytest.param(address, fill, id=f"{address} {fill}".strip())
    for address in PORTAL
    if not address.is_admin
    for fill in fills(address)
]
ADMIN: dict[str, list[Address]] = defaultdict(list)
for _address in PORTAL:
    if _address.is_admin:
        ADMIN["/".join(_address.route.split("/")[1:3])].append(_address)
ADMIN_ROOMS = [pytest.param(found, id=room) for room, found in ADMIN.items()]
DECIDING = [
    pytest.param(address, fill, id=f"{address} {fill}".strip())
    for address in PORTAL
    for fill in fills(address)
    if "POST" in {**COMPANY.get(address.name, {}), **API.get(address.route, {})}
]
NAMING = [
    pytest.param(address, fill, id=f"{address} {fill}".strip())
    for address in PORTAL
    for fill in fills(address)
    if (fill.words.get("what") or address.name) in NAMES_ROWS
]
SHOWING = [address for address in PORTAL if "GET" in COMPANY.get(address.name, {})]


@pytest.mark.parametrize(("address", "fill"), PAGES)
def test_nothing_of_another_company_can_be_told(
    address: Address, fill: Fill, matrix: Matrix
) -> None:
    found = matrix.walk(address, fill)
    assert found.wrong == []
    assert found.checks == size(address, fill, matrix.scene)


@pytest.mark.slow
@pytest.mark.parametrize(("address", "fill"), PAGES)
def test_nothing_of_another_company_can_be_told_whoever_asks(
    address: Address, fill: Fill, scene: Scene
) -> None:
    """The same, with methods that are not offered asked by everybody too."""
    found = Matrix(scene, Asker(), whole=True).walk(address, fill)
    assert found.wrong == []
    assert found.checks == size(address, fill, scene, whole=True)


@pytest.mark.parametrize("room", ADMIN_ROOMS)
def test_the_admin_is_for_support_staff_and_writes_nothing(
    room: list[Address], matrix: Matrix
) -> None:
    for address in room:
        matrix.walk(address)
    assert matrix.found.wrong == []
    assert matrix.found.checks == sum(size(each, NO_WORDS, matrix.scene) for each in room) >= 9


@pytest.mark.parametrize(("address", "fill"), DECIDING)
def test_what_is_forbidden_to_others_does_change_something(
    address: Address, fill: Fill, scene: Scene
) -> None:
    """Without this, a refused request could be one that never does anything."""
    actor = scene.program("key A everything") if address.is_api else scene.person("owner A")
    path = address.path(values_of(scene.a, address, fill))
    Asker().ask(actor, "POST", path, body(address, fill, scene.a.values))
    is_idle = address.name in CHANGES_NOTHING or str(fill) in NOT_OFFERED
    assert bool(scene.database.written()) is not is_idle


@pytest.mark.parametrize(("address", "fill"), NAMING)
def test_a_foreign_row_in_a_body_is_no_row(address: Address, fill: Fill, scene: Scene) -> None:
    """What a form names is looked up inside the company, as what a URL names is."""
    owner, named = scene.person("owner A"), NAMES_ROWS[str(fill) or address.name]
    path = address.path(values_of(scene.a, address, fill))
    told = {}
    for whose, value in (("foreign", scene.b.values[named]), ("absent", NOWHERE)):
        sent = body(address, fill, {**scene.a.values, named: value})
        answer = Asker().ask(owner, "POST", path, sent)
        assert answer.status < 500
        written = scene.database.written()
        assert scene.database.changed(written, tenant_id=scene.b.tenant.id) == []
        scene.database.restore(written)
        told[whose] = answer.without({named: value})
        assert list(marks(scene.b, answer.shown.replace(value, ""))) == []
    assert told["foreign"] == told["absent"]


@pytest.mark.parametrize("address", SHOWING, ids=str)
def test_a_foreign_environment_in_the_cookie_is_no_environment(
    address: Address, scene: Scene
) -> None:
    owner = scene.person("owner A")
    path = address.path(values_of(scene.a, address, fills(address)[0]))
    told = {
        asker.ask(owner, "GET", path, cookies={"tieout_environment": environment}).without({})
        for asker in (Asker(),)
        for environment in (scene.b.values["environment"], NOWHERE, "")
    }
    assert len(told) == 1
    in_dev = Asker().ask(
        owner, "GET", path, cookies={"tieout_environment": scene.a.dev_values["environment"]}
    )
    assert in_dev.status in {200, 404}


@pytest.mark.parametrize(("address", "fill"), DECIDING)
def test_a_form_of_another_site_changes_nothing(address: Address, fill: Fill, scene: Scene) -> None:
    path = address.path(values_of(scene.a, address, fill))
    strict = Asker(enforce_csrf=True)
    answer = strict.ask(scene.person("owner A"), "POST", path, body(address, fill, scene.a.values))
    assert answer.status == (401 if address.is_api else 403)
    assert scene.database.written() == frozenset()


def test_the_pages_of_a_company_do_show_its_rows(scene: Scene) -> None:
    """The marks that are looked for elsewhere are really there."""
    asker, owner = Asker(), scene.person("owner B")
    base = f"/t/{scene.b.values['slug']}"
    shown = "".join(
        asker.ask(owner, "GET", f"{base}/{page}").shown
        for page in ("", "payments/", "exceptions/", "connections/", f"payments/{_effect(scene)}/")
    )
    told = " ".join(marks(scene.b, shown))
    assert re.search(r"shows .*666202\d\d.*913\.59.*Brightwater", told)
    assert "shows ids of Brightwater" in told
    assert list(marks(scene.a, shown)) == []


def test_every_path_asked_belongs_to_its_address(scene: Scene) -> None:
    wrong = []
    for address in PORTAL:
        for fill in fills(address):
            for target in targets(address, fill, scene):
                found = resolve(target.path).route
                if found.replace("^", "") != address.route.replace("^", ""):
                    wrong.append(f"{target.path} is {found}, not {address}")
    assert wrong == []


def test_the_matrix_is_as_large_as_it_claims(scene: Scene) -> None:
    asked = [(address, fill) for address in PORTAL for fill in fills(address)]
    assert sum(size(*each, scene) for each in asked) >= 6_000
    assert sum(size(*each, scene, whole=True) for each in asked) >= 12_000


def test_an_address_nobody_thought_of_stops_the_suite(matrix: Matrix) -> None:
    unknown = Address("t/<slug:slug>/refunds/", "t/%(slug)s/refunds/", "refunds", ("slug",))
    with pytest.raises(NotClassified, match="refunds"):
        matrix.walk(unknown)
    elsewhere = Address("reports/", "reports/", "reports", ())
    with pytest.raises(NotClassified, match="reports"):
        matrix.walk(elsewhere)
    new_word = Address("t/<slug:slug>/x/<str:batch_id>/", "t/%(slug)s/x/%(batch_id)s/", "payment",
                       ("slug", "batch_id"))  # fmt: skip
    with pytest.raises(NoSample, match="batch_id"):
        matrix.walk(new_word)


def _effect(scene: Scene) -> str:
    return scene.b.values["effect_id"]
