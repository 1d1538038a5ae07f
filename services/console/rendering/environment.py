"""Templates and static files: one Jinja environment, with the words and the formats in reach."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from services.console.rendering import (
    charts,
    explanations,
    formats,
    report_tables,
    trail_words,
    trends,
)
from services.console.rendering.catalogue import LANGUAGES, Texts
from services.console.rendering.change_bars import change_bar
from services.console.rendering.tag_colours import tag_colour
from shared.divisions import division_name

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"


class Renderer:
    """Renders pages. A name that a page uses and nobody gave is an error, not a blank."""

    def __init__(self, *, in_production: bool) -> None:
        self._environment = _environment(in_production)

    def render(self, template: str, texts: Texts, **context: Any) -> str:
        """The HTML of a template in a language."""
        return self._environment.get_template(template).render(t=texts, **context)


@cache
def _environment(in_production: bool) -> Environment:
    """Once for every console of this process: its templates are compiled once."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "yuan": formats.yuan,
        "wan": formats.wan,
        "percent": formats.percent,
        "moment": formats.moment,
        "at": formats.at,
        "named": formats.named,
        "numbered": formats.numbered,
        "month": formats.month,
        "division": division_name,
        "day": formats.day,
        "count": formats.count,
        "version": formats.version,
        "version_day": formats.version_day,
        "programme": formats.programme,
        "looked_for": formats.looked_for,
        "business_number": formats.business_number,
        "browser": formats.browser,
    }
    environment.tests["amount"] = formats.is_amount
    environment.globals |= {
        "trends": trends,
        "words": trail_words,
        "asset": asset,
        "in_production": in_production,
        "languages": LANGUAGES,
        "ratio_bp": formats.ratio_bp,
        "share_percent": formats.share_percent,
        "times": formats.times,
        "figures": formats.figures,
        "fact_of": formats.fact_of,
        "event_words": formats.event_words,
        "figure_lines": formats.figure_lines,
        "change_bar": change_bar,
        "charts": charts,
        "reports": report_tables,
        "tag_colour": tag_colour,
        "steps_of": explanations.steps_of,
        "version_of": explanations.version_of,
    }
    return environment


@cache
def asset(name: str) -> str:
    """The address of a static file, which changes with its content so that it may be kept."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


class CachedFiles(StaticFiles):
    """Static files whose versioned addresses a browser may keep for a year."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or Starlette's 404."""
        response = await super().get_response(path, scope)
        kept = scope.get("query_string", b"").startswith(b"v=")
        response.headers["Cache-Control"] = (
            "public, max-age=31536000, immutable" if kept else "public, max-age=300"
        )
        return response
