"""Who may import whom, and what may stand where. The rules are data; a breach is a sentence.

Written down with their reasons in docs/decisions/0008-rooms-in-the-order-data-flows.md.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.architecture.source import Source
from tests.life_cycles.cases import case_tables

HALL = {"__init__.py", "main.py", "settings.py", "consumer.py"}
"""The files of a service that may stand beside its folders."""

FOLDERS = {"api", "handlers", "domain", "queries", "tables", "migrations"}
OWN_FOLDERS = {
    "applications": {"bank_files", "reports", "storage"},
    "risk_pool": {"audit", "bank_files", "foresight", "reports"},
    "notifications": {"delivery", "senders", "templates"},
}
"""What a service alone has."""
CONSOLE_FOLDERS = {
    "pages", "rendering", "http", "login", "upstream", "cases", "setup", "views", "drafts", "templates", "static",
    "texts", "tables", "migrations",
}  # fmt: skip
CONSOLE_HALL = HALL - {"consumer.py"} | {"app.py"}

RANKS: Mapping[str, int] = {
    "main.py": 7, "api": 6, "consumer.py": 6, "delivery": 5, "handlers": 5, "senders": 4,
    "audit": 4, "foresight": 5, "reports": 4, "queries": 3, "tables": 2, "bank_files": 1, "templates": 1,
    "storage": 1,
    "settings.py": 1,
    "domain": 0, "__init__.py": 0,
}  # fmt: skip
"""An import leads to the same rank or down."""

SHARED_RANKS: Mapping[str, int] = {
    "serve": 8, "service": 7, "http": 6, "context": 5, "auth": 5, "settings": 5, "transitions": 5,
    "own_work": 5, "audit": 5, "recounted": 5, "waits": 4, "read_log": 4, "messaging": 3, "archive": 3, "postgres": 2, "observability": 1, "contracts": 1, "schemes": 1, "sheets": 1,
}  # fmt: skip
"""Of shared's folders and files; what has no rank is a value (0)."""

SCHEME_RANKS: Mapping[str, int] = {
    "tools": 5, "cases": 4, "library": 3, "publication": 3, "reading": 2, "decide": 2, "facts": 2,
    "stated": 2, "facts_schema": 2, "completeness": 2, "scheme": 1, "terms": 1,
}  # fmt: skip
"""Of the rules engine. Reading knows nothing of deciding, nor deciding of reading."""
SCHEME_STRANGERS = ({"reading", "decide"},)

ONLY_HERE = {
    "aiokafka": "shared/messaging/kafka", "numpy": "services/risk_pool/foresight/",
    "obstore": "services/applications/storage/objects.py",
    "pypdfium2": "services/applications/storage/draw_pages.py",
}  # fmt: skip
"""Packages that one file or folder keeps to itself: so another transport or store stays possible, no
float comes near money that is booked, and what others wrote is drawn in a process of its own."""

HTTP = ("fastapi", "starlette", "pydantic", "pydantic_core", "shared.http")
HTTP_FOLDERS = {"api"}
DATABASE = ("sqlmodel", "sqlalchemy")
SQL_FOLDERS = {"tables", "queries", "migrations", "audit"}
SHARED_SQL = (
    "shared/postgres/", "shared/messaging/", "shared/archive/", "shared/waits/", "shared/own_work/", "shared/audit/",
    "shared/transitions.py", "shared/recounted.py",
)  # fmt: skip

PURE = {
    "shared.calendar", "shared.canonical", "shared.case_numbers", "shared.divisions",
    "shared.identifiers",
    "shared.ip_numbers", "shared.life_cycle", "shared.money", "shared.months", "shared.ratios", "shared.said_numbers",
    "shared.papers", "shared.people", "shared.refusals", "shared.rights", "shared.roles",
    "shared.risk_classes", "shared.schemes",
    "shared.contracts.audiences",  # tables: what banks and other parties may know
    "shared.contracts.redaction",
}  # fmt: skip
"""What a `domain/` may import beside the standard library and its own neighbours: values."""

FRAMEWORK_NAMES = {"Request", "Response", "Depends", "Query", "Body", "Header", "Cookie"}
"""Names that a reader takes for the framework's."""

LONGEST_FUNCTION, LONGEST_FILE, USUAL_FILE = 60, 400, 250


def breaches(source: Source) -> list[str]:
    """Every boundary that the file crosses, as sentences."""
    found = [*_layout(source)]
    for line, module in source.imports:
        found += [
            f"{source.file}:{line} imports {module}: {why}" for why in _refused(source, module)
        ]
    found += [
        f"{source.file}:{line} writes SQL: it stands in {', '.join(sorted(SQL_FOLDERS))}"
        for line, _ in source.statements
        if not _may_write_sql(source)
    ]
    found += [f"{source.file}:{line} {why}" for line, why in _states(source)]
    return found


def _service(source: Source) -> str:
    parts = source.path.parts
    return parts[1] if parts[0] == "services" and len(parts) > 2 else ""


def _room(source: Source) -> str:
    """The folder or file below the service that the file stands in."""
    return source.path.parts[2]


def _layout(source: Source) -> Iterator[str]:
    service = _service(source)
    if not service:
        return
    console = service == "console"
    if len(source.path.parts) == 3:
        if _room(source) not in (CONSOLE_HALL if console else HALL):
            yield f"{source.file} stands loose: a service's files stand in its folders"
        return
    known = CONSOLE_FOLDERS if console else FOLDERS | OWN_FOLDERS.get(service, set())
    if _room(source) not in known:
        yield f"{source.file} stands in a folder that no service has: {_room(source)}"


