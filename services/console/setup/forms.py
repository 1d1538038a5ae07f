"""The forms of setting up: who may send each, what it becomes at its service, where a no belongs."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData

from services.console.http.forms import amount, text
from services.console.http.page_context import PageContext
from services.console.upstream.client import Problem
from services.console.upstream.optional import items

Send = Callable[[PageContext, FormData, str], Awaitable[Any]]
"""Sends a filled-in form under its key. Raises Problem."""


@dataclass(frozen=True)
class SetupForm:
    """One form. `role` is whom the service lets do it; the console only says so beforehand."""

    role: str
    _send: Send
    places: Mapping[str, str]
    """A refusal's code → the JSON pointer of the field that it is about."""

    async def send(self, page: PageContext, form: FormData, key: str) -> None:
        """Send it; a refusal that is about one field names it. Raises Problem."""
        try:
            await self._send(page, form, key)
        except Problem as problem:
            place = self.places.get(problem.code)
            if place is None or problem.errors:
                raise
            at_the_field = [{"pointer": place, "message": problem.detail}]
            raise replace(problem, errors=at_the_field) from problem


async def _send_bank(page: PageContext, form: FormData, key: str) -> None:
    await page.applications.post("/banks", _texts(form, "code", "name", "uscc"), key=key)


async def _send_pool(page: PageContext, form: FormData, key: str) -> None:
    contributor = {
        name: text(form, f"contributor_{name}")
        for name in ("code", "role", "name")
        if text(form, f"contributor_{name}")
    }
    pool = _texts(form, "code", "name", "programme", "opened_on")
    parties = {"parties": [contributor] if contributor else []}
    await page.risk_pool.post("/pools", pool | parties, key=key)


async def _send_line(page: PageContext, form: FormData, key: str) -> None:
    pool, code = _pool_of(form), text(form, "code")
    line: dict[str, Any] = {
        "amount": amount(form, "amount"),
        "valid_from": text(form, "valid_from"),
        "note": text(form, "note"),
    }
    for name, given in (
        ("valid_to", text(form, "valid_to")),
        ("pool_share", amount(form, "pool_share")),
    ):
        if given:
            line[name] = given
    bank = {"code": code, "role": "bank", "name": await _name_of(page, pool, code), "line": line}
    await page.risk_pool.post(f"/pools/{pool}/parties", bank, key=key)


async def _name_of(page: PageContext, pool: str, code: str) -> str:
    """A bank's name: as it takes part in the pool already, else as it is registered."""
    parties = items(await page.risk_pool.get(f"/pools/{pool}/parties"))
    banks = items(await page.applications.get("/banks"))
    return next((str(one["name"]) for one in (*parties, *banks) if one["code"] == code), "")


async def _send_party(page: PageContext, form: FormData, key: str) -> None:
    party = _texts(form, "code", "role", "name")
    await page.risk_pool.post(f"/pools/{_pool_of(form)}/parties", party, key=key)


def _pool_of(form: FormData) -> str:
    """The chosen pool, as it may stand in an address."""
    return quote(text(form, "pool"), safe="")


def _texts(form: FormData, *names: str) -> dict[str, Any]:
    return {name: text(form, name) for name in names}


_SCHEME = {
    "no-such-scheme": "/programme",
    "scheme-not-published": "/opened_on",
    "scheme-not-live": "/programme",
    "scheme-not-in-force": "/opened_on",
}
FORMS: Mapping[str, SetupForm] = {
    "bank": SetupForm("admin", _send_bank, {"bank-exists": "/code"}),
    "pool": SetupForm("pool_manager", _send_pool, {"pool-exists": "/code", **_SCHEME}),
    "line": SetupForm(
        "pool_manager",
        _send_line,
        {
            "line-exists": "/line/valid_from",
            "line-by-agreement": "/line/amount",
            "party-differs": "/code",
        },
    ),
    "party": SetupForm("pool_manager", _send_party, {"party-differs": "/code"}),
}
