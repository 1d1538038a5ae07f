"""A list's two routes: page by page, and as a file of all that matches."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from enum import Enum
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import StreamingResponse

from shared.auth.identity import Identity
from shared.http.context import CurrentContext
from shared.http.grid_files import FILE, Form, sent_as_file
from shared.http.grids import Asked, GridPage, Listed, asked_of, page_asked, sort_of
from shared.postgres.grids import Grid


def serve_list(
    router: APIRouter,
    path: str,
    listed: Listed[Any],
    answer: type[BaseModel],
    *,
    caller: Any,
    wanted: Callable[..., Awaitable[dict[str, Any]]],
    says: str,
    tags: Sequence[str | Enum] = (),
    named: str = "",
    grid_of: Callable[..., Awaitable[Grid | None]] | None = None,
) -> None:
    """Add GET /<path> and GET /<path>/export.{csv|xlsx}.

    `caller`: the annotation of who may ask; `wanted`: the dependency that reads what the list is
    narrowed by, as conditions; `says`: what the list is, for OpenAPI, whose operations are called by
    `named` where it is not the path; `grid_of`: the dependency that says what the list is read from, where
    that is asked for, too: rows beside those of `listed`, with its orders.
    """
    where_asked = Annotated[dict[str, Any], Depends(wanted)]
    part_asked = Annotated[Asked, Depends(asked_of(listed.grid))]
    order_asked = sort_of(listed.grid)
    grid_asked = Annotated[Grid | None, Depends(grid_of or _as_declared)]
    who = caller

    async def pages(
        caller: who, context: CurrentContext, where: where_asked, asked: part_asked,  # type: ignore[valid-type]
        grid: grid_asked,
    ) -> Any:  # fmt: skip
        return await page_asked(context, caller, _read(listed, caller, grid), where, asked)

    async def file(
        file_form: Form, request: Request, caller: who, context: CurrentContext,  # type: ignore[valid-type]
        where: where_asked, grid: grid_asked, sort: order_asked = None,  # type: ignore[valid-type]
    ) -> StreamingResponse:  # fmt: skip
        return await sent_as_file(
            request, context, caller, _read(listed, caller, grid), where, sort=sort, form=file_form
        )

    router.add_api_route(
        f"/{path}",
        pages,
        name=f"list_{named or path}",
        description=says,
        response_model=GridPage[answer],  # type: ignore[valid-type]
        tags=list(tags),
    )
    router.add_api_route(
        f"/{path}/export.{{file_form}}",
        file,
        name=f"export_{named or path}",
        description="The same as a file: all that matches, in the same order.",
        response_class=StreamingResponse,
        responses=FILE,
        tags=list(tags),
    )


async def _as_declared() -> Grid | None:
    return None


def _read(listed: Listed[Any], caller: Identity, grid: Grid | None) -> Listed[Any]:
    return listed.read_by(caller) if grid is None else replace(listed, grid=grid)
