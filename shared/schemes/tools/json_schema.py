"""The JSON Schema of scheme and case files, for editors that complete and check while one types."""

import json
from typing import Any

from shared.schemes.cases.cases import ORDINARY
from shared.schemes.cases.questions import QUESTIONS
from shared.schemes.reading.common import FILE as COMMON_FILE
from shared.schemes.reading.derived import NAME
from shared.schemes.reading.reader import HEAD
from shared.schemes.reading.rules import NONE, SHAPES
from shared.schemes.reading.scalars import Day, Text
from shared.schemes.reading.shape import Record
from shared.schemes.terms import MAY_BE_NONE, RULES
from shared.schemes.vocabulary import MARKS

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _rules() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {
                "type": "object",
                "description": f"{rule.zh} {rule.en}",
                "minProperties": 1,
                "propertyNames": {"pattern": r"^\d{4}-\d{2}-\d{2}$"},
                "additionalProperties": {
                    "type": "object",
                    "properties": {
                        "value": _value(name),
                        "source": Text().schema() | {"description": "依据哪一条 which article"},
                        "mark": {"enum": list(MARKS)},
                        "note": Text().schema(),
                        "to": Day().schema() | {"description": "最后一日 last day"},
                    },
                    "required": ["value"],
                    "anyOf": [
                        {"required": ["source"]},
                        {"properties": {"mark": {"const": "assumed"}}, "required": ["mark"]},
                    ],
                    "additionalProperties": False,
                },
            }
            for name, rule in RULES.items()
        },
        "additionalProperties": False,
    }


def scheme_schema() -> dict[str, Any]:
    """What a scheme file may say, from the same shapes that read it."""
    head = Record(HEAD).schema()
    mode = {
        "type": "object",
        "properties": {
            "name": NAME.schema(),
            "status": HEAD["status"].shape.schema(),
            "rules": {"$ref": "#/$defs/rules"},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "知贷方案文件 Zhidai scheme file",
        "$defs": {"rules": _rules()},
        "type": "object",
        "properties": head["properties"]
        | {
            "rules": {"$ref": "#/$defs/rules"},
            "modes": {"type": "object", "minProperties": 1, "additionalProperties": mode},
        },
        "required": [*head["required"], "modes"],
        "additionalProperties": False,
    }


def common_schema() -> dict[str, Any]:
    """What a file of common rules may say."""
    return {
        "$schema": _DIALECT,
        "title": "知贷通用规则文件 Zhidai file of common rules",
        "$defs": {"rules": _rules()},
        **COMMON_FILE.schema(),
    }


def _value(name: str) -> dict[str, Any]:
    shape = SHAPES[name].schema()
    return {"anyOf": [{"const": NONE}, shape]} if name in MAY_BE_NONE else shape


def cases_schema() -> dict[str, Any]:
    """What a file of cases may say."""
    case = {
        "type": "object",
        "properties": {
            "name": Text().schema(),
            "day": Day().schema(),
            "mode": Text().schema(),
            "readings": {"type": "array", "items": Text().schema()},
            "expect": {"type": "object"},
        }
        | {name: shape.schema() for name, shape in QUESTIONS.items()},
        "required": ["name", "day", "expect"],
        "additionalProperties": False,
    }
    return {
        "$schema": _DIALECT,
        "title": "知贷案例文件 Zhidai case file",
        "type": "object",
        "properties": {
            "programme": Text().schema(),
            "ordinary": ORDINARY.schema() | {"description": "各案例共同的事实 stated once for all"},
            "cases": {"type": "array", "items": case},
        },
        "required": ["cases"],
        "additionalProperties": False,
    }


def written(schema: dict[str, Any]) -> str:
    """The text of a schema file."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