def _refused(source: Source, module: str) -> Iterator[str]:
    parts, root = source.path.parts, module.split(".")[0]
    service = _service(source)
    if service:
        other = module.split(".")[1:2]
        if root == "services" and other not in ([service], []):
            yield "no service imports another"
        if root in ("zhidai", "tests", "deploy"):
            yield "a service stands alone"
        yield from _in_service(source, service, module)
    if parts[0] == "shared":
        if root in ("services", "zhidai", "tests", "deploy"):
            yield "shared imports no service"
        yield from _in_shared(source, module)
    outside = parts[0] in ("tests", "benchmarks")
    if root in ONLY_HERE and not outside and not source.file.startswith(ONLY_HERE[root]):
        yield f"only {ONLY_HERE[root]} may"


def _in_service(source: Source, service: str, module: str) -> Iterator[str]:
    room = _room(source)
    if room == "domain" and not _is_pure(module, f"services.{service}.domain"):
        yield "a domain is standard library and values"
    if service == "console":
        if room not in ("tables", "migrations") and _is(module, (*DATABASE, "asyncpg")):
            yield "of the console only its sessions are in a database"
        return
    if room not in HTTP_FOLDERS | {"main.py", "settings.py"} and _is(module, HTTP):
        yield "HTTP and pydantic are known in api/ only"
    if room not in SQL_FOLDERS and _is(module, DATABASE):
        yield f"SQL stands in {', '.join(sorted(SQL_FOLDERS))} only"
    if (there := _room_of(module, service)) and room in RANKS and RANKS[there] > RANKS[room]:
        yield f"{there} lies above {room}"


def _room_of(module: str, service: str) -> str:
    parts = module.split(".")
    if parts[:2] != ["services", service] or len(parts) < 3:
        return ""
    return parts[2] if parts[2] in RANKS else f"{parts[2]}.py" if f"{parts[2]}.py" in RANKS else ""


def _in_shared(source: Source, module: str) -> Iterator[str]:
    if not module.startswith("shared."):
        return
    here, there = _shared_place(source.module), _shared_place(module)
    if SHARED_RANKS.get(there, 0) > SHARED_RANKS.get(here, 0):
        yield f"shared.{there} lies above shared.{here}"
    if here == there == "schemes":
        a, b = (name.split(".")[2:3] or [""] for name in (source.module, module))
        if SCHEME_RANKS.get(b[0], 0) > SCHEME_RANKS.get(a[0], 0):
            yield f"schemes.{b[0]} lies above schemes.{a[0]}"
        if any({a[0], b[0]} == strangers for strangers in SCHEME_STRANGERS):
            yield f"schemes.{a[0]} knows nothing of schemes.{b[0]}"


def _shared_place(module: str) -> str:
    return module.split(".")[1]


def _is(module: str, names: Iterable[str]) -> bool:
    return any(module == name or module.startswith(name + ".") for name in names)


def _is_pure(module: str, own: str) -> bool:
    root = module.split(".")[0]
    return root in sys.stdlib_module_names or _is(module, (own, *PURE))


def _may_write_sql(source: Source) -> bool:
    parts = source.path.parts
    if parts[0] == "services":
        return _room(source) in SQL_FOLDERS
    if parts[0] == "shared":
        return source.file.startswith(SHARED_SQL)
    return parts[0] in ("tests", "benchmarks", "deploy")


_WRITES_STATE = re.compile(r"\bset\b[^;]*?\bstate\s*=\s*(?!\()", re.IGNORECASE | re.DOTALL)
_QUOTED = re.compile(r"'([a-z][a-z_]+)'")


def _states(source: Source) -> Iterator[tuple[int, str]]:
    """A state is written by the machine alone, and no statement names one by hand."""
    service = _service(source)
    if not service or len(source.path.parts) == 3 or _room(source) == "migrations":
        return
    for line, text in source.statements:
        if _moves_a_case(text):
            yield line, "writes a state: shared.transitions alone does"
        if named := sorted(set(_QUOTED.findall(text)) & state_names(service)):
            yield line, f"names a state by hand: {', '.join(named)}"


def _moves_a_case(text: str) -> bool:
    table = re.match(r"\s*update\s+(\w+)", text, re.IGNORECASE)
    return bool(table and table[1] in tables_of_cases() and _WRITES_STATE.search(text))


@cache
def state_names(service: str) -> frozenset[str]:
    """Every state of a service's life cycles."""
    return frozenset(
        state
        for name, cases in case_tables().items()
        if name.startswith(f"{service}/")
        for state in cases.life_cycle.states
    )


@cache
def tables_of_cases() -> frozenset[str]:
    """Every table whose rows live by a life cycle."""
    return frozenset(cases.table for cases in case_tables().values())


def circles(sources: Iterable[Source]) -> list[list[str]]:
    """Modules that import each other in a ring, each ring once."""
    by_module = {source.module: source for source in sources}
    graph = {
        module: {there for _, name in source.imports if (there := _known(name, by_module)) != module and there}
        for module, source in by_module.items()
    }  # fmt: skip
    return [sorted(ring) for ring in _rings(graph) if len(ring) > 1]


def _known(name: str, modules: Mapping[str, Source]) -> str:
    if name in modules:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in modules and not modules[parent].file.endswith("__init__.py") else ""


def _rings(graph: Mapping[str, set[str]]) -> list[set[str]]:
    """The strongly connected parts of a graph (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for there in graph[node]:
            if there not in index:
                visit(there)
                low[node] = min(low[node], low[there])
            elif there in stack:
                low[node] = min(low[node], index[there])
        if low[node] == index[node]:
            ring: set[str] = set()
            while node not in ring:
                ring.add(stack.pop())
            found.append(ring)

    for node in graph:
        if node not in index:
            visit(node)
    return found
