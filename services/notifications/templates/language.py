"""What a text may say that is not the house's own: a small part of Jinja, judged before it is run.

Fields of the event, as far as the reader may know them; conditions; loops over the event's own
lists; our filters. Nothing is called, assigned, imported or computed, so nothing can be reached
through a value and nothing can be made large. Every mistake is found at once, with its line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.templates.expressions import Expressions, Mistake, not_allowed
from shared.contracts.shapes import Kind, Shape

LONGEST_SOURCE = 4000
MOST_LOOPS, DEEPEST_LOOP, DEEPEST = 20, 2, 40
"""How often a text loops, how deep loops lie in each other, and anything in anything else."""

_LOOP: Mapping[str, Shape] = {
    "index": Shape(name="index", kind=Kind.NUMBER),
    "length": Shape(name="length", kind=Kind.NUMBER),
    "first": Shape(name="first", kind=Kind.FLAG),
    "last": Shape(name="last", kind=Kind.FLAG),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a text may speak of: the fields its reader is told, and those that are kept from it."""

    told: Mapping[str, Shape]
    kept: frozenset[str]
    labels: frozenset[str]
    """The kinds of codes that there are words for."""


def mistakes_in(
    env: ImmutableSandboxedEnvironment, source: str, known: Known
) -> tuple[Mistake, ...]:
    """Everything that is wrong with a text, in the order of its lines; none where it may be used."""
    if len(source) > LONGEST_SOURCE:
        return (
            Mistake(1, "too-long", f"最多 {LONGEST_SOURCE} 个字符", f"{LONGEST_SOURCE} at most."),
        )
    try:
        tree = env.parse(source)
    except TemplateSyntaxError as error:
        said = error.message or "syntax"
        return (Mistake(error.lineno, "syntax", f"语法错误：{said}", f"Syntax: {said}"),)
    except RecursionError:
        return (_too_deep(1),)
    if _is_deep(tree):
        return (_too_deep(1),)
    found = list(_Reader(known).mistakes(tree))
    return tuple(sorted(dict.fromkeys(found), key=lambda one: one.line))


def _too_deep(line: int) -> Mistake:
    return Mistake(line, "too-complex", "嵌套过深或过于复杂", "It is nested too deeply.")


def _is_deep(tree: nodes.Node) -> bool:
    """Whether anything lies deeper than people nest; looked at without recursion."""
    level: list[nodes.Node] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in node.iter_child_nodes()]
        if not level:
            return False
    return True


class _Reader:
    """Reads the statements of one text: output, conditions, loops."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._loops = 0

    def mistakes(self, tree: nodes.Template) -> Iterator[Mistake]:
        yield from self._body(tree.body, {}, depth=0)

    def _body(
        self, body: Sequence[nodes.Node], inside: Mapping[str, Shape], *, depth: int
    ) -> Iterator[Mistake]:
        read = Expressions({**self._known.told, **inside}, self._known.kept, self._known.labels)
        for node in body:
            if isinstance(node, nodes.Output):
                for part in node.nodes:
                    yield from read.shown(part)
            elif isinstance(node, nodes.If):
                yield from read.asked(node.test)
                for branch in (node.body, node.elif_, node.else_):
                    yield from self._body(branch, inside, depth=depth)
            elif isinstance(node, nodes.For):
                yield from self._loop(node, read, inside, depth=depth + 1)
            else:
                yield not_allowed(node)

    def _loop(
        self, node: nodes.For, read: Expressions, inside: Mapping[str, Shape], *, depth: int
    ) -> Iterator[Mistake]:
        self._loops += 1
        if depth > DEEPEST_LOOP or self._loops > MOST_LOOPS:
            yield Mistake(
                node.lineno, "too-many-loops",
                f"循环最多 {MOST_LOOPS} 个、嵌套最多 {DEEPEST_LOOP} 层",
                f"{MOST_LOOPS} loops at most, {DEEPEST_LOOP} in each other.",
            )  # fmt: skip
            return
        if node.test is not None or node.recursive or not isinstance(node.target, nodes.Name):
            yield not_allowed(node)
            return
        each, wrong = read.looped(node.iter)
        yield from wrong
        if each is None:
            return
        here = {
            **inside,
            node.target.name: each,
            "loop": Shape(name="loop", kind=Kind.OBJECT, fields=_LOOP),
        }
        yield from self._body(node.body, here, depth=depth)
        yield from self._body(node.else_, inside, depth=depth)
