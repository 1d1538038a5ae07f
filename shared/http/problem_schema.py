"""What OpenAPI says about problems: one shape, for every operation."""

from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field


class FieldProblem(BaseModel):
    """One field that is wrong."""

    location: str = Field(description="body, query, path, header or cookie", examples=["body"])
    pointer: str | None = Field(
        None,
        description="JSON Pointer (RFC 6901) into the body, as a URI fragment.",
        examples=["#/borrower/uscc"],
    )
    parameter: str | None = Field(None, description="Name of the parameter, outside the body.")
    code: str = Field(description="Stable, for programs.", examples=["uscc-check-digit"])
    message: str = Field(description="For people.", examples=["统一社会信用代码校验位错误"])


class Problem(BaseModel):
    """RFC 9457. Some problems carry further members, such as the limit that binds."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:zhidai:problem:invalid-request"])
    title: str = Field(examples=["请求内容有误"])
    status: int = Field(examples=[422])
    code: str = Field(description="Stable, for programs.", examples=["invalid-request"])
    detail: str = Field(
        description="For people: Chinese, or English by Accept-Language.",
        examples=["请求内容有误"],
    )
    request_id: str
    trace_id: str
    errors: list[FieldProblem] | None = Field(
        None,
        description="What of the request is wrong, all at once, a hundred at the most. There is at "
        "least one in every 400 and 422.",
    )
    errors_left_out: int | None = Field(None, description="How many more there are, if any.")


class RequestProblem(Problem):
    """A problem with the request itself: `errors` says where, and the body as a whole is "#"."""

    errors: list[FieldProblem] = Field(
        min_length=1, description="All of them at once, a hundred at the most."
    )


_ANSWER = {
    "description": "A problem (RFC 9457).",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
REQUEST_WRONG = {
    "description": "The request is wrong (RFC 9457).",
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/RequestProblem"}}
    },
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "A new one (a UUID, say) for each request; the same one to repeat it safely.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"^[\x21-\x7e]+$"},
    "example": "8e03978e-40d5-43dd-bc93-6894a57f9324",
}
SAFE_TO_REPEAT = "x-safe-to-repeat"
"""In `openapi_extra` of a POST that needs no Idempotency-Key."""
_METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def document_problems(app: FastAPI) -> None:
    """Put `Problem` where FastAPI would describe its own error bodies, which we never send."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        schema = generate()
        for place, path in schema.get("paths", {}).items():
            for method, operation in path.items():
                if method in _METHODS:
                    _describe(operation)
                if method == "post" and place.startswith("/api/"):
                    _ask_for_key(operation)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        for ours in ("HTTPValidationError", "ValidationError"):
            schemas.pop(ours, None)
        for shape in (Problem, RequestProblem):
            described = shape.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= described.pop("$defs")
            schemas[shape.__name__] = described
        app.openapi_schema = schema
        return schema

    app.openapi = openapi  # type: ignore[method-assign]


def _ask_for_key(operation: dict[str, Any]) -> None:
    if not operation.pop(SAFE_TO_REPEAT, False):
        operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)


def _describe(operation: dict[str, Any]) -> None:
    responses = operation.setdefault("responses", {})
    default_422 = responses.get("422", {}).get("content", {}).get("application/json", {})
    if "HTTPValidationError" in default_422.get("schema", {}).get("$ref", ""):
        responses["422"] = REQUEST_WRONG
    responses.setdefault("default", _ANSWER)
