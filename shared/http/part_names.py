"""Names of the parts of an OpenAPI document, such as a client's classes can have.

FastAPI names a part by its class; where two classes have one name, by the whole place of each in our
code, and pages and what is both asked and answered by signs that no language takes in a name. Clients
keep these names, so they say what a part is, and nothing of where it is written.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

PLACE: Final = "#/components/schemas/"
_OF_A_FILE: Final = re.compile(r"_(models|answers|requests|responses|pages)$")
"""What a file's name says of the kind of its classes, and a class's name says itself."""
_PAGE: Final = re.compile(r"(?:\w+__)?((?:Grid)?Page)_\w+$")


def name_parts(described: dict[str, Any]) -> None:
    """Give every part its name, everywhere in the document; its title says the same.

    Raises ValueError where two parts would have one name.
    """
    schemas = described["components"]["schemas"]
    names = {old: named(old) for old in schemas if not _PAGE.match(old)}
    for old in schemas.keys() - names.keys():
        of = schemas[old]["properties"]["items"]["items"]["$ref"].removeprefix(PLACE)
        names[old] = f"{_PAGE.match(old)[1]}Of{names[of]}"  # type: ignore[index]
    if len(set(names.values())) < len(names):
        twice = {new for new in names.values() if list(names.values()).count(new) > 1}
        raise ValueError(f"two parts would be called {sorted(twice)}")
    described["components"]["schemas"] = {
        names[old]: _renamed(schema, names) | {"title": names[old]}
        for old, schema in sorted(schemas.items(), key=lambda each: names[each[0]])
    }
    for part in ("paths", "webhooks"):
        if part in described:
            described[part] = _renamed(described[part], names)
    rest = {name: value for name, value in described["components"].items() if name != "schemas"}
    described["components"] |= _renamed(rest, names)


def named(old: str) -> str:
    """What a part is called that FastAPI calls `old`: `services__risk_pool__domain__claim__State` → `ClaimState`, `Why-Input` → `WhyInput`."""
    *_, file, name = ["", *old.replace("-", "").split("__")]
    words = "".join(word.capitalize() for word in _OF_A_FILE.sub("", file).split("_"))
    return name if name.startswith(words) else words + name


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    if isinstance(part, list):
        return [_renamed(one, names) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: PLACE + names[value.removeprefix(PLACE)]
        if key == "$ref" and isinstance(value, str) and value.startswith(PLACE)
        else _renamed(value, names)
        for key, value in part.items()
    }
