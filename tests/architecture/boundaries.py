"""Who may import whom. The rules are data; a breach is a sentence that names the line."""

import ast
from pathlib import PurePosixPath

import_only_here = {"aiokafka": ("shared/messaging/kafka.py",)}
"""Packages that one file keeps to itself, so that another transport stays possible."""

PURE_ALLOWED = {
    "shared.case_numbers", "shared.identifiers", "shared.ip_numbers", "shared.life_cycle",
    "shared.money", "shared.months", "shared.ratios", "shared.refusals", "shared.risk_classes",
    "shared.schemes",
}  # fmt: skip
"""What a `domain/` may import beside the standard library and its own neighbours: values, and
the base of the refusals that live beside their rules."""


def breaches(file: str, source: str) -> list[str]:
    """Every import in the file that crosses a boundary, as sentences."""
    path = PurePosixPath(file)
    found = []
    for line, module in _imports(path, source):
        root = module.split(".")[0]
        if path.parts[0] == "services":
            service = path.parts[1]
            if root == "services" and module.split(".")[1:2] not in ([service], []):
                found.append(f"{file}:{line} imports {module}: no service imports another")
            if root in ("zhidai", "tests", "deploy"):
                found.append(f"{file}:{line} imports {module}: a service stands alone")
        if path.parts[0] == "shared" and root in ("services", "zhidai", "tests", "deploy"):
            found.append(f"{file}:{line} imports {module}: shared imports no service")
        if root in import_only_here and file not in (*import_only_here[root], *_tests_may(file)):
            found.append(f"{file}:{line} imports {module}: only {import_only_here[root][0]} may")
        if "domain" in path.parts[:-1] and not _is_pure(module, path):
            found.append(f"{file}:{line} imports {module}: a domain is standard library and values")
    return found


def _tests_may(file: str) -> tuple[str, ...]:
    return (file,) if file.startswith(("tests/", "benchmarks/")) else ()


def _is_pure(module: str, path: PurePosixPath) -> bool:
    import sys

    root = module.split(".")[0]
    own = ".".join(path.parts[: path.parts.index("domain") + 1])
    return (
        root in sys.stdlib_module_names
        or module.startswith(own)
        or any(module == name or module.startswith(name + ".") for name in PURE_ALLOWED)
    )


def _imports(path: PurePosixPath, source: str) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = path.parent.parts[: len(path.parent.parts) - node.level + 1]
                base = ".".join((*parts, base)).strip(".")
            # `from services import risk_pool` names the service in what is imported.
            if base in ("services", "shared", ""):
                found += [(node.lineno, f"{base}.{n.name}".strip(".")) for n in node.names]
            else:
                found.append((node.lineno, base))
    return found
