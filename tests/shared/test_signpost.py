"""A request goes to the route to which asking all routes in their order would bring it."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from starlette.routing import BaseRoute, Match

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.http.signpost import Signpost
from shared.service import Service

Found = tuple[Any, dict[str, Any]] | None
"""The route, by its function, and what its path says."""


def asked_in_order(routes: Sequence[BaseRoute], scope: dict[str, Any]) -> Found:
    for route in iter_route_contexts(routes):
        match, found = route.matches(dict(scope))
        if match is Match.FULL:
            return found["endpoint"], found["path_params"]
    return None


def shown(signpost: Signpost, scope: dict[str, Any]) -> Found:
    match, found = signpost.matches(dict(scope))
    if match is not Match.FULL:
        return None
    assert found["route"].endpoint is found["endpoint"]
    return found["endpoint"], found["path_params"]


def paths_like(path_format: str) -> Iterator[str]:
    filled = path_format.replace("{", "").replace("}", "")
    yield from (filled, f"{filled}/", f"{filled}x", f"{filled}/content", filled.replace("/v1", ""))


@pytest.mark.parametrize(
    "service", [APPLICATIONS, RISK_POOL, NOTIFICATIONS], ids=lambda one: one.name
)
def test_every_path_and_method_of_a_service_leads_where_asking_in_order_leads(service: Service):
    routes = service.api.routes
    found = 0
    for route in iter_route_contexts(routes):
        for path in paths_like(str(route.path_format)):
            for method in ("GET", "POST"):
                scope = {"type": "http", "method": method, "path": path, "root_path": ""}
                here = shown(service.signpost, scope)
                assert here == asked_in_order(routes, scope), (method, path)
                found += here is not None
    assert found >= len(list(iter_route_contexts(routes))) / 2


def test_the_first_of_two_routes_answers_and_what_none_takes_is_refused_as_ever():
    router = APIRouter()
    for path in ("/loans/mine", "/loans/{loan_id}", "/loans/{loan_id}.csv", "/files/{name:path}"):
        router.add_api_route(path, lambda path=path: path, methods=["GET"])
    inner = APIRouter()
    inner.include_router(router, prefix="/api/v1")
    app = FastAPI()
    app.router.routes += [Signpost(inner.routes), *inner.routes]

    with TestClient(app) as client:
        answers = {
            path: client.get(f"/api/v1/{path}").json()
            for path in ("loans/mine", "loans/7", "loans/7.csv", "files/a/b/c")
        }
        assert answers == {
            "loans/mine": "/loans/mine",
            "loans/7": "/loans/{loan_id}",
            # The first that takes it, as ever.
            "loans/7.csv": "/loans/{loan_id}",
            "files/a/b/c": "/files/{name:path}",
        }
        assert client.get("/api/v1/loans").status_code == 404
        assert client.post("/api/v1/loans/7").status_code == 405
        assert client.get("/api/v1/loans/mine/", follow_redirects=False).status_code == 307
