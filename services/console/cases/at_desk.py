"""What the page of a case shows to the bureau alone: who keeps out, what is urgent, who looked."""

from collections.abc import Mapping
from typing import Any

from services.console.http.page_context import PageContext

_OF_DESK = frozenset({"reviewer", "approver", "leader", "pool_manager"})


def at_desk(page: PageContext, whole: Mapping[str, Any]) -> dict[str, Any] | None:
    """Of a case with all its parts; None for whoever does not work at the desk."""
    assert page.person is not None
    roles, people = page.person.roles, whole["staff"]
    if people is None:
        return None
    manages, says = "pool_manager" in roles, bool(roles & _OF_DESK)
    return {
        "names": {one["subject"]: one["name"] for one in people},
        "reviewers": [one for one in people if "reviewer" in one["roles"]],
        "sayable": [
            one for one in people if says and (manages or one["subject"] == page.person.subject)
        ],
        "conflicts": whole["conflicts"] or [],
        "priorities": whole["priorities"] or [],
        "looks": whole["looks"],
        "people": people,
        "templates": whole["templates"] or [],
        "manages": manages,
    }
