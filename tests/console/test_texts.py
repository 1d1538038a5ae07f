"""The words: the same in both languages, all of them there, none of them idle."""

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from services.applications.domain import life_cycle as cases
from services.console.cases.kinds import CASE, KINDS, CaseKind
from services.console.rendering.catalogue import FOLDER, LANGUAGES, Texts, texts
from services.console.rendering.navigation import ENTRIES
from services.risk_pool.domain import (
    adjustment,
    calendar_change,
    cash_entry,
    claim,
    collection,
    disposal,
    dispute,
    loan_package,
    objection,
    opening,
    payment_file,
    pool_duty,
    programme_version,
    public_notice,
    recovery,
    settlement,
    subsidy,
    warning,
)
from services.risk_pool.domain.statement import ACCOUNTS
from shared.contracts.registry import EVENTS
from shared.life_cycle import SYSTEM_ROLE, LifeCycle

CONSOLE = FOLDER.parent
ZH, EN = texts("zh"), texts("en")
_USED = re.compile(r"""\bt\(\s*f?"([a-z_]+\.[a-z_.-]+)"|"(done\.[a-z_.-]+)"|"(login\.[a-z-]+)\"""")


def places(text: str) -> set[str]:
    """The names of the values that a text has places for."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def differences(one: Texts, other: Texts) -> list[str]:
    """Keys that only one of them has, or whose places differ."""
    lone = sorted(one.keys ^ other.keys)
    return lone + [
        key for key in sorted(one.keys & other.keys) if places(one(key)) != places(other(key))
    ]


def used(sources: Iterable[Path]) -> set[str]:
    """The keys that templates and pages name."""
    found: set[str] = set()
    for source in sources:
        for match in _USED.finditer(source.read_text()):
            found.add(next(group for group in match.groups() if group))
    return {key for key in found if not key.endswith((".", ".html"))}


SOURCES = [*CONSOLE.glob("templates/*.html"), *CONSOLE.glob("**/*.py")]


def test_both_languages_have_the_same_keys_and_places():
    assert len(ZH.keys) > 500
    assert differences(ZH, EN) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a.b": "x"}, {}),
        ({"a.b": "{days} 天"}, {"a.b": "{count} days"}),
    ],
)
def test_a_difference_would_be_found(one, other):
    assert differences(Texts("zh", one), Texts("en", other)) == ["a.b"]


def test_every_key_that_a_page_names_exists():
    named = used(SOURCES)
    assert len(named) > 250
    assert sorted(named - ZH.keys) == []


def test_a_missing_key_would_be_found(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<h1>{{ t("case.no-such-word") }}</h1>')
    assert used([page]) - ZH.keys == {"case.no-such-word"}


def test_every_language_is_one_that_html_knows():
    assert LANGUAGES == {"zh": "zh-CN", "en": "en"}
    assert texts("fr").html_language == "zh-CN"


def life_cycle_of(kind: CaseKind) -> LifeCycle:
    """The service's life cycle of a kind."""
    return {
        "adjustment": adjustment,
        "calendar_change": calendar_change,
        "case": cases,
        "cash_entry": cash_entry,
        "loan_package": loan_package,
        "objection": objection,
        "opening": opening,
        "claim": claim,
        "collection": collection,
        "disposal": disposal,
        "dispute": dispute,
        "payment_file": payment_file,
        "pool_duty": pool_duty,
        "public_notice": public_notice,
        "recovery": recovery,
        "settlement": settlement,
        "subsidy": subsidy,
        "version": programme_version,
        "warning": warning,
    }[kind.name].LIFE_CYCLE


def moves(kind: CaseKind) -> list[tuple[str | None, str, str, bool]]:
    """The moves of a kind: from, action, to, and whether a person does it."""
    return [
        (move.source, move.action, move.target, SYSTEM_ROLE not in move.roles)
        for move in life_cycle_of(kind).moves
    ]


