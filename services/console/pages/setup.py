"""Setting up: the banks, the pools and the lines that must be there before a bank can submit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from services.console.http.development import somebody_with
from services.console.http.forms import NOTHING_SENT, Attempt, once
from services.console.http.page_context import Page, PageContext
from services.console.http.today import today
from services.console.pages.programmes import PROPOSER, PUBLISHER
from services.console.setup.forms import FORMS
from services.console.upstream.installation import Installation, read_installation
from services.console.upstream.programmes import PARTNER_ROLES

router = APIRouter()

FormName = Literal["bank", "pool", "line", "party"]


@dataclass(frozen=True)
class Step:
    """One thing that an installation needs; `path` is where somebody with `role` does it."""

    name: str
    role: str
    path: str
    is_done: bool


def steps_of(installation: Installation) -> list[Step]:
    """The steps in their order. A bank can submit without money, but nothing is reserved."""
    bank, pool, line = (
        Step(name, FORMS[name].role, f"/setup/{name}", bool(there))
        for name, there in (
            ("bank", installation.banks),
            ("pool", installation.pools),
            ("line", installation.lines),
        )
    )
    pools = installation.pools
    at = f"/pools/{pools[0]['code']}/cash/new" if pools else "/pools"
    money = Step("money", "finance_maker", at, installation.has_money)
    return [bank, *_publishing(installation), pool, line, money]


def _publishing(installation: Installation) -> list[Step]:
    """One person proposes a programme, another publishes it."""
    is_published, proposed = bool(installation.open_programmes), installation.proposed_version
    waits = f"/programmes/{proposed['programme']}/{proposed['number']}" if proposed else ""
    return [
        Step("programme", PROPOSER, "/programmes/new", is_published or proposed is not None),
        Step("publish", PUBLISHER, waits or "/programmes", is_published),
    ]


@router.get("/setup")
async def setup(page: Page) -> Response:
    """What there is, what is missing still, and where it is done."""
    installation = await read_installation(page.apis)
    steps = steps_of(installation)
    next_step = next((step for step in steps if not step.is_done), None)
    return page.render(
        "setup.html",
        installation=installation,
        steps=steps,
        next_step=next_step,
        substitute=somebody_with(page, next_step.role) if next_step else None,
        offers_demo=page.console.demo is not None and installation.is_empty,
        knows_demo=page.console.settings.environment != "production",
    )


@router.get("/setup/{name}")
async def form(page: Page, name: FormName) -> Response:
    """An empty form."""
    return await _show(page, name, NOTHING_SENT)


@router.post("/setup/{name}")
async def send(page: Page, name: FormName) -> Response:
    """Register what a form says, then look at what is missing still."""
    known = FORMS[name]
    return await page.answer_form(
        lambda sent: known.send(page, sent, once(sent)),
        show=lambda attempt: _show(page, name, attempt),
        done=lambda _: page.redirect("/setup", f"done.setup-{name}"),
    )


async def _show(page: PageContext, name: FormName, attempt: Attempt) -> Response:
    installation = await read_installation(page.apis)
    known = FORMS[name]
    assert page.person is not None
    return page.render(
        "setup_form.html",
        attempt=attempt,
        name=name,
        role=known.role,
        is_allowed=known.role in page.person.roles,
        substitute=somebody_with(page, known.role),
        lacks=_lacking(name, installation),
        installation=installation,
        programmes=installation.open_programmes,
        partner_roles=PARTNER_ROLES,
        today=await today(page),
    )


def _lacking(name: FormName, installation: Installation) -> str:
    """The step that must come before this one; "" where nothing is in the way."""
    before: Mapping[str, tuple[str, ...]] = {
        "pool": ("programme",),
        "line": ("bank", "pool"),
        "party": ("pool",),
    }
    there: Mapping[str, object] = {
        "bank": installation.banks,
        "programme": installation.open_programmes,
        "pool": installation.pools,
    }
    return next((step for step in before.get(name, ()) if not there[step]), "")
