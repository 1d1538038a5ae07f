"""Every metric, alert with its threshold, port and setting of the code is in the operator's pages, and no
metric or alert is there that the code does not have."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram
from ruamel.yaml import YAML

import services.console.main
from services.console.settings import ConsoleSettings
from zhidai.addresses import USUAL_PORTS
from zhidai.bus import SERVICES

ROOT = Path(__file__).parents[2]
LANGUAGES = ("", ".zh-CN")
assert services.console.main


def page(name: str, language: str) -> str:
    return (ROOT / "docs" / f"{name}{language}.md").read_text()


def metrics_of_the_code() -> dict[str, tuple[str, ...]]:
    """Each metric of ours by the name that Prometheus has, with its labels."""
    found = {}
    for module in list(sys.modules.values()):
        if not getattr(module, "__name__", "").startswith(("shared.", "services.", "zhidai.")):
            continue
        for one in list(vars(module).values()):
            if isinstance(one, Counter | Gauge | Histogram) and one._name.startswith("zhidai_"):
                name = f"{one._name}_total" if isinstance(one, Counter) else one._name
                found[name] = tuple(one._labelnames)
    return found


def rows(text: str, heading: int) -> list[list[str]]:
    """The cells of the table under the heading of this number, without head and line."""
    part = re.split(r"^## .*$", text, flags=re.MULTILINE)[heading]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [re.split(r" (?<!\\)\| ", line.strip("| ")) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_metric_with_its_labels_and_no_other(language: str):
    told = {
        row[0].strip("`"): tuple(re.findall(r"`(\w+)`", row[2]))
        for row in rows(page("signals", language), 1)
    }

    assert len(told) > 20
    assert told == metrics_of_the_code()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_alert_with_its_threshold_and_its_runbook_and_no_other(language: str):
    rules: list[dict[str, Any]] = [
        rule
        for group in YAML(typ="safe").load(ROOT / "deploy/prometheus/alerts.yaml")["groups"]
        for rule in group["rules"]
    ]
    told = {
        row[0].strip("`"): (row[2].strip("`").replace("\\|", "|"), row[3], row[4])
        for row in rows(page("signals", language), 2)
    }

    assert told == {
        rule["alert"]: (" ".join(rule["expr"].split()), rule["for"], rule["labels"]["severity"])
        for rule in rules
    }
    for row in rows(page("signals", language), 2):
        [runbook] = re.findall(r"\((runbooks/[\w.-]+)\)", row[5])
        assert (ROOT / "docs" / runbook).exists() and row[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_port_is_on_the_page_and_in_the_compose_file(language: str):
    told = {int(row[0]) for row in rows(page("signals", language), 3)}

    assert told == set(USUAL_PORTS.values())
    for name in ("console", "applications", "risk_pool", "notifications"):
        assert f":{USUAL_PORTS[name]}:" in (ROOT / "docker-compose.yml").read_text()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_in_the_operators_pages(language: str):
    text = page("operating", language) + page("signals", language)
    missing = []
    kinds = [(service.name.upper(), service.settings_type) for service in SERVICES]
    for prefix, kind in [*kinds, ("CONSOLE", ConsoleSettings)]:
        for name, field in kind.model_fields.items():
            alone = str(field.validation_alias or "")
            variable = (alone or name).upper()
            names = (alone,) if alone else (f"`{prefix}_{variable}`", f"`…_{variable}`")
            if not any(one in text for one in names):
                missing.append(f"{prefix}_{variable}")

    assert missing == []
