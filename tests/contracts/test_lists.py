"""Every list has one shape: a page of `items`, and where it goes on."""

from collections.abc import Iterator
from typing import Any

from zhidai.commands.docs import SERVICES, openapi


def answers_of(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every route's JSON of success: its method and path, and the schema without references."""
    schemas = document["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            for status, answer in operation["responses"].items():
                for kind, content in answer.get("content", {}).items():
                    if status.startswith("2") and kind == "application/json":
                        schema = content["schema"]
                        while "$ref" in schema:
                            schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
                        yield f"{method.upper()} {path}", schema


def odd(document: dict[str, Any]) -> list[str]:
    """The routes whose answer is a bare list, or a list that does not say whether it goes on."""
    return [
        route
        for route, schema in answers_of(document)
        if schema.get("type") == "array"
        or ("items" in schema.get("properties", {}))
        != ("next_cursor" in schema.get("properties", {}))
    ]


def test_no_route_of_any_service_answers_a_list_of_another_shape():
    documents = [openapi(service) for service in SERVICES]
    pages = [
        route
        for document in documents
        for route, schema in answers_of(document)
        if "next_cursor" in schema.get("properties", {})
    ]
    assert len(pages) > 100
    assert [route for document in documents for route in odd(document)] == []


def test_a_bare_list_and_one_without_a_next_page_would_be_found():
    def described(schema: dict[str, Any]) -> dict[str, Any]:
        answer = {"200": {"content": {"application/json": {"schema": schema}}}}
        return {"paths": {"/loans": {"get": {"responses": answer}}}, "components": {"schemas": {}}}

    listed = {"items": {"type": "array"}}
    assert odd(described({"type": "array"})) == ["GET /loans"]
    assert odd(described({"properties": listed})) == ["GET /loans"]
    assert odd(described({"properties": listed | {"next_cursor": {}}})) == []
