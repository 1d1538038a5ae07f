"""What a month's page shows beside its figures: the way, the month before, another version."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.client import Problem
from services.console.upstream.optional import nothing, or_none
from services.console.upstream.programmes import read_programmes


@dataclass(frozen=True)
class Beside:
    """What is shown beside the figures of a month."""

    way: list[dict[str, str]]
    comparison: Mapping[str, Any] | None
    versions: list[dict[str, Any]]
    """Versions to ask "what if" of; none for who may not ask."""
    what_if: Mapping[str, Any] | None
    problem: Problem | None
    """Why there is no answer to "what if"."""


async def beside(page: PageContext, pool: Mapping[str, Any], month: Mapping[str, Any]) -> Beside:
    """Everything beside a month's figures; `?version=` asks for another version of the measure."""
    path = f"/pools/{pool['code']}/settlements/{month['month']}"
    asks = page.person is not None and not page.person.is_of_bank
    comparison, programmes = await asyncio.gather(
        or_none(page.risk_pool.get(f"{path}/comparison")),
        or_none(read_programmes(page.risk_pool) if asks else nothing()),
    )
    version = page.request.query_params.get("version", "")
    what_if, problem = None, None
    if asks and version:
        try:
            what_if = await page.risk_pool.get(f"{path}/what-if", version=version)
        except Problem as refused:
            if refused.status == 401:
                raise
            problem = refused
    return Beside(
        way=_way(page, month),
        comparison=comparison,
        versions=_versions(programmes or [], pool["programme"]),
        what_if=what_if,
        problem=problem,
    )


def _versions(programmes: list[dict[str, Any]], programme: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(
        (one["versions"] for one in programmes if one["programme"] == programme), []
    )
    return [one for one in found if one["state"] in ("proposed", "published")]


def _way(page: PageContext, month: Mapping[str, Any]) -> list[dict[str, str]]:
    """The steps of the month with what is no move of anybody: its completeness, its statements."""
    steps = {step["action"]: dict(step) for step in month["progress"]}
    preview_is_on = steps["confirm"]["standing"] == "now"
    is_complete = month["completeness"]["is_complete"]
    complete = _step(page, "way-complete", "now" if preview_is_on and not is_complete else "done")
    if complete["standing"] == "now":
        steps["confirm"]["standing"] = "ahead"
    is_posted = steps["post"]["standing"] == "done"
    statements = _step(page, "way-statements", "done" if is_posted else "ahead")
    return [
        complete,
        *(steps[name] for name in ("preview", "confirm", "sign", "post")),
        statements,
        *(steps[name] for name in ("match", "close")),
    ]


def _step(page: PageContext, name: str, standing: str) -> dict[str, str]:
    words = page.texts(f"settlement.{name}")
    return {"zh": words, "en": words, "standing": standing}