def states(kind: CaseKind) -> set[str]:
    """Every state of a kind."""
    return {
        str(state) for source, _, target, _ in moves(kind) for state in (source, target) if state
    }


def states_with_words(kind: CaseKind) -> set[str]:
    """The states that the console has words for, which its filters offer."""
    return set(ZH.codes("state" if kind is CASE else f"{kind.name}_state"))


ELSEWHERE = {
    "amend", "resubmit", "submit", "save_draft", "record_step", "file", "report", "propose", "enter",
    "draw", "undo_draw", "assign", "put_back", "prepare", "begin", "bring_in", "take_over",
    "pass_on",
    "raise", "open", "freeze",
}  # fmt: skip
"""A whole application, claim, recovery, step, draw or entry is filled in at the bank, or in a form of
its own; an approval passes a large amount on by itself."""


def test_every_event_of_the_house_has_words_for_an_official():
    assert {one.rpartition(".")[0] for one in EVENTS} == set(ZH.codes("event"))


def test_every_entry_of_the_navigation_has_a_word():
    assert {f"nav.{entry.name}" for entry in ENTRIES} <= ZH.keys


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_step_is_called_the_same_on_its_button_in_a_refusal_and_in_the_trail(kind):
    for action, words in life_cycle_of(kind).actions.items():
        assert ZH(f"{kind.name}_action.{action}") == words.zh


NAMED_OTHERWISE = {
    "applications.cover_call": "cover_state",
    "applications.credit_repair": "repair_state",
    "applications.financing_demand": "demand_state",
    "applications.life_cycle": "state",
    "applications.loan_change": "change_state",
    "notifications.receivers": "receiver_state",
    "notifications.templates": "wording_state",
    "risk_pool.agreed_figures": "figure_state",
    "risk_pool.breaker_order": "order_state",
    "risk_pool.programme_version": "version_state",
}
"""Where the states of a life cycle are not called by its file."""
TOLD_OTHERWISE = {
    "applications.enhancement", "risk_pool.party_account", "risk_pool.payment_order",
    "risk_pool.pool_account", "risk_pool.suspense",
}  # fmt: skip
"""Pages tell more of these than their state: what is left of a policy, which money an order stands for."""


def life_cycles() -> dict[str, LifeCycle]:
    """Every life cycle of the house, by service and file."""
    found = {}
    for file in sorted(CONSOLE.parent.glob("*/domain/*.py")):
        if re.search(r"^LIFE_CYCLE\b", file.read_text(), re.MULTILINE):
            service = file.parts[-3]
            module = import_module(f"services.{service}.domain.{file.stem}")
            found[f"{service}.{file.stem}"] = module.LIFE_CYCLE
    return found


@pytest.mark.parametrize("name", sorted(life_cycles().keys() - TOLD_OTHERWISE))
def test_a_state_is_called_the_same_on_the_screen_in_a_refusal_and_in_a_file(name):
    words = life_cycles()[name].states
    kind = NAMED_OTHERWISE.get(name, f"{name.partition('.')[2]}_state")
    for language, said in (("zh", ZH), ("en", EN)):
        shown = {str(state): said.term(kind, str(state)) for state in words}
        assert shown == {str(state): getattr(one, language) for state, one in words.items()}


def test_an_account_is_called_on_the_screen_as_on_a_statement():
    for language, said in (("zh", ZH), ("en", EN)):
        shown = {code: said.term("account", code) for code in said.codes("account")}
        assert shown == {code: getattr(words, language) for code, words in ACCOUNTS.items()}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_state_and_action_has_a_word_and_every_action_a_form(kind):
    assert states_with_words(kind) == states(kind)
    assert {f"{kind.name}_action.{action}" for _, action, _, _ in moves(kind)} <= ZH.keys
    by_people = {action for _, action, _, by_person in moves(kind) if by_person}
    assert by_people - ELSEWHERE <= kind.actions.keys()
    assert {f"done.{kind.name}-{name}" for name in kind.actions} <= ZH.keys
