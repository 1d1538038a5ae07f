"""Who may call what: every route of the services, asked by everybody, written into one table.

`python -m tests.e2e.roles --write` writes `roles.csv` anew from what is answered; whoever does so
reads the difference. A cell says: `?` who are you, `-` not your role, `.` not there for you, `!` not
understood before anybody looked whose it is, `+` let in.

Who may not see the thing asks for it by its real id. Who may, asks to change one that is not there:
asking by role must change nothing.

Before a landing each route is asked by one of every kind that the table tells alike, others at each
route (`chosen`); whoever a route's own declaration keeps out is held against it cell by cell.
"""

import csv
import functools
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from shared.auth.identity import Requires
from tests.applications.office import CCB, ICBC
from tests.depth import WHOLE, some_of
from tests.e2e.api import APPS, ROUTES, WRITES, Route
from tests.e2e.town import BANK_ROLES, BUREAU_ROLES, GUARANTOR, Town

TABLE = Path(__file__).with_name("roles.csv")
ELSEWHERE = "elsewhere"
FOREIGN_PARTY = "BJ-DB"
"""A guarantor that no pool here knows."""
LEFT_OUT = {
    "applications PUT /sandbox/clock", "risk_pool PUT /sandbox/clock",
    "notifications PUT /sandbox/clock", "notifications GET /inbox/stream",
}  # fmt: skip
"""What moves every clock, and what is answered for as long as one listens; tried on their own."""


@dataclass(frozen=True)
class Asker:
    """Somebody at the door. `sees`: whether ICBC's things in the pool dongli are his to see."""

    name: str
    roles: tuple[str, ...] = ()
    institution: str = "*"
    pools: tuple[str, ...] = ("dongli",)
    sees: bool = False

    def at(self, town: Town, service: str) -> httpx.AsyncClient:
        """This person at the door of one service."""
        running = town.services[service]
        if self.name == "nobody":
            return running.anonymous()
        return running.as_(self.name, *self.roles, institution=self.institution, pools=self.pools)


ASKERS = (
    Asker("nobody"),
    Asker("no role"),
    *(Asker(f"ICBC {one}", (one,), ICBC, ("*",), True) for one in BANK_ROLES),
    Asker("ICBC bank_admin", ("bank_admin",), ICBC, ("*",)),
    Asker("CCB bank_operator", ("bank_operator",), CCB, ("*",)),
    Asker("CCB bank_checker", ("bank_checker",), CCB, ("*",)),
    Asker("ABC-TJ bank_operator", ("bank_operator",), "ABC-TJ", ("*",)),
    Asker(f"{GUARANTOR} party_clerk", ("party_clerk",), GUARANTOR, ("*",)),
    Asker(f"{FOREIGN_PARTY} party_clerk", ("party_clerk",), FOREIGN_PARTY, ("*",)),
    *(Asker(f"dongli {one}", (one,), sees=True) for one in BUREAU_ROLES),
    *(Asker(f"{ELSEWHERE} {one}", (one,), pools=(ELSEWHERE,)) for one in BUREAU_ROLES),
)
ASKED = tuple(route for route in ROUTES if str(route) not in LEFT_OUT)


async def cell(town: Town, own: Mapping[str, str], route: Route, asker: Asker) -> str:
    """What one asker is told at one route."""
    writes = route.method in WRITES
    url = route.url(**({} if writes and asker.sees else ids(route, own)))
    body = {"json": route.example} if writes and route.body_schema is not None else {}
    async with asker.at(town, route.service) as person:
        answer = await person.request(
            route.method.upper(), url, headers={"If-Match": '"1"'}, **body
        )
    assert answer.status_code < 500, (str(route), asker.name, answer.text)
    said = {401: "?", 403: "-", 404: ".", 422: "!"}.get(answer.status_code, "+")
    return "+" if said in ".!" and writes and asker.sees else said


def ids(route: Route, own: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a route, filled with what ICBC has."""
    found = dict(own)
    if "/inbox/" in route.path:
        found["message_id"] = own["inbox_id"]
    return found


async def asked(
    town: Town,
    own: Mapping[str, str],
    routes: Sequence[Route],
    askers: Mapping[str, Sequence[Asker]],
) -> dict[str, dict[str, str]]:
    """Route → asker → what each of its `askers` is told. Readers go first: nothing has moved."""
    ordered = sorted(routes, key=lambda route: route.method in WRITES)
    return {
        str(route): {one.name: await cell(town, own, route, one) for one in askers[str(route)]}
        for route in ordered
    }


def chosen(route: str, cells: str) -> list[Asker]:
    """Who asks at a route before a landing: all that the route itself has to refuse or hide, and of
    the bureau's roles two that are told the same, others at each route. In the whole all."""
    if WHOLE:
        return list(ASKERS)
    let_in = declared()[route]
    alike: dict[object, list[Asker]] = defaultdict(list)
    for asker, cell in zip(ASKERS, cells, strict=True):
        kept_out = let_in is not None and not let_in & set(asker.roles)
        if kept_out and asker.name != "nobody":
            alike["kept out"].append(asker)
        elif asker.institution == "*" and asker.roles and cell in ".+":
            alike[asker.pools, cell].append(asker)
        else:
            alike[asker].append(asker)
    return [one for kind, askers in alike.items() for one in some_of(askers, 2, of=(route, kind))]


@functools.cache
def declared() -> dict[str, frozenset[str] | None]:
    """Route → the roles that it lets in by its own declaration; None where it asks for none."""
    found: dict[str, frozenset[str] | None] = {}
    for service, app in APPS.items():
        for route in iter_route_contexts(app.routes):
            sets = list(_required(route.dependant)) if hasattr(route, "dependant") else []
            path = str(route.path_format).removeprefix("/api/v1")
            for method in route.methods or ():
                found[f"{service} {method} {path}"] = (
                    frozenset.intersection(*sets) if sets else None
                )
    return found


def _required(dependant: Dependant) -> Iterator[frozenset[str]]:
    """What each `requires` in the dependencies of a route lets in."""
    call: Any = dependant.call
    if isinstance(call, Requires):
        yield call.accepted
    for below in dependant.dependencies:
        yield from _required(below)


def expected() -> dict[str, str]:
    """The table as it is written down."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        assert tuple(next(rows)[1:]) == tuple(one.name for one in ASKERS), "the askers have changed"
        return {row[0]: "".join(row[1:]) for row in rows}


def write(table: Mapping[str, str]) -> None:
    """Write the table down."""
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["route", *(one.name for one in ASKERS)])
        rows.writerows([name, *cells] for name, cells in sorted(table.items()))


if __name__ == "__main__":
    import os
    import subprocess

    assert sys.argv[1:] == ["--write"], "usage: python -m tests.e2e.roles --write"
    raise SystemExit(
        subprocess.call(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-n0",
                str(Path(__file__).with_name("test_roles.py")),
            ],
            env={**os.environ, "ZHIDAI_ROLES": "write"},
        )
    )
