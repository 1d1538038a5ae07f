"""What other services say beside the matter of a page: shown where it is there, left out if not."""

from collections.abc import Awaitable, Mapping
from typing import Any

from services.console.upstream.client import Problem


async def or_none(reading: Awaitable[Any]) -> Any:
    """The answer; None where there is none, or it may not be seen, or nobody answers.

    Raises Problem (401) where the person must log in anew.
    """
    try:
        return await reading
    except Problem as problem:
        if problem.status == 401:
            raise
        return None


async def nothing() -> None:
    """Stands for a question that is not asked."""


def items(page: Mapping[str, Any] | list[Any] | None) -> list[Any]:
    """What stands on a page of a list; nothing where it was not asked for, or not answered.

    A service that is exchanged while the console runs may still be of the version that answered some
    lists bare.
    """
    if isinstance(page, list):
        return page
    return list(page["items"]) if page else []
