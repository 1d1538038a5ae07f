"""What client generators and linters want of an OpenAPI document, and FastAPI leaves out.

Names of operations that a person would call, the tags and the server, every error by its status, bounds
of dates where a reader looks for them, and no parts that nothing refers to.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from ruamel.yaml import YAML

from shared.http.part_names import PLACE, name_parts
from shared.http.problem import BY_STATUS
from shared.http.problem_schema import REQUEST_WRONG
from shared.refusals import ABOUT_THE_REQUEST

_METHODS: Final = ("get", "put", "post", "delete", "patch")
_ABOUT: Final = """Amounts are decimal strings of yuan, dates are texts such as 2026-03-31, rates whole
basis points. Every POST takes an Idempotency-Key and may be repeated with it. Every error is a problem
(RFC 9457) with a stable code, in Chinese, or in English by Accept-Language."""


def complete(app: FastAPI) -> None:
    """Complete the application's description, whatever has been added to it so far."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None and "servers" in app.openapi_schema:
            return app.openapi_schema
        described = generate()
        described["info"] |= {
            "description": " ".join(_ABOUT.split()),
            "contact": {"name": "The operator of your installation"},
            "license": {"name": "All rights reserved", "identifier": "LicenseRef-Zhidai"},
        }
        described["servers"] = [
            {"url": "/", "description": "The service that serves this document."}
        ]
        operations = list(_operations(described))
        _name(operations)
        for path, operation in operations:
            operation.setdefault("security", [])
            _tell_errors(path, operation)
        used = sorted({tag for _, operation in operations for tag in operation.get("tags", ())})
        described["tags"] = [{"name": tag, "description": _tags()[tag]} for tag in used]
        described["components"].setdefault("responses", {}).update(_responses())
        _bound_dates(described)
        _give_nulls_back(described["components"]["schemas"])
        _drop_unused(described)
        name_parts(described)
        app.openapi_schema = described
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield path, methods[method]


def _name(operations: list[tuple[str, dict[str, Any]]]) -> None:
    """By the function's name; with the tag where two functions of a service have one name."""
    short = [operation["operationId"].split("_api_v1_")[0] for _, operation in operations]
    count = Counter(short)
    for name, (_, operation) in zip(short, operations, strict=True):
        tag = re.sub("[^a-z]+", "_", operation["tags"][0].lower())
        operation["operationId"] = name if count[name] == 1 else f"{name}_{tag}"


def _tell_errors(path: str, operation: dict[str, Any]) -> None:
    """Name the statuses that can come, so that clients have a type for each."""
    parameters = operation.get("parameters", ())
    can_come = {429, 503}
    if operation["security"]:
        can_come |= {401, 403}
    if "{" in path:
        can_come.add(404)
    if parameters or "requestBody" in operation:
        can_come.add(422)
    if "requestBody" in operation:
        can_come |= {400, 413, 415}
    if any(one["name"].lower() == "idempotency-key" for one in parameters):
        can_come.add(409)
    responses = operation["responses"]
    anyway = responses["default"]
    for status in map(str, sorted(can_come)):
        if responses.get(status, anyway) in (anyway, REQUEST_WRONG):
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


@cache
def _tags() -> dict[str, str]:
    table = YAML(typ="safe").load(Path(__file__).with_name("tags.yaml"))
    return {str(tag): str(said) for tag, said in table.items()}


def _responses() -> dict[str, Any]:
    wrong, other = (
        {"application/problem+json": {"schema": {"$ref": f"{PLACE}{shape}"}}}
        for shape in ("RequestProblem", "Problem")
    )
    return {
        f"Problem{status}": {
            "description": f"{english} Code: `{code}` or one that says more.",
            "content": wrong if status in ABOUT_THE_REQUEST else other,
        }
        for status, (code, _, english) in BY_STATUS.items()
        if status not in (405, 406, 500)
    }


def _bound_dates(part: Any) -> None:
    """Bounds of dates as extensions and in words: OpenAPI knows bounds of numbers alone."""
    if isinstance(part, list):
        for one in part:
            _bound_dates(one)
    elif isinstance(part, dict):
        first, last = part.get("ge"), part.get("le")
        if part.get("format") == "date" and isinstance(first, str) and isinstance(last, str):
            del part["ge"], part["le"]
            part |= {"x-minimum": first, "x-maximum": last}
            said = part.get("description", "")
            part["description"] = f"{said} From {first} to {last}.".strip()
        for one in part.values():
            _bound_dates(one)


def _give_nulls_back(schemas: Mapping[str, Any]) -> None:
    """FastAPI loses each null on its way, and with it the examples' members that are null."""
    for schema in schemas.values():
        for example in schema.get("examples", ()):
            _fill(example, schema, schemas)


def _fill(example: Any, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    while "$ref" in schema:
        schema = schemas[schema["$ref"].removeprefix(PLACE)]
    if isinstance(example, list):
        for one in example:
            _fill(one, schema.get("items", {}), schemas)
    elif isinstance(example, dict):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if {"type": "null"} in known.get(name, {}).get("anyOf", ()):
                example.setdefault(name, None)
        for name, value in example.items():
            _fill(value, known.get(name, {}), schemas)


def _drop_unused(described: dict[str, Any]) -> None:
    schemas = described["components"]["schemas"]
    while unused := set(schemas) - {
        name.removeprefix(PLACE) for name in _references(described) if name.startswith(PLACE)
    }:
        for name in unused:
            del schemas[name]


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for one in part:
            yield from _references(one)
    elif isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
