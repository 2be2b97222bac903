"""What inference has found, with its evidence, and what it has to ask; it never guesses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One value of the posting profile, and the rows that show it."""

    label: str
    value: str
    evidence: tuple[str, ...] = ()
    is_new: bool = False
    """True when the present profile says something else."""


@dataclass(frozen=True)
class Question:
    """What only a person can say. `key` names the answer."""

    key: str
    sentence: str
    choices: tuple[tuple[str, str], ...]


@dataclass
class Notes:
    """Collects findings, questions and problems while a profile is put together."""

    answers: Mapping[str, str]
    findings: list[Finding] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def choose(
        self,
        key: str,
        label: str,
        candidates: Sequence[str],
        *,
        present: str,
        evidence: Sequence[str] = (),
        is_required: bool = True,
    ) -> str:
        """The one candidate that fits; the present one, or the answered one, among several.

        Empty when none fits or a person has to say: then a problem or a question is noted.
        """
        answered = self.answers.get(key, "")
        chosen = next((name for name in (answered, present) if name in candidates), "")
        if not chosen and len(candidates) == 1:
            chosen = candidates[0]
        if chosen:
            self.found(label, chosen, evidence, is_new=chosen != present)
        elif candidates and is_required:
            self._ask(key, label, candidates)
        elif is_required:
            self.problems.append(f"Nothing that was keyed shows where Sage keeps this: {label}.")
        return chosen

    def found(
        self, label: str, value: str, evidence: Sequence[str] = (), *, is_new: bool = False
    ) -> None:
        self.findings.append(Finding(label, value, tuple(evidence), is_new))

    def ask(self, question: Question) -> str:
        """The answer when there is one; otherwise the question is noted, once."""
        answered = self.answers.get(question.key, "")
        if not answered and all(each.key != question.key for each in self.questions):
            self.questions.append(question)
        return answered

    def _ask(self, key: str, label: str, candidates: Sequence[str]) -> None:
        sentence = (
            f"{label}: {', '.join(candidates)} held the same in all that was keyed. Which is it?"
        )
        choices = tuple((name, name) for name in candidates)
        self.ask(Question(key, sentence, choices))
