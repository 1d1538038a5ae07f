"""Source files as the guards read them: what they import, and the texts that are SQL."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]

_SQL = re.compile(
    r"\s*(with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s*(not\s+materialized\s*|materialized\s*)?\(|select\s.*\bfrom\b|insert\s+into\s|"
    r"update\s+\w+.*\bset\s|delete\s+from\s|lock\s+table\s|create\s+(table|index|policy)\s|"
    r"alter\s+table\s|drop\s+table\s|select\s+(pg_|set_config))",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Source:
    """One file, by its path from the root."""

    file: str
    text: str

    @classmethod
    def read(cls, file: str) -> "Source":
        """The file as it lies there."""
        return cls(file, (ROOT / file).read_text())

    @property
    def path(self) -> PurePosixPath:
        """Its path from the root."""
        return PurePosixPath(self.file)

    @property
    def module(self) -> str:
        """The name it is imported by."""
        return self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax."""
        return ast.parse(self.text)

    @cached_property
    def imports(self) -> list[tuple[int, str]]:
        """(line, module or module.name) of every import, also of those inside functions."""
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, name.name) for name in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parts = self.path.parent.parts
                    base = ".".join((*parts[: len(parts) - node.level + 1], base)).strip(".")
                found += [(node.lineno, f"{base}.{name.name}".strip(".")) for name in node.names]
        return found

    @cached_property
    def statements(self) -> list[tuple[int, str]]:
        """(line, text) of every text that is SQL; what is put into an f-string is left out."""
        inside: set[int] = set()
        found = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.JoinedStr):
                parts = [v for v in node.values if isinstance(v, ast.Constant)]
                inside |= {id(part) for part in parts}
                found.append((node.lineno, "⟨⟩".join(str(part.value) for part in parts)))
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in inside
            ):
                found.append((node.lineno, node.value))
        told = {
            node.value.lineno
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        return [(line, text) for line, text in found if line not in told and _SQL.match(text)]


def files(*folders: str) -> list[str]:
    """Every Python file below the folders, by its path from the root."""
    return sorted(
        str(path.relative_to(ROOT)) for folder in folders for path in (ROOT / folder).rglob("*.py")
    )
