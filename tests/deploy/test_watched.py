"""What dashboards and alerts ask for is told by the services, and every alert says what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY
from ruamel.yaml import YAML

import services.applications.main
import services.notifications.main
import services.risk_pool.main  # noqa: F401 — their metrics are made with them

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yaml"
BOARDS = sorted((ROOT / "deploy" / "grafana").glob("*.json"))
_NAME = re.compile(r"\bzhidai_[a-z_]+")


def alerts() -> list[dict[str, Any]]:
    (group,) = YAML(typ="safe", pure=True).load(RULES.read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = group["rules"]
    return found


def told() -> dict[str, frozenset[str]]:
    """Names as Prometheus stores them, with their labels, of all that the services can tell."""
    found: dict[str, frozenset[str]] = {}
    for collector in list(REGISTRY._collector_to_names):
        labels = frozenset(getattr(collector, "_labelnames", ()))
        for name in REGISTRY._collector_to_names[collector]:
            found[name] = labels
    return found


def asked() -> list[tuple[str, str]]:
    rules = [(RULES.name, rule["expr"]) for rule in alerts()]
    boards = [
        (board.name, target["expr"])
        for board in BOARDS
        for panel in json.loads(board.read_text(encoding="utf-8"))["panels"]
        for target in panel["targets"]
    ]
    return [*rules, *boards]


def test_every_metric_that_is_asked_for_is_told_with_its_labels():
    known = told()
    wanted = [(place, name, text) for place, text in asked() for name in _NAME.findall(text)]

    assert len(BOARDS) == 3 and len(wanted) > 40
    assert [(place, name) for place, name, _ in wanted if name not in known] == []
    for place, text in asked():
        names = {label for name in _NAME.findall(text) for label in known[name]} | {"le", "job"}
        said = {
            one.strip() for group in re.findall(r"by \(([^)]*)\)", text) for one in group.split(",")
        }
        said |= set(re.findall(r"[{,]\s*([a-z_]+)\s*[=!]", text))
        assert said <= names, (place, text)


@pytest.mark.parametrize("language", ["", ".zh-CN"])
def test_every_alert_names_a_page_that_says_what_to_do(language):
    for rule in alerts():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"]["summary"] and rule["annotations"]["summary_zh"]
        page = ROOT / rule["annotations"]["runbook"].replace(".md", f"{language}.md")
        assert len(page.read_text(encoding="utf-8")) > 200, page


def test_no_page_is_there_that_no_alert_names():
    named = {rule["annotations"]["runbook"].rsplit("/", 1)[1] for rule in alerts()}
    there = {page.name for page in (ROOT / "docs" / "runbooks").glob("*.md")}
    assert there == named | {name.replace(".md", ".zh-CN.md") for name in named}
