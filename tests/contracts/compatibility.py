"""What would break a reader of yesterday's contract, by its JSON Schema."""

from typing import Any


def breaks(old: dict[str, Any], new: dict[str, Any], *, path: str = "") -> list[str]:
    """Every difference that somebody who reads by the old schema could stumble over.

    A field that is gone, another type, an enum with a new value, or a pattern that changed. A
    field that was added is no break.
    """
    return _breaks(old, new, old.get("$defs", {}), new.get("$defs", {}), path)


def _breaks(old: Any, new: Any, old_defs: Any, new_defs: Any, path: str) -> list[str]:
    old, new = _resolved(old, old_defs), _resolved(new, new_defs)
    found = []
    for word in ("type", "format", "pattern", "const"):
        if old.get(word) != new.get(word):
            found.append(f"{path or '/'}: {word} was {old.get(word)}, is {new.get(word)}")
    if "enum" in old and set(new.get("enum", ())) - set(old["enum"]):
        found.append(f"{path or '/'}: values were added that a reader does not know")
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{path}/{name} is gone")
        else:
            field_new = new["properties"][name]
            found += _breaks(field, field_new, old_defs, new_defs, f"{path}/{name}")
    for name in set(old.get("required", ())) - set(new.get("required", ())):
        found.append(f"{path}/{name} was always there and may now be missing")
    for word in ("items", "additionalProperties"):
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            found += _breaks(old[word], new[word], old_defs, new_defs, f"{path}/{word}")
    return found


def _resolved(schema: dict[str, Any], defs: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref", "")
    return defs[reference.rsplit("/", 1)[1]] if reference else schema
