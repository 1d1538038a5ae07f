"""All events as AsyncAPI 3: a channel per service that says them, with keys, headers and examples.

Parts that events share stand once among the components: the official parser follows no reference into
the definitions of a payload.
"""

from collections.abc import Mapping
from typing import Any, Final

from shared.contracts import examples
from shared.contracts.envelope import Event, by_type

_HEADERS: Final[Mapping[str, Any]] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": {
        "type": "string",
        "format": "uuid",
        "description": "The same in every repetition of the event: by it one knows what one has heard.",
    },
    "ce_source": {"type": "string", "description": "The service that says it, as a URN."},
    "ce_type": {"type": "string"},
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_subject": {"type": "string", "description": "What the event is about; never empty."},
    "ce_institution": {
        "type": "string",
        "description": "The bank that the event concerns; left out where it is none's.",
    },
    "ce_traceparent": {
        "type": "string",
        "description": "As `traceparent`, for SDKs that give ce_ alone.",
    },
    "traceparent": {"type": "string", "description": "W3C Trace Context; may be empty."},
    "ce_sequence": {
        "type": "string",
        "pattern": "^[1-9][0-9]*$",
        "description": "Its number among all that its service has told, without gaps: what is missing "
        "between two is still to come. Left out where a relay other than ours gives none.",
    },
    "ce_epoch": {
        "type": "string",
        "description": "In which numbering: another one means that the service was restored from "
        "before, and counts anew.",
    },
    "content-type": {"type": "string", "const": "application/json"},
}
_NOT_ALWAYS: Final = frozenset({"ce_institution", "ce_sequence", "ce_epoch"})
_KEY: Final[Mapping[str, Any]] = {
    "type": "string",
    "description": "The loan's id, or the pool's or another case's code: what has one key is in order.",
}


def asyncapi() -> dict[str, Any]:
    """The document, made from the events themselves."""
    events = dict(sorted(by_type().items()))
    topics = sorted({event.topic for event in events.values()})
    parts = _Parts()
    messages = {name: _message(event, parts) for name, event in events.items()}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "知贷 Zhidai events",
            "version": "1",
            "description": "CloudEvents 1.0 in Kafka's binary mode: attributes as ce_ headers, the body "
            "as JSON. At least once, in order per key. Headers that are not described here may be added "
            "on the way (Debezium does): pass over them.",
            "tags": [{"name": topic} for topic in topics],
        },
        "defaultContentType": "application/json",
        "servers": {
            "bus": {
                "host": "kafka:9093",
                "protocol": "kafka-secure",
                "description": "The broker of an installation; its address is the operator's to tell.",
                "security": [{"$ref": "#/components/securitySchemes/scram"}],
            }
        },
        "channels": {topic: _channel(topic, events) for topic in topics},
        "operations": {f"{topic}-says": _operation(topic) for topic in topics},
        "components": {
            "messages": messages,
            "schemas": {"headers": _headers(), **parts.schemas},
            "securitySchemes": {"scram": {"type": "scramSha512"}},
        },
    }


def _channel(topic: str, events: Mapping[str, type[Event]]) -> dict[str, Any]:
    return {
        "address": topic,
        "title": topic,
        "description": f"What `{topic}` says, and nobody else may.",
        "servers": [{"$ref": "#/servers/bus"}],
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"}
            for name, event in events.items()
            if event.topic == topic
        },
    }


def _operation(topic: str) -> dict[str, Any]:
    return {
        "action": "send",
        "title": f"{topic} says",
        "summary": f"Every event of `{topic}`, as it is committed.",
        "channel": {"$ref": f"#/channels/{topic}"},
        "tags": [{"name": topic}],
    }


def _headers() -> dict[str, Any]:
    required = sorted(set(_HEADERS) - _NOT_ALWAYS)
    return {"type": "object", "properties": dict(_HEADERS), "required": required}


def _message(event: type[Event], parts: "_Parts") -> dict[str, Any]:
    summary = (event.__doc__ or "").strip().splitlines()[0]
    return {
        "name": event.type,
        "title": event.type,
        "summary": summary,
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/headers"},
        "bindings": {"kafka": {"key": dict(_KEY), "bindingVersion": "0.5.0"}},
        "payload": parts.taken_out(event),
        "examples": [
            {"name": f"{event.type}-{n}", "payload": payload}
            for n, payload in enumerate(examples.of(event.type), 1)
        ],
    }


class _Parts:
    """Definitions of all payloads, each once."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}

    def taken_out(self, event: type[Event]) -> dict[str, Any]:
        """An event's schema, its definitions moved among the parts."""
        schema = event.model_json_schema(mode="serialization")
        definitions: dict[str, Any] = schema.pop("$defs", {})
        names = {
            name: self._name(name, definition, event) for name, definition in definitions.items()
        }
        for name, definition in definitions.items():
            self.schemas[names[name]] = _pointed(definition, names)
        return dict(_pointed(schema, names))

    def _name(self, name: str, definition: Any, event: type[Event]) -> str:
        """The definition's own name, unless another event means something else by it."""
        kept = self.schemas.get(name)
        means_the_same = kept is None or kept == _pointed(definition, {})
        return name if means_the_same else f"{event.__name__}.{name}"


def _pointed(schema: Any, names: Mapping[str, str]) -> Any:
    """The schema with its references led to the components."""
    if isinstance(schema, list):
        return [_pointed(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"#/components/schemas/{names.get(name := value.rsplit('/', 1)[1], name)}"
        if key == "$ref" and isinstance(value, str)
        else _pointed(value, names)
        for key, value in schema.items()
    }
