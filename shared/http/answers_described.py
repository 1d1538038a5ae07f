"""What OpenAPI says of fields that banks are not told: that they may be missing, and why."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import BaseModel

from shared.http.answer_shapes import alias_of, decision_of, declarations, models_in, shape_of

KEPT: Final = "Not told to banks."
IN_PART: Final = "Told to banks as far as it is their own."


def document_kept_fields(app: FastAPI) -> None:
    """Say of every field in the application's answers whether banks are told it, where they are not:
    a field that is left out for a bank is not required."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        described = generate()
        schemas = described.get("components", {}).get("schemas", {})
        for model in _answered(app):
            for name in _names(model):
                if name in schemas:
                    _describe(schemas[name], model)
        return described

    app.openapi = openapi  # type: ignore[method-assign]


def _answered(app: FastAPI) -> set[type[BaseModel]]:
    """The models of answers that are decided on: of what no bank may ask for, nothing is."""
    return {
        model
        for context in iter_route_contexts(app.routes)
        if isinstance(route := context.original_route, APIRoute)
        for model in models_in(route.response_model)
        if all(decision_of(base) for base, _ in declarations(model))
    }


def _names(model: type[BaseModel]) -> Iterator[str]:
    """What FastAPI may call a model: its name, with its module where two have one name, and with
    what it is for where a request says the same."""
    for name in (model.__name__, f"{model.__module__}.{model.__name__}".replace(".", "__")):
        yield name
        yield f"{name}-Output"


def _describe(schema: dict[str, Any], model: type[BaseModel]) -> None:
    shape = shape_of(model)
    partly = {name for _, names in shape.in_part for name in names}
    for field in (*model.model_fields, *model.model_computed_fields):
        name = alias_of(model, field)
        said = schema.get("properties", {}).get(name)
        if said is None:
            continue
        if name in (*shape.left_out, *shape.made_null):
            said["description"] = f"{said.get('description', '')} {KEPT}".strip()
        elif name in partly:
            said["description"] = f"{said.get('description', '')} {IN_PART}".strip()
    if required := schema.get("required"):
        schema["required"] = [name for name in required if name not in shape.left_out]
        if not schema["required"]:
            del schema["required"]
