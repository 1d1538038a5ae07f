"""XML from outside, read without ever looking at a document type.

A document type is where entities come from that grow without end or read other files; no bank's
statement has one, so whatever has one is refused.
"""

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

MOST_ELEMENTS = 2_000_000
DEEPEST = 100
_AT_ONCE = 256 * 1024


class UnsafeXml(ValueError):
    """Not well formed, or of a kind that we do not read."""


def parse(content: bytes) -> Element:
    """The root element; names are `{namespace}name`. Raises UnsafeXml."""
    builder = TreeBuilder()

    def start(name: str, attributes: dict[str, str]) -> None:
        builder.start(_qualified(name), attributes)

    _run(iter([content]), start, lambda name: builder.end(_qualified(name)), builder.data)
    return builder.close()


def check_file(file: IO[bytes], *, largest: int) -> None:
    """Read it to its end, bit by bit, and keep nothing; a part of a workbook has as many elements
    as it has cells, so bytes are counted instead. Raises UnsafeXml."""
    _run(_bits(file, largest), lambda name, attributes: None, lambda name: None,
         lambda data: None, most=largest)  # fmt: skip


def _bits(file: IO[bytes], largest: int) -> Iterator[bytes]:
    size = 0
    while bits := file.read(_AT_ONCE):
        size += len(bits)
        if size > largest:
            raise UnsafeXml("too large")
        yield bits


def _qualified(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _run(content: Iterator[bytes], start, end, data, *, most=MOST_ELEMENTS) -> None:  # type: ignore[no-untyped-def] # callbacks of expat
    parser = expat.ParserCreate(namespace_separator="}")
    depth = count = 0

    def started(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > DEEPEST or count > most:
            raise UnsafeXml("too deep, or too many elements")
        start(name, attributes)

    def ended(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(name)

    def refuse(*_: object) -> None:
        raise UnsafeXml("a document type")

    parser.buffer_text = True
    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        for bits in content:
            parser.Parse(bits, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise UnsafeXml(str(error)) from error
