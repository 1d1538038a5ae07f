"""Cases that an official can read: what is given, what is to come out, to the fen.

`<programme>.cases.yaml` lies beside the scheme. A case puts one or more questions to the rules
on a day; what it does not mention is ordinary: what the file says under `ordinary` for all its
cases, else an application that would pass, counters at nothing, balances that are ample. A fact
that a rule asks for is never ordinary by itself: the file or the case states it. Expectations name only what matters; each is compared as text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shared.refusals import Refused
from shared.schemes.cases.answers import Answer, Asked, answer
from shared.schemes.cases.questions import QUESTIONS
from shared.schemes.decide.loss import ClaimDecision
from shared.schemes.decide.subsidy_amounts import SubsidyFacts
from shared.schemes.problems import At, Problem, unknown
from shared.schemes.reading.derived import stated_of
from shared.schemes.reading.scalars import Day, Text
from shared.schemes.reading.shape import Field, ListOf, Record, is_mapping
from shared.schemes.reading.yaml_text import read_yaml
from shared.schemes.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Case:
    """One case: a sentence, a day, a mode, the questions and what is expected."""

    name: str
    day: date
    mode: str | None
    readings: tuple[str, ...]
    questions: tuple[tuple[str, Any], ...]
    expected: Mapping[str, Any]
    line: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """A case with the answers, and every difference from what was expected."""

    case: Case
    answers: tuple[Answer, ...]
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        return not self.differences


ORDINARY = Record(
    {
        name: Field(QUESTIONS[name])
        for name in ("eligibility", "reservation", "trigger", "loss", "recovery", "escrow")
    }
    | {"subsidy": Field(stated_of(SubsidyFacts))}
)
"""What a file may state once for all its cases."""

_FILE_KEYS = ("programme", "ordinary", "cases")
_CASE_KEYS = ("name", "day", "mode", "readings", "expect", *QUESTIONS)


def read_cases(text: str) -> tuple[tuple[Case, ...], list[Problem]]:
    """The cases of a file, or everything that is wrong with it."""
    node, problems = read_yaml(text)
    if problems:
        return (), problems
    at = At(node, "", 1, 1)
    if not is_mapping(at, problems):
        return (), problems
    for key in node:
        if key not in _FILE_KEYS:
            problems.append(unknown(at.key(key), _FILE_KEYS))
    ordinary = ORDINARY.read(at.child("ordinary"), problems) if "ordinary" in node else {}
    if "cases" not in node:
        problems.append(at.problem("缺少 “cases”", "“cases” is missing"))
        return (), problems
    place = at.child("cases")
    cases = []
    if isinstance(place.node, list):
        for index in range(len(place.node)):
            case = _read_case(place.child(index), ordinary or {}, problems)
            if case is not None:
                cases.append(case)
    else:
        problems.append(place.problem("cases 应是列表，每项以 “- ” 开头", "cases is to be a list"))
    return tuple(cases), problems


def _read_case(
    at: At, ordinary: Mapping[str, Mapping[str, Any]], problems: list[Problem]
) -> Case | None:
    if not is_mapping(at, problems):
        return None
    before = len(problems)
    for key in at.node:
        if key not in _CASE_KEYS:
            problems.append(unknown(at.key(key), _CASE_KEYS))
    for key in ("name", "day", "expect"):
        if key not in at.node:
            problems.append(at.problem(f"案例缺少 “{key}”", f"the case lacks “{key}”"))
    questions = [
        (name, _over(ordinary.get(name) or {}, shape.read(at.child(name), problems)))
        for name, shape in QUESTIONS.items()
        if name in at.node
    ]
    if not questions:
        problems.append(
            at.problem(
                f"案例没有提问，可用：{'、'.join(QUESTIONS)}",
                f"the case asks nothing; known: {', '.join(QUESTIONS)}",
            )
        )
    if len(problems) > before:
        return None
    name = Text().read(at.child("name"), problems)
    day = Day().read(at.child("day"), problems)
    readings = ListOf(Text()).read(at.child("readings"), problems) if "readings" in at.node else ()
    mode = Text().read(at.child("mode"), problems) if "mode" in at.node else None
    expected = at.node["expect"]
    asked = [name for name, _ in questions]
    if not isinstance(expected, Mapping):
        problems.append(
            at.child("expect").problem("expect 应是“名称: 内容”", "expect is to be pairs")
        )
    elif len(asked) > 1:
        for key in expected:
            if key not in asked:
                problems.append(unknown(at.child("expect").key(key), asked))
    else:
        expected = {asked[0]: expected}
    if len(problems) > before:
        return None
    assert name is not None and day is not None
    return Case(name, day, mode, readings or (), tuple(questions), expected, at.line)


def _over(ordinary: Mapping[str, Any], given: Any) -> Any:
    """What a case states over what the file says for all; of names to things, each by itself."""
    if not ordinary or given is None:
        return given
    own = {
        name: {**ordinary[name], **value}
        if isinstance(value, Mapping) and isinstance(ordinary.get(name), Mapping)
        else value
        for name, value in given.items()
    }
    return {**ordinary, **own}


def cases_beside(path: Path) -> Path:
    """`dongli.yaml` → `dongli.cases.yaml`"""
    return path.with_name(f"{path.stem}.cases.yaml")


def run(case: Case, scheme: Scheme) -> Outcome:
    """Put a case's questions to a scheme and compare."""
    answers: list[Answer] = []
    differences: list[str] = []
    claim: ClaimDecision | None = None
    for question, given in case.questions:
        try:
            terms = scheme.terms(case.day, case.mode, live=question == "go_live")
            one = answer(Asked(question, given, case.day, terms, claim))
            claim = one.claim or claim
        except Refused as refusal:
            said = {"refused": refusal.code, "zh": refusal.zh, "en": refusal.en}
            one = Answer(question, {**refusal.extra, **said})
        answers.append(one)
        wanted = case.expected.get(question, {})
        if "refused" in one.data and "refused" not in wanted:
            differences.append(f"{question}: refused ({one.data['refused']}: {one.data['zh']})")
        differences.extend(_compare(wanted, one.data, question))
    return Outcome(case, tuple(answers), tuple(differences))


def _compare(wanted: Any, got: Any, path: str) -> list[str]:
    """Differences of what is wanted from what is there; more may be there than wanted."""
    if isinstance(wanted, Mapping):
        if not isinstance(got, Mapping):
            return [f"{path}: expected {dict(wanted)}, got {got}"]
        found = []
        for key, value in wanted.items():
            if key not in got:
                found.append(f"{path}.{key}: expected {value}, got nothing of that name")
            else:
                found.extend(_compare(value, got[key], f"{path}.{key}"))
        return found
    if isinstance(wanted, list):
        if not isinstance(got, list | tuple) or len(wanted) != len(got):
            return [f"{path}: expected {list(wanted)}, got {got}"]
        return [
            difference
            for index, (want, have) in enumerate(zip(wanted, got, strict=True))
            for difference in _compare(want, have, f"{path}.{index}")
        ]
    return [] if _plain(wanted) == _plain(got) else [f"{path}: expected {wanted}, got {got}"]


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
