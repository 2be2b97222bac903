"""A FoxPro site behind an agent: prepared, proven and signed, held, and posted by Sage itself."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from integrations.canonical.errors import FixConfiguration, IntegrationError
from integrations.canonical.posting import PostingOutcome, WithdrawOutcome
from integrations.connections.agents import seals
from integrations.sagepro.agent import __main__ as program
from integrations.sagepro.agent import foxpro_site
from integrations.sagepro.agent.worker import Worker
from integrations.sagepro.backends.dbf import encoding, site
from integrations.sagepro.backends.dbf.encoding import Shape
from integrations.sagepro.backends.dbf.staging_shape import SELF_TESTS
from integrations.sagepro.sample.foxpro import create_foxpro_company
from tests.agent.foxpro import FoxProSite, foxpro_site_of_agent
from tests.agent.scene import AgentScene, Patient, build
from tests.sagepro.dbf.company01 import live_bytes
from tests.sagepro.foxpro.company import TODAY, foxpro_company, foxpro_template
from tests.sagepro.foxpro.model import Program
from tests.sagepro.postings import receipt

__all__ = ["foxpro_company", "foxpro_site_of_agent", "foxpro_template"]
HANDED_OVER = PostingOutcome.HANDED_OVER


@pytest.fixture
def fresh(db: None, portal_url: str, tmp_path: Path) -> Iterator[AgentScene]:
    """A company in FoxPro tables that nobody has prepared."""
    folder = tmp_path / "company"
    folder.mkdir()
    create_foxpro_company(folder, today=TODAY)
    made = build(portal_url, sage_dsn=str(folder), folder=tmp_path, way="dbf")
    yield made
    made.close()


@pytest.fixture
def at_site(foxpro_site_of_agent: FoxProSite) -> FoxProSite:
    return foxpro_site_of_agent


def _run(home: Path, *words: str) -> int:
    return program.main(["--home", str(home), *words])


def _patient(scene: AgentScene, worker: Worker) -> Patient:
    return Patient(scene.connector(), lambda: worker.once(wait=0))


def test_a_site_is_prepared_proven_signed_and_then_posted_to(
    fresh: AgentScene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = tmp_path / "company", fresh.pair()
    worker = fresh.worker(home)
    before = live_bytes(folder)
    patient = _patient(fresh, worker)
    assert patient.company_profile().edition == "dbf"
    assert patient.self_test().is_passed is False
    assert _run(home, "prepare") == 0
    said: list[str] = []
    place = foxpro_site.open_site(home)
    with ThreadPoolExecutor(1) as threads:
        ours = threads.submit(
            place.prove, today=TODAY, patience=timedelta(seconds=20), say=said.append
        )
        while not said:
            assert not ours.done(), ours.result()
        Program(folder).self_test()
        assert ours.result().is_passed
    with fresh.inside():
        fresh.forget_answers()
    found = patient.self_test()
    assert [check.label for check in found.checks] == [
        "Our tables", *SELF_TESTS.values(), "The result is signed",
    ]  # fmt: skip
    assert (found.is_passed, len(found.seal)) == (True, 64)
    asks = fresh.connector()
    assert asks.post_if_absent(receipt()).outcome is HANDED_OVER
    worker.once(wait=0)
    staged = asks.post_if_absent(receipt())
    assert (staged.outcome, staged.sage_reference) == (HANDED_OVER, "Row 1 of PTPOST01")
    assert staged.evidence == {
        "waiting_for": "The program inside Sage Pro has not posted it yet.",
        "held_by": "with_sage",
    }
    (folder / "TIEOUT.PRG").unlink()
    assert live_bytes(folder) == before
    Program(folder).run()
    assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED
    capsys.readouterr()
    assert _run(home, "self-test") == 0
    assert "ok  Site: Its self-test has passed." in capsys.readouterr().out


def test_preparing_refuses_a_table_with_other_columns_and_makes_none(
    fresh: AgentScene, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, home = tmp_path / "company", fresh.pair()
    other = encoding.table(Shape.of("name C20, value C10"), [], on=TODAY)
    (folder / "PTCTRL01.DBF").write_bytes(other)
    assert _run(home, "prepare") == 1
    told = capsys.readouterr().err
    assert told.startswith("PTCTRL01.DBF is not the table this version of Tieout makes.")
    assert sorted(path.name for path in folder.glob("PT*")) == ["PTCTRL01.DBF"]
    assert (folder / "PTCTRL01.DBF").read_bytes() == other


def test_commands_of_foxpro_sites_say_so_elsewhere(
    scene: AgentScene, capsys: pytest.CaptureFixture[str]
) -> None:
    home = scene.pair()
    for word in ("prepare", "prove"):
        assert _run(home, word) == 1
        assert "which needs no preparing" in capsys.readouterr().err
    arguments = ("pair", "--portal", scene.url, "--code", "X", "--way", "dbf", "--address", "pro")
    assert _run(home, *arguments) == 1
    assert "must be written from its root" in capsys.readouterr().err


def test_a_hold_stops_agent_and_program_and_the_portal_shows_why(
    at_site: FoxProSite, capsys: pytest.CaptureFixture[str]
) -> None:
    asks = at_site.scene.connector()
    asks.post_if_absent(receipt())
    at_site.worker.once(wait=0)
    before = at_site.company.books()
    assert _run(at_site.home, "hold", "--why", "Year end") == 0
    at_site.turn()
    assert at_site.company.books() == before
    asks.post_if_absent(receipt())
    with pytest.raises(IntegrationError) as held:
        asks.post_if_absent(receipt("sale-2", "10.00"))
    assert held.value.code == "agent.holds"
    assert held.value.sentence.startswith(
        "The agent is held on its own computer: Year end (since 20"
    )
    assert _run(at_site.home, "go-on") == 0
    at_site.turn()
    patient = Patient(asks, at_site.turn)
    assert patient.post_if_absent(receipt()).outcome is PostingOutcome.POSTED


def test_a_result_from_another_place_pairing_or_hand_does_not_count(
    at_site: FoxProSite, tmp_path: Path
) -> None:
    place = foxpro_site.open_site(at_site.home)

    def missing(folder: Path = place.folder, key: bytes = place.proof_key) -> list[str]:
        found = site.self_test(folder, place.profile, key=key)
        return [check.label for check in found.checks if not check.is_ok]

    assert missing() == []
    copied = shutil.copytree(place.folder, tmp_path / "copied")
    assert missing(copied) == ["The result is signed"]
    again = foxpro_site.open_site(at_site.scene.pair("second"))
    assert missing(key=again.proof_key) == ["The result is signed"]
    with closing(Program(place.folder)) as sage:
        typed = {"name": "lock", "passed": True, "detail": "Typed", "profile": sage._profile}
        sage._own["test"].insert(typed)
    assert missing() == ["The result is signed"]
    site.sign(place.folder, place.profile, key=place.proof_key, today=TODAY)
    assert missing() == []


def test_the_site_itself_refuses_what_was_not_signed(at_site: FoxProSite) -> None:
    """Even where the portal would ask: the back end looks before it hands anything over."""
    site.tell(at_site.folder, "01", today=TODAY, **{site.PROOF: "forged"})
    asks = at_site.scene.connector()
    asks.post_if_absent(receipt())
    at_site.worker.once(wait=0)
    with pytest.raises(FixConfiguration) as refused:
        asks.post_if_absent(receipt())
    assert (refused.value.code, refused.value.sentence) == (
        "sage.site_not_proven",
        "The site's self-test has not passed: the result is signed.",
    )


def test_the_portal_counts_only_what_its_agent_signed_just_now(at_site: FoxProSite) -> None:
    patient = _patient(at_site.scene, at_site.worker)
    found = patient.self_test()
    wanted, now = at_site.scene.connection_id, timezone.now()
    with at_site.scene.inside():
        seals.check(wanted, found, now=now)
        better = tuple(replace(check, sentence="Fine.") for check in found.checks)
        for told, at in (
            (replace(found, seal=""), now),
            (replace(found, checks=better), now),
            (found, now + timedelta(minutes=16)),
        ):
            with pytest.raises(FixConfiguration, match="is not signed by the agent paired now"):
                seals.check(wanted, told, now=at)
    at_site.scene.pair("second")
    with at_site.scene.inside(), pytest.raises(FixConfiguration, match="is not signed"):
        seals.check(wanted, found, now=now)


def test_what_waits_for_sages_program_can_be_withdrawn(at_site: FoxProSite) -> None:
    asks = at_site.scene.connector()
    asks.post_if_absent(receipt())
    at_site.worker.once(wait=0)
    asks.post_if_absent(receipt())
    patient = _patient(at_site.scene, at_site.worker)
    before = at_site.company.books()
    assert patient.withdraw("sale-1") is WithdrawOutcome.WITHDRAWN
    Program(at_site.folder).run()
    after = at_site.company.books()
    assert {**after, "ptpost": []} == {**before, "ptpost": []}
