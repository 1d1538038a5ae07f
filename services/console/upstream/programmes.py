"""The programmes under which a pool may be opened, and the files from which one may be proposed.

What is published the risk pool says. The files come with the programme itself; they bind nobody
before two persons have published one.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from services.console.upstream.client import Api
from services.console.upstream.optional import items
from shared.schemes import library
from shared.schemes.completeness import live_modes
from shared.schemes.publication import Publication
from shared.schemes.vocabulary import PARTIES, Words

PARTNER_ROLES = tuple(role for role in PARTIES if role not in ("pool", "bank"))
"""Whom one can let into a pool beside banks: who pays in, who shares the loss."""

_NAMED = re.compile(r"^programme:\s*[\"']?([a-z][a-z0-9_]*)", re.MULTILINE)


async def read_programmes(risk_pool: Api) -> list[dict[str, Any]]:
    """Every programme with its versions, as the person may see them. Raises Problem."""
    return items(await risk_pool.get("/programmes"))


def opening_pools(programmes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with a published version under which a pool may be opened."""
    return [one for one in programmes if one["opens_pools"]]


@dataclass(frozen=True)
class ProgrammeFile:
    """A file that may be proposed as a version."""

    code: str
    name: Words
    place: Words


@cache
def programme_files() -> tuple[ProgrammeFile, ...]:
    """The files with a live mode, those that share losses and those of subsidies alone."""
    schemes = [library.load(name) for name in library.programmes()]
    return tuple(
        ProgrammeFile(scheme.programme, scheme.name, scheme.place)
        for scheme in schemes
        if live_modes(scheme)
    )


def publication_of_file(programme: str) -> Publication:
    """What is published of a programme's file. Raises NoSuchScheme."""
    return library.publication_of(library.path_of(programme))


def publication_of_text(programme: str, text: str) -> Publication:
    """What is published of a text of one's own, with the common rules that it names.

    A browser sends lines that end in CR LF; the bytes are hashed as they stand in a file.
    """
    whole = text.replace("\r\n", "\n").rstrip("\n") + "\n"
    return Publication(programme, whole, library.extended_by(whole))


def named_in(text: str) -> str:
    """The programme that a text is about; "" where it does not say."""
    found = _NAMED.search(text)
    return found[1] if found else ""


def first_day_of(publication: Publication) -> date | None:
    """The first day of a text's validity; None where it cannot be read."""
    scheme, _ = publication.read()
    return scheme.valid_from if scheme else None
