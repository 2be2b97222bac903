"""Every actor, every method, every kind of id at one address: what is wrong, in sentences.

The same function is used on the portal's addresses and on leaky ones made to be caught.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.isolation.addresses import Address
from tests.isolation.asking import Answer, Asker
from tests.isolation.oracle import SHOWN_TO_ITS_HOLDER, offered_at
from tests.isolation.samples import NO_WORDS, Fill, Values, body, fills
from tests.isolation.scene import Actor, Company, Scene
from tests.isolation.targets import ABSENT, IN_DEV, Target, targets
from tests.isolation.verdict import Verdict, verdict

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# People sign in and out here, and failed attempts are counted.
COMING_AND_GOING = frozenset({"django_session", "cache_entries"})
# Nobody, who may do everything here, there or in both, and one each who may do little.
_ASKED_EVERYWHERE = frozenset({
    "anonymous", "owner A", "viewer A", "owner B", "user of both",
    "key A everything", "key A payments:read", "key A in Dev", "key B everything",
})  # fmt: skip
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Findings:
    """What is wrong, and how much was asked."""

    checks: int = 0
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """One answer with where it came from."""

    target: Target
    row: str
    answer: Answer


class Matrix:
    """Asks at addresses of one scene and collects what is wrong."""

    def __init__(self, scene: Scene, asker: Asker, *, whole: bool = False) -> None:
        self.scene = scene
        self.asker = asker
        self.whole = whole
        self.found = Findings()

    def walk(self, address: Address, fill: Fill = NO_WORDS) -> Findings:
        """Ask everything at this address. Raises NoSample and NotClassified.

        What the first of its words has shown about methods is not asked of the others.
        """
        for method in methods_at(address, fill, whole=self.whole):
            paths = paths_at(address, fill, self.scene, method)
            for actor in actors_at(address, self.scene, method, whole=self.whole):
                for_them = paths if self.whole else paths_for(actor, paths, address)
                asked = [self._ask(address, fill, actor, method, each) for each in for_them]
                self._look_for_writes(actor, method, asked)
                self._compare(address, actor, method, asked)
        return self.found

    def _ask(
        self, address: Address, fill: Fill, actor: Actor, method: str, target: Target
    ) -> Asked:
        row = target.row(target.place or actor.home)
        right = verdict(address, fill, actor, method, slug=target.slug, row=row)
        own = self._values(target.place or actor.home)
        sent = body(address, fill, own) if method == "POST" else {}
        answer = self.asker.ask(actor, method, target.path, sent)
        self.found.checks += 1
        place = (target.place or actor.home)[:1]
        for sentence in (
            *_status(answer, right),
            *(self._writes(right, place) if method == "POST" else ()),
            *self._leaks(address, actor, target, answer),
        ):
            self.found.wrong.append(f"{actor.name}: {method} {target.path} ({row}): {sentence}")
        return Asked(target, row, answer)

    def _look_for_writes(self, actor: Actor, method: str, asked: list[Asked]) -> None:
        """Nothing but a POST may write, so what others wrote is looked for once for all of them."""
        if method == "POST" or not asked:
            return
        paths = ", ".join(each.target.path for each in asked)
        for sentence in self._writes(Verdict(frozenset()), place=""):
            self.found.wrong.append(f"{actor.name}: {method} {paths}: {sentence}")

    def _values(self, place: str) -> Values:
        """What whoever asks there knows to put into a body: rows of their own."""
        if place == "B":
            return self.scene.b.values
        return self.scene.a.dev_values if place.endswith(IN_DEV) else self.scene.a.values

    def _writes(self, right: Verdict, place: str) -> Iterator[str]:
        database = self.scene.database
        written = database.written()
        if not written:
            return
        if not right.may_write and written - COMING_AND_GOING:
            yield f"wrote to {', '.join(sorted(written - COMING_AND_GOING))}"
        for name, company in (("A", self.scene.a), ("B", self.scene.b)):
            changed = database.changed(written, tenant_id=company.tenant.id)
            if changed and name != place:
                yield f"changed {name}'s rows in {', '.join(changed)}"
        database.restore(written)

    def _leaks(
        self, address: Address, actor: Actor, target: Target, answer: Answer
    ) -> Iterator[str]:
        if address.name in SHOWN_TO_ITS_HOLDER or (address.is_admin and actor.is_staff):
            return
        shown = answer.shown
        for value in target.values.values():
            shown = shown.replace(value, "")
        for company in (self.scene.a, self.scene.b):
            if company.values["slug"] not in actor.roles:
                yield from marks(company, shown)
            elif target.slug not in {"", company.values["slug"]}:
                yield from rows_shown(company, shown)

    def _compare(self, address: Address, actor: Actor, method: str, asked: list[Asked]) -> None:
        """What is not the actor's answers alike, whether it exists or not."""
        alike: dict[str, list[Asked]] = {}
        for each in asked:
            kind = _kind(address, actor, each)
            if kind:
                alike.setdefault(kind, []).append(each)
        for group in alike.values():
            first = next((each for each in group if each.row == ABSENT), group[0])
            told = first.answer.without(first.target.values)
            for other in group:
                if other.answer.without(other.target.values) != told:
                    self.found.wrong.append(
                        f"{actor.name}: {method} {other.target.path} ({other.row}): answered "
                        f"otherwise than {first.target.path} ({first.row})"
                    )


