"""An address that opens one company's link shows that company's, and nothing of another."""

from __future__ import annotations

from tests.isolation.asking import Asker
from tests.isolation.matrix import marks
from tests.isolation.scene import Scene


def test_the_token_of_one_company_never_shows_another(scene: Scene) -> None:
    asker, nobody = Asker(), scene.person("anonymous")
    for mine, other in ((scene.a, scene.b), (scene.b, scene.a)):
        for values in (mine.values, mine.dev_values):
            answer = asker.ask(nobody, "GET", f"/pay/{values['pay_token']}/")
            assert answer.status == 200
            assert any(mine.look.amount in told for told in marks(mine, answer.shown))
            assert list(marks(other, answer.shown)) == []
            # Not even to whoever can open it: an id would lead further.
            assert not any("ids" in told for told in marks(mine, answer.shown))


def test_being_signed_in_elsewhere_opens_no_more(scene: Scene) -> None:
    asker = Asker()
    path = f"/pay/{scene.a.values['pay_token']}/"
    assert (
        asker.ask(scene.person("owner B"), "GET", path).without({})
        == asker.ask(scene.person("anonymous"), "GET", path).without({})
    )  # fmt: skip
    assert asker.ask(scene.person("owner B"), "POST", path).status == 302
    assert scene.database.written() <= {"cache_entries", "django_session"}
