"""Query parameters are those of the route, each once: a slip in a filter's name would list everything."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final, get_args, get_origin

from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import (
    get_flat_params,
    request_body_to_args,
    request_params_to_args,
)
from fastapi.exceptions import RequestValidationError
from pydantic_core import PydanticUndefined
from starlette.requests import Request

_MOST_NAME: Final = 64
"""Of a name that we repeat."""
_SEVERAL: Final = (list, tuple, set, frozenset)


async def known_query(request: Request) -> None:
    """A FastAPI dependency. Raises RequestValidationError for parameters that the route does not have,
    and for a second value where it takes one (`?limit=5&limit=500` says two things), with whatever else
    is wrong with the request's form."""
    if not request.scope["query_string"]:
        return
    route = _route_of(request)
    dependant = _ById(route.dependant)
    if _judges_itself(dependant):
        return
    takes = _takes(dependant)
    faults = [
        _unknown(name) if name not in takes else _repeated(name)
        for name, count in _counted(request).items()
        if name not in takes or (count > 1 and not takes[name])
    ]
    if faults:
        said = await _body_of(request) if route.dependant.body_params else PydanticUndefined
        others = list(_wrong_parameters(route.dependant, request))
        others += await _wrong_in_body(route, said)
        raise RequestValidationError(
            [*faults, *_each_once(others)], body=None if said is PydanticUndefined else said
        )


def _counted(request: Request) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for name, _ in request.query_params.multi_items():
        found[name] = found.get(name, 0) + 1
    return found


def _route_of(request: Request) -> Any:
    found = request.scope.get("fastapi", {}).get("effective_route_context")
    return found or request.scope["route"]


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


def _wrong_parameters(dependant: Dependant, request: Request) -> Iterator[Mapping[str, Any]]:
    """What FastAPI finds wrong with parameters once it comes to them."""
    for fields, given in (
        (dependant.path_params, request.path_params),
        (dependant.query_params, request.query_params),
        (dependant.header_params, request.headers),
        (dependant.cookie_params, request.cookies),
    ):
        yield from request_params_to_args(fields, given)[1]
    for part in dependant.dependencies:
        yield from _wrong_parameters(part, request)


async def _body_of(request: Request) -> Any:
    """The body as FastAPI hands it on: what is no JSON it has refused before, or leaves as bytes."""
    content = await request.body()
    if not content:
        return PydanticUndefined
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    is_json = kind == "application/json" or (
        kind.startswith("application/") and kind.endswith("+json")
    )
    return await request.json() if is_json else content


async def _wrong_in_body(route: Any, said: Any) -> list[dict[str, Any]]:
    fields = route.dependant.body_params
    if not fields or isinstance(said, bytes):
        return []
    _, errors = await request_body_to_args(
        fields, said, embed_body_fields=getattr(route, "_embed_body_fields", False)
    )
    return errors


def _each_once(errors: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """A parameter that several parts of a route ask for is told once."""
    seen = set()
    for one in errors:
        key = (tuple(one["loc"]), one["type"])
        if key not in seen:
            seen.add(key)
            yield one


def _unknown(name: str) -> Mapping[str, Any]:
    return _fault(
        name[:_MOST_NAME],
        "unknown-field",
        "没有这个查询参数，请核对拼写",
        "There is no such query parameter; please check its spelling.",
    )


def _repeated(name: str) -> Mapping[str, Any]:
    return _fault(name, "repeated", "该查询参数只能给一次", "This parameter may be given once.")


def _fault(name: str, code: str, zh: str, en: str) -> Mapping[str, Any]:
    """As pydantic tells an error that knows its own words."""
    words = {"code": code, "zh": zh, "en": en}
    return {"type": code, "loc": ("query", name), "msg": en, "ctx": words}