def size(address: Address, fill: Fill, scene: Scene, *, whole: bool = False) -> int:
    """How often `walk` asks."""
    found = 0
    for method in methods_at(address, fill, whole=whole):
        paths = paths_at(address, fill, scene, method)
        for actor in actors_at(address, scene, method, whole=whole):
            found += len(paths if whole else paths_for(actor, paths, address))
    return found


def methods_at(address: Address, fill: Fill, *, whole: bool = False) -> tuple[str, ...]:
    """To the admin every method but POST is a GET: one of them shows it."""
    if address.is_admin and not whole:
        return ("GET", "POST", "DELETE")
    return METHODS if fill == fills(address)[0] else METHODS[:2]


def paths_at(address: Address, fill: Fill, scene: Scene, method: str) -> list[Target]:
    """Own, foreign and absent ids, in every place where the method is offered and in their own
    where it is not. In the admin one path shows what a method is there that is a GET."""
    if address.is_admin:
        found = list(targets(address, fill, scene))
        return found if method in METHODS[:2] else found[:1]
    is_offered = method in offered_at(address) and fill == fills(address)[0]
    return list(targets(address, fill, scene, everywhere=is_offered))


def paths_for(actor: Actor, paths: list[Target], address: Address) -> list[Target]:
    """Whoever may do nothing there is refused before a row is looked up: one of them shows that
    for foreign and absent rows. The others are asked about rows where these belong, unless the
    `whole` matrix is wanted.

    So is a role at another company's door: it says nothing there, which those who may do most
    and least show. The admin stops nobody by row: nobody is asked at one, and the staff, to whom
    both companies are alike, at a row of one and at nobody's.
    """
    if address.is_admin and actor.is_staff:
        return [each for each in paths if each.owner in {"", "A", ABSENT}]
    if address.is_admin and actor.name == "anonymous":
        return paths[:1]
    if address.is_admin or actor.name in _ASKED_EVERYWHERE:
        return paths
    doors = {"", "A"} if actor.roles else {"", "A", ABSENT}
    return [each for each in paths if each.owner in {"", each.place or "A"} and each.place in doors]


def actors_at(
    address: Address, scene: Scene, method: str, *, whole: bool = False
) -> tuple[Actor, ...]:
    """Everybody who matters there. To pages a key is nothing, so one stands for all; the pages
    of a model in the admin have one guard before them, where everybody is asked.

    A method that is not offered is refused before anybody looks who asks: nobody, somebody of
    this company who may do everything and somebody of another stand for all, unless the
    `whole` matrix is wanted.
    """
    if address.is_admin and address.route.count("/") >= 3:
        return tuple(scene.person(name) for name in ("anonymous", "owner A", "support staff"))
    if not whole and not address.is_admin and method not in offered_at(address):
        return _standing_for_all(address, scene)
    if address.is_api:
        return (scene.person("anonymous"), scene.person("owner A"), *scene.programs)
    return (*scene.people, scene.program("key A everything"))


def _standing_for_all(address: Address, scene: Scene) -> tuple[Actor, ...]:
    nobody = scene.person("anonymous")
    if address.is_api:
        return (nobody, scene.program("key A everything"), scene.program("key B everything"))
    return (nobody, scene.person("owner A"), scene.person("owner B"))


def marks(company: Company, shown: str) -> Iterator[str]:
    """What of a company can be read here: its names, amounts, numbers and ids."""
    look = company.look
    pattern = rf"{look.word}|\b{re.escape(look.amount)}\b|\b{look.digits}9?\d\d\b"
    told = sorted(set(re.findall(pattern, shown, re.IGNORECASE)))
    if told:
        yield f"shows {', '.join(told)} of {look.word}"
    yield from rows_shown(company, shown)


def rows_shown(company: Company, shown: str) -> Iterator[str]:
    ids = sorted(set(_ID.findall(shown)) & company.ids)
    if ids:
        yield f"shows ids of {company.look.word}: {', '.join(ids[:3])}"


def _status(answer: Answer, right: Verdict) -> Iterator[str]:
    if answer.status not in right.statuses:
        wanted = " or ".join(str(status) for status in sorted(right.statuses)[:5])
        why = answer.failure or answer.content[:200].decode(errors="replace")
        yield f"{answer.status} instead of {wanted}: {why}"


def _kind(address: Address, actor: Actor, asked: Asked) -> str:
    """Answers of one kind have to be the same; empty where they may differ."""
    if address.is_company_page and asked.target.slug not in actor.roles:
        return "outside"
    if address.is_admin:
        return "" if actor.is_staff else "outside"
    if address.is_api and not actor.scopes:
        return "outside"
    if asked.row != "own" and (address.is_api or address.is_company_page):
        return f"not mine at {asked.target.place}"
    return ""
