"""Every route of the three services, as their own OpenAPI describes it, and bodies to send there.

Nothing here names a route: one that is added tomorrow is tried tomorrow.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import FastAPI

from services.applications.main import SERVICE as APPLICATIONS
from services.notifications.main import SERVICE as NOTIFICATIONS
from services.risk_pool.main import SERVICE as RISK_POOL
from shared.messaging.local import LocalTransport
from shared.service import Service, build
from tests.notifications.conftest import SETTINGS

SERVICES = (APPLICATIONS, RISK_POOL, NOTIFICATIONS)
WRITES = ("post", "put", "patch", "delete")
LONG = 5000
"""Characters. A text that may be longer is a whole file."""
WRONG_VALUES: dict[str, tuple[Any, ...]] = {
    "money": (
        "1e9", 1000000, -3, 1.5, "-1e3", "1.000", "１００", "", "1,000.00", "0x10", "NaN", "+1",
        "99999999999999999999.00", True, None,
    ),
    "integer": ("3", 1.5, -(10**40), 10**40, True, "", None, [], "三"),
    "boolean": ("true", 1, "", None, []),
    "date": (0, "2026-02-30", "20260301", "2026-3-1", "2026-03-01T00:00:00Z", "", None, "昨天"),
    "date-time": (0, "2026-03-01", "2026-03-01T00:00:00", "2026-13-01T00:00:00Z", "", None),
    "uuid": (0, "not-a-uuid", "", None, "00000000-0000-0000-0000-00000000000g"),
    "choice": ("no-such-option", "", 0, None, {}),
    "choice of numbers": ("no-such-option", "", 99, 1.5, None, {}),
    "text": (0, True, None, [], {}, "a\x00b", "过" * LONG),
    "file": (0, True, None, [], {}, "a\x00b"),
    "object": ("text", 0, [], None),
    "list": ("text", 0, {}, None),
}  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One operation of one service."""

    service: str
    method: str
    path: str
    operation: dict[str, Any]
    schemas: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.service} {self.method.upper()} {self.path.removeprefix('/api/v1')}"

    @property
    def body_schema(self) -> dict[str, Any] | None:
        """What its JSON body must be, if it takes one."""
        content = self.operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return None if schema is None else self.resolved(schema)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema itself: references followed, `null` left out."""
        while True:
            if "$ref" in schema:
                schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
            elif one := next((s for s in schema.get("anyOf", ()) if s.get("type") != "null"), None):
                schema = one
            else:
                return schema

    def parameters(self, where: str) -> list[dict[str, Any]]:
        """Its parameters in the path, the query or the header."""
        return [one for one in self.operation.get("parameters", ()) if one["in"] == where]

    def url(self, **values: Any) -> str:
        """Its path below /api/v1, where nothing is."""
        path = self.path.removeprefix("/api/v1")
        for one in self.parameters("path"):
            value = values.get(one["name"], unknown(one["name"], self.resolved(one["schema"])))
            path = path.replace("{" + one["name"] + "}", str(value))
        asked = {
            one["name"]: self._right(one["schema"])
            for one in self.parameters("query")
            if one.get("required")
        }
        return f"{path}?{urlencode(asked, doseq=True)}" if asked else path

    def leaves(self) -> list[tuple[tuple[str | int, ...], str, bool]]:
        """Every place of its body: the path there, what belongs there, whether null may."""
        schema = self.body_schema
        return [] if schema is None else list(self._leaves(schema, ()))

    def _leaves(
        self, schema: dict[str, Any], path: tuple[str | int, ...]
    ) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
        for name, raw in schema.get("properties", {}).items():
            below = self.resolved(raw)
            nullable = any(s.get("type") == "null" for s in raw.get("anyOf", ()))
            here = (*path, name)
            if below.get("type") == "array":
                item = self.resolved(below.get("items", {}))
                if item.get("type") == "object" and "properties" in item:
                    yield from self._leaves(item, (*here, 0))
                else:
                    yield here, "list", nullable
            elif below.get("properties"):
                yield from self._leaves(below, here)
            else:
                yield here, kind_of(below), nullable

    @property
    def example(self) -> Any:
        """A body that its description gives as right, or the least that has its shape."""
        schema = self.body_schema
        return None if schema is None else self._right(schema)

    def _right(self, schema: dict[str, Any]) -> Any:
        schema = self.resolved(schema)
        if schema.get("examples"):
            return schema["examples"][0]
        if "properties" in schema:
            required = schema.get("required", ())
            return {name: self._right(schema["properties"][name]) for name in required}
        if schema.get("type") == "array":
            return [self._right(schema["items"])]
        if "enum" in schema:
            return schema["enum"][0]
        right = {"date": "2026-03-02", "date-time": "2026-03-02T09:00:00+08:00"}
        if schema.get("type") == "string":
            return (
                str(uuid4())
                if schema.get("format") == "uuid"
                else right.get(schema.get("format", ""), "一切如常")
            )
        return {"integer": 1, "boolean": False}.get(str(schema.get("type")), {})


def kind_of(schema: dict[str, Any]) -> str:
    """Which wrong values are wrong here; "" where nearly everything goes."""
    if "enum" in schema or "const" in schema:
        return "choice of numbers" if schema.get("type") == "integer" else "choice"
    if schema.get("type") == "string":
        if schema.get("format") in ("date", "date-time", "uuid"):
            return str(schema["format"])
        if schema.get("maxLength", 0) > LONG:
            return "file"
        return "money" if "Yuan" in schema.get("description", "") else "text"
    return {"integer": "integer", "boolean": "boolean", "object": "object"}.get(
        str(schema.get("type")), ""
    )


def unknown(name: str, schema: dict[str, Any]) -> Any:
    """A value of the right shape that names nothing."""
    if schema.get("format") == "uuid":
        return uuid4()
    if schema.get("type") == "integer":
        return schema.get("maximum", 987654321)
    if "enum" in schema:
        return schema["enum"][0]
    return {"month": "2026-03", "form": "pdf"}.get(name, "nosuch")


def placed(values: Sequence[tuple[tuple[str | int, ...], Any]]) -> Any:
    """One JSON value that has all these values in their places."""
    root: dict[str, Any] = {}
    for path, value in values:
        here: Any = root
        for part, after in zip(path, (*path[1:], None), strict=True):
            if after is None:
                here[part] = value
            elif isinstance(part, int):
                here = here[part]
            else:
                here = here.setdefault(part, [{}] if isinstance(after, int) else {})
    return root


def pointer(path: Sequence[str | int]) -> str:
    """The JSON Pointer to a place."""
    return "#" + "".join(f"/{part}" for part in path)


def _built(service: Service) -> FastAPI:
    settings: dict[str, Any] = {
        **SETTINGS,
        "environment": "sandbox",
        "database_url": "postgresql://nobody@nowhere/nothing",
        "transport": "local",
        "token_issuer": "nobody",
        "token_keys": "/nowhere",
    }
    return build(service, service.settings_type(**settings), transport=LocalTransport([]))


def _routes() -> Iterator[Route]:
    for name, described in DESCRIBED.items():
        for path, operations in described["paths"].items():
            for method, operation in operations.items():
                yield Route(
                    service=name,
                    method=method,
                    path=path,
                    operation=operation,
                    schemas=described["components"]["schemas"],
                )


APPS = {service.name: _built(service) for service in SERVICES}
"""Each service as it is built, not started."""
DESCRIBED: dict[str, dict[str, Any]] = {name: app.openapi() for name, app in APPS.items()}
"""The OpenAPI document of each service."""
ROUTES = tuple(_routes())
WRITING = tuple(route for route in ROUTES if route.method in WRITES)
WITH_BODY = tuple(route for route in WRITING if route.body_schema is not None)
READING = tuple(route for route in ROUTES if route.method == "get")
