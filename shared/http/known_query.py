"""Query parameters are those of the route, each once: a slip in a filter's name would list everything."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import Request

from shared.http.problem import MOST_ERRORS
from shared.refusals import FieldFault, FieldsWrong

_MOST_NAME: Final = 64
"""Of a name that we repeat."""
_SEVERAL: Final = (list, tuple, set, frozenset)


async def known_query(request: Request) -> None:
    """A FastAPI dependency. Raises FieldsWrong for parameters that the route does not have, and for a
    second value where it takes one: `?limit=5&limit=500` says two things."""
    if not request.url.query:
        return
    dependant = _dependant_of(request)
    if _judges_itself(dependant):
        return
    takes = _takes(dependant)
    faults = [
        _unknown(name) if name not in takes else _repeated(name)
        for name, count in _counted(request).items()
        if name not in takes or (count > 1 and not takes[name])
    ]
    if faults:
        raise FieldsWrong(faults[:MOST_ERRORS])


def _counted(request: Request) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name, _ in request.query_params.multi_items():
        found[name] = found.get(name, 0) + 1
    return found


def _dependant_of(request: Request) -> "_ById":
    route: Any = request.scope.get("fastapi", {}).get("effective_route_context")
    return _ById((route or request.scope["route"]).dependant)


class _ById:
    """A route's parameters, compared by being the same: they do not change once it is served."""

    def __init__(self, dependant: Dependant) -> None:
        self.dependant = dependant

    def __hash__(self) -> int:
        return id(self.dependant)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.dependant is other.dependant


@lru_cache(maxsize=4096)
def _judges_itself(route: _ById) -> bool:
    """Whether its query is one model that takes nothing else, and names it with all other faults."""
    models = [field.field_info.annotation for field in _query_of(route.dependant)]
    return any(getattr(one, "model_config", {}).get("extra") == "forbid" for one in models)


@lru_cache(maxsize=4096)
def _takes(route: _ById) -> Mapping[str, bool]:
    """The names of a route's query parameters, and whether each may stand several times."""
    query = list(_query_of(route.dependant))
    fields = get_flat_params(Dependant(query_params=query))
    return {field.alias: _is_several(field.field_info.annotation) for field in fields}


def _query_of(dependant: Dependant) -> Iterator[Any]:
    yield from dependant.query_params
    for part in dependant.dependencies:
        yield from _query_of(part)


def _is_several(annotation: Any) -> bool:
    if get_origin(annotation) in _SEVERAL or annotation in _SEVERAL:
        return True
    return any(_is_several(part) for part in get_args(annotation))


def _unknown(name: str) -> FieldFault:
    return FieldFault(
        (name[:_MOST_NAME],),
        "unknown-field",
        "没有这个查询参数，请核对拼写",
        "There is no such query parameter; please check its spelling.",
        location="query",
    )


def _repeated(name: str) -> FieldFault:
    return FieldFault(
        (name,), "repeated", "该查询参数只能给一次", "This parameter may be given once.",
        location="query",
    )  # fmt: skip
