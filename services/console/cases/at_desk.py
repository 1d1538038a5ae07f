"""What the page of a case shows to the bureau alone: who keeps out, what is urgent, who looked."""

import asyncio
from typing import Any

from services.console.http.page_context import PageContext
from services.console.upstream.optional import items, nothing

_OF_DESK = frozenset({"reviewer", "approver", "leader", "pool_manager"})


async def at_desk(page: PageContext, case_id: str) -> dict[str, Any] | None:
    """None for whoever does not work at the desk."""
    assert page.person is not None
    roles = page.person.roles
    if not roles & (_OF_DESK | {"auditor"}):
        return None
    manages, says = "pool_manager" in roles, bool(roles & _OF_DESK)
    path = f"/applications/{case_id}"
    watches = bool(roles & {"pool_manager", "auditor"})
    staff, conflicts, priorities, looks, templates = await asyncio.gather(
        page.applications.get("/staff"),
        page.applications.get("/conflicts", case=case_id),
        page.applications.get(f"{path}/priorities") if says else nothing(),
        page.applications.get(f"{path}/looks") if watches else nothing(),
        page.applications.get(f"{path}/opinion-templates") if says else nothing(),
    )
    people = items(staff)
    return {
        "names": {one["subject"]: one["name"] for one in people},
        "reviewers": [one for one in people if "reviewer" in one["roles"]],
        "sayable": [
            one for one in people if says and (manages or one["subject"] == page.person.subject)
        ],
        "conflicts": items(conflicts),
        "priorities": items(priorities),
        "looks": items(looks) if watches else None,
        "people": people,
        "templates": items(templates),
        "manages": manages,
    }
