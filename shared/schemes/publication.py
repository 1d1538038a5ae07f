"""A measure as it is published: its text, by whose bytes every decision is made.

What stands in a file may change at any time; what was published does not. The hash is that of the
bytes, so that anybody can hold a paper copy against it (`sha256sum`).
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from shared.schemes.problems import Problem
from shared.schemes.reading.reader import read_scheme
from shared.schemes.scheme import Scheme


class TextUnreadable(ValueError):
    """A text that was published cannot be read, or is not what its hash says."""


@dataclass(frozen=True, slots=True)
class Publication:
    """The text of a programme's measure and of the file that it extends ("" where it has none)."""

    programme: str
    text: str
    common_text: str = ""

    @property
    def sha256(self) -> str:
        """Of the text's bytes; of both texts with a NUL between them where it extends one."""
        found = hashlib.sha256(self.text.encode())
        if self.common_text:
            found.update(b"\0" + self.common_text.encode())
        return found.hexdigest()

    def read(self) -> tuple[Scheme | None, list[Problem]]:
        """The scheme, or every problem of the text, in the order of its lines."""
        scheme, problems = _reading(self)
        return scheme, list(problems)


@lru_cache(maxsize=32)
def _reading(publication: Publication) -> tuple[Scheme | None, tuple[Problem, ...]]:
    """Read once for the few that people work on: it takes a third of a second."""
    scheme, problems = read_scheme(
        publication.text,
        programme=publication.programme,
        common=lambda name: publication.common_text or None,
    )
    return scheme, tuple(problems)


_read: dict[str, Scheme] = {}


def known_by(sha256: str) -> Scheme | None:
    """The scheme of the bytes with that hash, if this process has read them before."""
    return _read.get(sha256)


def scheme_of(publication: Publication, sha256: str) -> Scheme:
    """The scheme of a published text, read once per process. Raises TextUnreadable."""
    if publication.sha256 != sha256:
        raise TextUnreadable(
            f"the text of {publication.programme} has the hash {publication.sha256}, not {sha256}"
        )
    if (known := _read.get(sha256)) is not None:
        return known
    scheme, problems = publication.read()
    if scheme is None or problems:
        raise TextUnreadable("\n".join(problem.text("en") for problem in problems))
    return _read.setdefault(sha256, scheme)
