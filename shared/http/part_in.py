"""Who may call a route of a case: its life cycle says so, and no list beside it."""

from typing import Any

from fastapi import Depends
from starlette.requests import Request

from shared.auth.identity import EVERYBODY, Forbidden, Identity, Requires
from shared.life_cycle import SYSTEM_ROLE, LifeCycle


def part_in(life_cycle: LifeCycle, *actions: str) -> Any:
    """A dependency that gives the caller, if the table names one of their roles for one of these
    actions (for any, if none is named). Raises Forbidden.

    From where the case stands it may still be another role's; the move itself asks that.
    """
    moves = [move for move in life_cycle.moves if not actions or move.action in actions]
    return Depends(_PartIn(frozenset[str]().union(*(move.roles for move in moves)) - {SYSTEM_ROLE}))


class _PartIn(Requires):
    """Whoever has a role of a bank or the bureau, and then one of these."""

    def __init__(self, roles: frozenset[str]) -> None:
        super().__init__(frozenset(EVERYBODY))
        self._roles = roles

    async def __call__(self, request: Request) -> Identity:  # type: ignore[override]
        """The caller. Raises Forbidden."""
        identity = await super().__call__(request)
        if not identity.roles & self._roles:
            raise Forbidden(
                "您的角色不能进行此操作",
                "Your roles do not allow this.",
                required=sorted(self._roles),
            )
        return identity
