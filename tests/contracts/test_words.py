"""Words: one thing has one name, no engineers' words, no code without its name, in both languages."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.console.pages.looks import KEEPERS
from services.console.rendering.catalogue import texts
from shared.contracts.envelope import by_type
from shared.glossary import OF_FIELDS, TERMS
from shared.http.reads import NOT_NOTED
from shared.life_cycle import LifeCycle
from shared.roles import BANK_ROLES, BUREAU_ROLES, PARTY_ROLES
from tests.contracts.names_of_codes import NAMES, NOT_SHOWN
from tests.e2e.api import ROUTES
from zhidai.commands import problem_codes
from zhidai.commands.docs import SERVICES

ROOT = Path(__file__).parents[2]
ZH, EN = texts("zh"), texts("en")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
TEMPLATES = ROOT / "services/notifications/templates"

PROTOCOL = (
    "shared/http/", "shared/auth/", "shared/messaging/", "shared/sheets/", "shared/shapes.py",
    "services/notifications/templates/", "services/notifications/api/", "wording.", "parked.",
    "services/applications/api/document_content.py", "setup.ready-how", "zhidai/",
)  # fmt: skip
"""Where somebody reads who writes programs, or the words of notices: there the things of a protocol
have the names that it gives them. `parked` has a half for whoever mends it."""

ENGINEERS = {
    "zh": (
        "十进制", "数组", "布尔", "枚举", "字符串", "缓存", "序列化", "主键", "后台服务", "请求体",
        "请求头", "查询参数", "游标", "令牌", "字段", "(?<!借贷)标识", "回滚", "重放", "同一键",
        "须为文本", "须为 UUID", "须为 true", "对象[（，。]?(?=JSON)",
    ),
    "en": ("payload", "boolean", r"\bnull\b", r"\barray\b", r"\benum\b", r"\bhash\b", "primary key",
           "foreign key", r"\bJSON\b", r"\bYAML\b"),
}  # fmt: skip

LATIN = frozenset(
    [
        "xlsx",
        "Alt",
        "C",
        "CSV",
        "Ctrl",
        "DL-2026-000123",
        "Esc",
        "Excel",
        "GB",
        "ICBC",
        "MB",
        "NDJSON",
        "PDF",
        "SHA-256",
        "Shift",
        "T",
        "Tab",
        "URL",
        "XLSX",
        "ZL",
        "K",
        "camt.053",
        "pain.001",
        "pain.002",
        "docs",
        "for-banks.zh-CN.md",
        "write-your-measure.zh-CN.md",
        "dongli",
        "zhidai",
        "make",
        "demo",
        "up",
        "internal",
        "none",
        "yuan",
        "percent",
        "institution",
        "pool_code",
        "events",
        "reconcile",
    ]
)
"""What stands in Chinese texts in Latin letters: formats, keys, commands, examples, what is typed."""


def _of_yaml(path: Path) -> Iterator[tuple[str, str, str]]:
    """Language, place, text."""

    def walk(node: Any, place: str, language: str) -> Iterator[tuple[str, str, str]]:
        if isinstance(node, dict):
            for name, inner in node.items():
                said = name if name in ("zh", "en") else language
                yield from walk(inner, f"{place}.{name}", said)
        elif isinstance(node, list):
            for inner in node:
                yield from walk(inner, place, language)
        elif isinstance(node, str) and language:
            yield language, place, re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", node, flags=re.DOTALL)

    kind = "zh" if path.name == "field_words.yaml" else ""
    yield from walk(yaml.safe_load(path.read_text()), path.stem, kind)


def _of_program(path: Path) -> Iterator[tuple[str, str, str]]:
    """Chinese sentences in the code, and the English one that stands behind each."""
    tree = ast.parse(path.read_text())
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }  # fmt: skip
    place = str(path.relative_to(ROOT))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
            and CHINESE.search(node.value)
        ):
            yield "zh", f"{place}:{node.lineno}", node.value


@cache
def shown() -> list[tuple[str, str, str]]:
    """Language, place and text of everything that people read."""
    found = [("zh", key, ZH(key)) for key in sorted(ZH.keys)]
    found += [("en", key, EN(key)) for key in sorted(EN.keys)]
    for name in ("words", "digest", "field_words"):
        found += _of_yaml(TEMPLATES / f"{name}.yaml")
    for folder in ("services", "shared", "zhidai"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if path.name != "glossary.py" and "migrations" not in path.parts:
                found += _of_program(path)
    for path in sorted((ROOT / "services/console/templates").glob("*.html")):
        text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
        found += [("zh", path.name, line) for line in text.splitlines() if CHINESE.search(line)]
    return found


def other_names(language: str) -> dict[str, str]:
    """Each name that is not used → the one that is."""
    return {
        other: term.zh if language == "zh" else term.en
        for term in TERMS.values()
        for other in (term.not_zh if language == "zh" else term.not_en)
    }


def wrong(texts_shown: list[tuple[str, str, str]]) -> list[str]:
    """Each banned word, where it stands, and what to say instead."""
    names = {language: other_names(language) for language in ("zh", "en")}
    found = []
    for language, place, text in texts_shown:
        for other, right in names[language].items():
            if re.search(other, text):
                found.append(f"{place}: {other} → {right}: {text[:60]}")
        if not place.startswith(PROTOCOL):
            found += [
                f"{place}: an engineer's word, {word}: {text[:60]}"
                for word in ENGINEERS[language]
                if re.search(word, text)
            ]
    return found


def test_no_text_has_an_engineers_word_or_a_second_name_for_a_thing():
    assert {language for language, _, _ in shown()} == {"zh", "en"}
    assert len(shown()) > 9_000
    assert wrong(shown()) == []
    glossary = [("zh", name, term.says_zh + term.zh) for name, term in TERMS.items()]
    assert wrong(glossary + [("en", name, term.says_en) for name, term in TERMS.items()]) == []


@pytest.mark.parametrize(
    "text", ["金额须为十进制文本", "下载结算单", "贷款合同号", "该行暂停新增入池", "字段有误"]
)
def test_a_banned_word_would_be_found(text):
    assert wrong([("zh", "case.title", text)])


def strangers(text: str) -> list[str]:
    """Words in Latin letters that stand in a Chinese text and are no name that officials know."""
    bare = re.sub(r"\{[^}]*\}|DL-[0-9]{4}-[0-9]+|91[0-9]{15}[0-9A-Z]", "", text)
    return [word for word in re.findall(r"[A-Za-z][A-Za-z0-9_.\-]*", bare) if word not in LATIN]


def test_no_english_key_stands_in_a_chinese_text():
    read = [
        (place, text)
        for language, place, text in shown()
        if language == "zh" and not place.endswith(".html") and ".py:" not in place
    ]
    assert len(read) > 4_000
    assert [(place, found) for place, text in read if (found := strangers(text))] == []
    assert strangers("请填写 overdue_days or 金额") == ["overdue_days", "or"]


def test_an_english_text_of_the_console_is_english():
    own = {"language.zh", "app.name"}
    assert [key for key in EN.keys if CHINESE.search(EN(key)) and key not in own] == []


def enums() -> dict[str, type[StrEnum]]:
    """Every list of codes of the services, by module and name."""
    found: dict[str, type[StrEnum]] = {}
    for name in ("services.applications.domain", "services.risk_pool.domain",
                 "services.notifications.domain"):  # fmt: skip
        package = importlib.import_module(name)
        for part in pkgutil.iter_modules(package.__path__, name + "."):
            for label, one in vars(importlib.import_module(part.name)).items():
                own = getattr(one, "__module__", "") == part.name
                named = len(label) > 1 and not label.startswith("_")
                if own and named and isinstance(one, type) and issubclass(one, StrEnum):
                    found[f"{part.name.removeprefix('services.')}.{label}"] = one
    return found


ENUMS = enums()


def nameless(kind: str, codes: list[str]) -> list[str]:
    """The codes that lack a name in one of the languages."""
    return [
        code for code in codes if not (ZH.knows(f"{kind}.{code}") and EN.knows(f"{kind}.{code}"))
    ]


def test_every_list_of_codes_has_names_or_is_never_shown():
    assert len(ENUMS) > 80
    assert sorted(ENUMS.keys() - NAMES.keys() - NOT_SHOWN.keys()) == []
    assert sorted((NAMES.keys() | NOT_SHOWN.keys()) - ENUMS.keys()) == []


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_code_has_its_name_in_both_languages(name):
    assert nameless(NAMES[name], [str(one) for one in ENUMS[name]]) == []


def test_a_code_without_a_name_would_be_found():
    assert nameless("state", ["approved", "half_approved"]) == ["half_approved"]


def test_every_refusal_says_what_to_do_next():
    codes = sorted({code for _, code, _ in problem_codes.codes_said(SERVICES)})
    assert len(codes) > 250
    assert nameless("next", codes) == []


def test_what_was_looked_at_is_chosen_from_a_list_that_has_every_kind():
    looked_at = {
        route.path.removeprefix("/api/v1/").split("/")[0]
        for route in ROUTES
        if route.method.lower() == "get" and route.service in KEEPERS
    } - NOT_NOTED
    assert looked_at <= set(ZH.codes("look_kind")) == set(EN.codes("look_kind"))


def test_no_template_has_prose_of_its_own():
    """What people read stands in the catalogues, in both languages; also of screens that are old."""
    found = [
        (path.name, word)
        for path in sorted((ROOT / "services/console/templates").glob("*.html"))
        for node in prose(path.read_text())
        for word in strangers(node)
        if len(word) > 1 and word != "English"
    ]
    assert found == []
    assert prose('<p class="x">{{ t("a") }} Please wait</p>') == [" Please wait"]


def prose(template: str) -> list[str]:
    """What stands between tags and is no expression; the bodies of macros that make attributes or
    addresses are none."""
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", template, flags=re.DOTALL)
    return [
        one for one in re.findall(r">([^<>]*[A-Za-z]{2}[^<>]*)<", bare) if not set(one) & set("/=")
    ]


def test_every_role_and_kind_of_event_has_its_name():
    assert nameless("role", sorted(BANK_ROLES | BUREAU_ROLES | PARTY_ROLES)) == []
    prefixes = sorted({name.split(".")[0] for name in by_type()})
    assert len(prefixes) > 20
    assert nameless("event_group", prefixes) == []


def test_every_problem_says_what_to_do():
    statuses = {status for status, _, _ in problem_codes.codes_said(SERVICES)}
    assert len(statuses) > 8
    assert nameless("next_status", sorted(map(str, statuses))) == []


def test_help_beside_a_field_is_the_glossarys():
    assert set(OF_FIELDS.values()) <= TERMS.keys()
    for field, name in OF_FIELDS.items():
        assert (ZH(f"help.{field}"), EN(f"help.{field}")) == (
            TERMS[name].says_zh, TERMS[name].says_en
        )  # fmt: skip


def cycles_with_words() -> Iterator[tuple[str, LifeCycle]]:
    """The words of states in the console → the life cycle of a service that has the same states."""
    for place, kind in NAMES.items():
        if place.endswith("State"):
            module = importlib.import_module(f"services.{place.rpartition('.')[0]}")
            for one in vars(module).values():
                if isinstance(one, LifeCycle) and one.states:
                    yield kind, one


def test_a_state_has_one_name_its_tag_in_the_console_is_a_part_of_what_the_service_says():
    cycles = dict(cycles_with_words())
    assert len(cycles) > 25
    assert [
        (kind, str(state), ZH.term(kind, str(state)), words.zh)
        for kind, cycle in cycles.items()
        for state, words in cycle.states.items()
        if ZH.term(kind, str(state)) not in words.zh
    ] == []
