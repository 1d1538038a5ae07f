"""Who may call a route of a case: its life cycle says so, and no list beside it."""

from typing import Annotated, Any

from fastapi import Depends

from shared.auth.identity import EVERYBODY, Forbidden, Identity, requires
from shared.life_cycle import SYSTEM_ROLE, LifeCycle


def part_in(life_cycle: LifeCycle, *actions: str) -> Any:
    """A dependency that gives the caller, if the table names one of their roles for one of these
    actions (for any, if none is named). Raises Forbidden.

    From where the case stands it may still be another role's; the move itself asks that.
    """

    async def caller(identity: Annotated[Identity, Depends(requires(*EVERYBODY))]) -> Identity:
        moves = [move for move in life_cycle.moves if not actions or move.action in actions]
        roles = frozenset[str]().union(*(move.roles for move in moves)) - {SYSTEM_ROLE}
        if not identity.roles & roles:
            raise Forbidden(
                "您的角色不能进行此操作", "Your roles do not allow this.", required=sorted(roles)
            )
        return identity

    return Depends(caller)
