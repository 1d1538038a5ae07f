"""`zhidai docs`: the pages that are made from the code, so that they cannot say something else."""

import json
from pathlib import Path
from typing import Any

import typer

from services.applications.api.examples import SUBMISSION
from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.auth.issuer import ISSUER
from shared.contracts.envelope import Event, by_type
from shared.glossary import TERMS
from shared.messaging.local import LocalTransport
from shared.schemes import vocabulary
from shared.service import Service, build
from zhidai.commands import problem_codes
from zhidai.commands.asyncapi import asyncapi

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
ROOT = Path(__file__).parents[2]


def write_stale(*, check: bool) -> list[str]:
    """Write the pages that are out of date, or with `check` only name them."""
    made = pages()
    stale = [
        name
        for name, text in made.items()
        if not (ROOT / name).exists() or (ROOT / name).read_text() != text
    ]
    for name in stale:
        typer.echo(f"{'out of date' if check else 'written'}: {name}")
        if not check:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(made[name])
    return stale


def pages() -> dict[str, str]:
    """Every generated page: its path from the root, and its text."""
    made = {
        f"docs/api/{service.name}.openapi.json": _json(openapi(service)) for service in SERVICES
    }
    made["docs/api/asyncapi.json"] = _json(asyncapi())
    made["docs/examples/application.json"] = _json(SUBMISSION)
    made["docs/flow.md"] = flow()
    made["docs/problems.md"] = problem_codes.page(SERVICES)
    made["docs/glossary.md"] = glossary()
    for name, event in by_type().items():
        made[f"shared/contracts/schemas/{name}.json"] = _json(schema_of(event))
    return made


def openapi(service: Service) -> dict[str, Any]:
    """The service's API as OpenAPI 3.1, as it serves it itself."""
    settings = service.settings_type.model_construct(
        environment="production", token_issuer=ISSUER, token_keys="/dev/null", max_body_bytes=2**20
    )
    return dict(build(service, settings, transport=LocalTransport(())).openapi())


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's body, as it is sent."""
    return event.model_json_schema(mode="serialization")


def flow() -> str:
    """Who says what, and who hears it, as a table and a picture."""
    consumes = {s.name: {event.type for event in s.consumes} for s in SERVICES}
    lines = [
        "# The flow of events",
        "",
        "Made by `zhidai docs` from the services' own tables of what they hear.",
        "",
        "```mermaid",
        "flowchart LR",
        *(
            f"    {topic} -- {len(said)} --> {name}"
            for topic in sorted({event.topic for event in by_type().values()})
            for name, heard in sorted(consumes.items())
            if (said := [t for t in heard if by_type()[t].topic == topic]) and name != topic
        ),
        "```",
        "",
        "| event | said by | heard by | what it says |",
        "|---|---|---|---|",
    ]
    for name, event in sorted(by_type().items(), key=lambda pair: (pair[1].topic, pair[0])):
        listeners = (
            ", ".join(s for s, heard in sorted(consumes.items()) if name in heard) or "feed only"
        )
        summary = (event.__doc__ or "").strip().splitlines()[0]
        lines.append(f"| `{name}` | {event.topic} | {listeners} | {summary} |")
    return "\n".join(lines) + "\n"


def glossary() -> str:
    """The words of the field as the code and the scheme files spell them."""
    chapters = (
        ("Parties that bear or pay", vocabulary.PARTIES),
        ("Who may be paid without bearing", vocabulary.OUTSIDERS),
        ("Kinds of rights", vocabulary.IP_KINDS),
        ("Purposes of a loan", vocabulary.PURPOSES),
        ("The five classes of loan quality", vocabulary.RISK_CLASSES),
        ("Steps with a time limit", vocabulary.STEPS),
        ("Documents", vocabulary.DOCUMENTS),
        ("Facts a rule may ask for", vocabulary.FACTS),
        ("Figures of a pool", vocabulary.FIGURES),
    )
    lines = [
        "# Glossary",
        "",
        "Made by `zhidai docs` from `shared/glossary.py` and `shared/schemes/vocabulary.py`.",
        "",
        "## One thing, one name",
        "",
        "What the console and the messages call it, and what it is; a form explains its fields by the same",
        "words. No text uses another name for it (`tests/contracts/test_words.py`).",
        "",
        "| 中文 | English | 说明 | What it is |",
        "|---|---|---|---|",
    ]
    lines += [f"| {one.zh} | {one.en} | {one.says_zh} | {one.says_en} |" for one in TERMS.values()]
    for title, words in chapters:
        lines += ["", f"## {title}", "", "| 中文 | English | identifier |", "|---|---|---|"]
        lines += [f"| {word.zh} | {word.en} | `{name}` |" for name, word in words.items()]
    return "\n".join(lines) + "\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
