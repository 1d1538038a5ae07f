"""What may stand between the braces of a text: fields, our filters, choices between them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jinja2 import nodes

from services.notifications.templates.filters import LANGUAGES
from shared.contracts.shapes import Kind, Shape


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that a text may not say, and where."""

    line: int
    code: str
    zh: str
    en: str


LONGEST_NAME: Final = 60
"""So much of a name that is none is said again."""

_TEXT = Shape(name="", kind=Kind.TEXT)
_NUMBER = Shape(name="", kind=Kind.NUMBER)
_FLAG = Shape(name="", kind=Kind.FLAG)
_NOTHING = Shape(name="", kind=Kind.OTHER)
"""What a mistake leaves: whatever is done with it is no second one."""

_PLAIN: Final = {Kind.TEXT, Kind.NUMBER, Kind.DAY}
_COUNTED: Final = {Kind.NUMBER, Kind.MONEY, Kind.SHARE}
_COMPARED: Final = _PLAIN | _COUNTED | {Kind.FLAG}


@dataclass(frozen=True, slots=True)
class _Filter:
    """What a filter takes and what comes of it."""

    takes: frozenset[Kind]
    gives: Kind
    arguments: tuple[str, ...] = ()
    """What its arguments are, in order: kind, language, words."""
    optional: int = 0
    bank: bool = False
    """Whether it is told that a bank reads."""


def _of(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


FILTERS: Final[Mapping[str, _Filter]] = {
    "yuan": _Filter(_of(Kind.MONEY), Kind.TEXT),
    "percent": _Filter(_of(Kind.SHARE), Kind.TEXT),
    "label": _Filter(_of(Kind.TEXT), Kind.TEXT, ("kind", "language")),
    "party": _Filter(_of(Kind.TEXT), Kind.TEXT, ("language",)),
    "side": _Filter(_of(Kind.OBJECT), Kind.TEXT, ("language",), bank=True),
    "owed": _Filter(_of(Kind.MONEY), Kind.TEXT, ("language",), bank=True),
    "spaced": _Filter(_of(Kind.TEXT), Kind.TEXT),
    "named": _Filter(_of(Kind.TEXT), Kind.TEXT),
    "numbered": _Filter(_of(Kind.TEXT), Kind.TEXT, ("language",)),
    "programme": _Filter(_of(Kind.TEXT), Kind.TEXT),
    "item": _Filter(_of(Kind.TEXT), Kind.TEXT, ("language",)),
    "month": _Filter(_of(Kind.TEXT), Kind.TEXT, ("language",)),
    "abs": _Filter(_of(*_COUNTED), Kind.MONEY),
    "length": _Filter(_of(Kind.LIST), Kind.NUMBER),
    "join": _Filter(_of(Kind.LIST), Kind.TEXT, ("words",), optional=1),
}
"""Every filter that a text may use; what a filter makes larger is a list of the event's alone."""


def not_allowed(node: nodes.Node) -> Mistake:
    """A part of Jinja that no text may use."""
    name = type(node).__name__
    return Mistake(
        node.lineno or 1,
        "not-allowed",
        f"文本中不能使用：{name}",
        f"A text may not use this: {name}.",
    )


class Expressions:
    """Reads the expressions of a text where some names are known."""

    def __init__(
        self, names: Mapping[str, Shape], kept: frozenset[str], labels: frozenset[str]
    ) -> None:
        self._names = names
        self._kept = kept
        self._labels = labels
        self._found: list[Mistake] = []
        self._readers: Mapping[type[nodes.Node], Callable[..., Shape]] = {
            nodes.TemplateData: lambda _: _TEXT,
            nodes.Const: self._const,
            nodes.Name: self._name,
            nodes.Getattr: self._member,
            nodes.Getitem: self._item,
            nodes.Filter: self._filter,
            nodes.Test: self._test,
            nodes.CondExpr: self._choice,
            nodes.And: self._both,
            nodes.Or: self._both,
            nodes.Not: self._not,
            nodes.Neg: self._negative,
            nodes.Compare: self._compare,
            nodes.Concat: self._concat,
        }

    def shown(self, node: nodes.Node) -> Iterator[Mistake]:
        """What is wrong with something that people are to read."""
        self._printable(node, self._read(node))
        yield from self._taken()

    def asked(self, node: nodes.Node) -> Iterator[Mistake]:
        """What is wrong with a condition."""
        self._read(node)
        yield from self._taken()

    def looped(self, node: nodes.Node) -> tuple[Shape | None, list[Mistake]]:
        """What each turn of a loop has in hand, and what is wrong with what it loops over."""
        over = self._read(node)
        if over.kind is Kind.LIST:
            assert over.items is not None
            each = Shape(name=over.name, kind=over.items, fields=over.fields)
            return each, list(self._taken())
        if over is not _NOTHING:
            self._wrong(
                node, "not-a-list", "只能对事件自带的列表循环", "Loops go over lists of the event."
            )
        return None, list(self._taken())

    def _taken(self) -> list[Mistake]:
        taken, self._found = self._found, []
        return taken

    def _wrong(self, node: nodes.Node, code: str, zh: str, en: str) -> Shape:
        self._found.append(Mistake(node.lineno, code, zh, en))
        return _NOTHING

    def _read(self, node: nodes.Node) -> Shape:
        reader = self._readers.get(type(node))
        if reader is None:
            self._found.append(not_allowed(node))
            return _NOTHING
        return reader(node)

    def _printable(self, node: nodes.Node, value: Shape) -> None:
        if value.kind is Kind.MONEY:
            self._wrong(
                node, "money-without-yuan", f"{value.name} 是以分为单位的金额，须写作 {value.name} | yuan",
                f"{value.name} is an amount in fen: write {value.name} | yuan.",
            )  # fmt: skip
        elif value.kind is Kind.SHARE:
            self._wrong(
                node, "share-without-percent", f"{value.name} 是万分比，须写作 {value.name} | percent",
                f"{value.name} is in basis points: write {value.name} | percent.",
            )  # fmt: skip
        elif value.kind is Kind.FLAG and not isinstance(node, nodes.Const):
            self._wrong(
                node, "flag-shown", f"{value.name} 是是非值，须写作条件",
                f"{value.name} is true or false: ask for it with if.",
            )  # fmt: skip
        elif value.kind in (Kind.LIST, Kind.OBJECT) or (
            value.kind is Kind.OTHER and value is not _NOTHING
        ):
            self._wrong(
                node, "not-a-single-value", f"{value.name} 不是单个值，不能直接写出",
                f"{value.name} is no single value: name what lies in it, loop over it or join it.",
            )  # fmt: skip

    def _const(self, node: nodes.Const) -> Shape:
        value = node.value
        if isinstance(value, bool):
            return _FLAG
        if isinstance(value, int):
            return _NUMBER
        if isinstance(value, str) and is_clean(value):
            return _TEXT
        return self._wrong(
            node, "not-a-text", "只能写普通文字和整数", "Only plain words and whole numbers."
        )

    def _name(self, node: nodes.Name) -> Shape:
        shape, name = self._names.get(node.name), node.name[:LONGEST_NAME]
        if shape is not None:
            return shape
        if node.name in self._kept:
            return self._wrong(
                node, "field-not-told", f"银行不得知悉栏目 {name}",
                f"The field {name} is not told to banks.",
            )  # fmt: skip
        return self._wrong(
            node, "field-unknown", f"该消息没有栏目 {name}",
            f"The event has no field {name}.",
        )  # fmt: skip

    def _member(self, node: nodes.Getattr) -> Shape:
        return self._inside(node, self._read(node.node), node.attr)

    def _item(self, node: nodes.Getitem) -> Shape:
        if isinstance(node.node, nodes.Dict):
            return self._looked_up(node.node, node.arg)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._inside(node, self._read(node.node), node.arg.value)
        self._found.append(not_allowed(node))
        return _NOTHING

    def _inside(self, node: nodes.Expr, of: Shape, name: str) -> Shape:
        if of is _NOTHING:
            return of
        shape = of.fields.get(name) if of.kind is Kind.OBJECT else None
        if shape is not None:
            return shape
        return self._wrong(
            node, "field-unknown", f"{of.name or '该值'} 没有栏目 {name}",
            f"{of.name or 'This'} has no field {name}.",
        )  # fmt: skip

    def _looked_up(self, words: nodes.Dict, by: nodes.Expr) -> Shape:
        """{'a': 'one', 'b': 'two'}[code]: plain words for plain codes."""
        for pair in words.items:
            for part in (pair.key, pair.value):
                if not isinstance(part, nodes.Const):
                    self._found.append(not_allowed(part))
                else:
                    self._const(part)
        value = self._read(by)
        if value.kind not in {Kind.TEXT, Kind.NUMBER, Kind.FLAG} and value is not _NOTHING:
            self._wrong(
                by, "not-a-single-value", "只能按单个值取词", "Words are chosen by one value."
            )
        return _TEXT

    def _filter(self, node: nodes.Filter) -> Shape:
        rule = FILTERS.get(node.name)
        if rule is None or node.node is None or node.dyn_args or node.dyn_kwargs:
            return self._wrong(
                node,
                "filter-unknown",
                f"没有过滤器 {node.name}",
                f"There is no filter {node.name}.",
            )
        value = self._read(node.node)
        self._arguments(node, rule)
        if value is _NOTHING:
            return value
        fits = value.kind in rule.takes
        if node.name == "join":
            fits = fits and value.items in _PLAIN
        if not fits:
            return self._wrong(
                node, "filter-does-not-fit", f"过滤器 {node.name} 不能用于 {value.name or '该值'}",
                f"The filter {node.name} is not for {value.name or 'this value'}.",
            )  # fmt: skip
        kind = value.kind if node.name == "abs" else rule.gives
        return Shape(name=value.name, kind=kind)

    def _arguments(self, node: nodes.Filter, rule: _Filter) -> None:
        least = len(rule.arguments) - rule.optional
        fits = least <= len(node.args) <= len(rule.arguments)
        for given, what in zip(node.args, rule.arguments, strict=False):
            fits = fits and self._is_argument(given, what)
        for pair in node.kwargs:
            is_flag = isinstance(pair.value, nodes.Const) and isinstance(pair.value.value, bool)
            fits = fits and rule.bank and pair.key == "bank" and is_flag
        if not fits:
            self._wrong(
                node, "filter-arguments", f"“{node.name}”的写法不对",
                f"These are no arguments of the filter {node.name}.",
            )  # fmt: skip

    def _is_argument(self, given: nodes.Expr, what: str) -> bool:
        if not isinstance(given, nodes.Const) or not isinstance(given.value, str):
            return False
        if what == "language":
            return given.value in LANGUAGES
        return given.value in self._labels if what == "kind" else is_clean(given.value)

    def _test(self, node: nodes.Test) -> Shape:
        self._read(node.node)
        prefix = node.args[0] if len(node.args) == 1 else None
        is_ours = node.name in ("defined", "none") and not node.args
        is_ours |= (
            node.name == "starting"
            and isinstance(prefix, nodes.Const)
            and isinstance(prefix.value, str)
        )
        if not is_ours or node.kwargs or node.dyn_args or node.dyn_kwargs:
            self._wrong(
                node, "test-unknown", f"没有判断 {node.name}", f"There is no test {node.name}."
            )
        return _FLAG

    def _choice(self, node: nodes.CondExpr) -> Shape:
        self._read(node.test)
        first = self._read(node.expr1)
        if node.expr2 is None:
            return self._wrong(
                node, "else-missing", "条件须写明否则（else）怎样", "A choice must say what else."
            )
        second = self._read(node.expr2)
        return self._same(node, first, second)

    def _both(self, node: nodes.And | nodes.Or) -> Shape:
        return self._same(node, self._read(node.left), self._read(node.right))

    def _same(self, node: nodes.Expr, first: Shape, second: Shape) -> Shape:
        """Either of two values: what is no plain word of one is none of both."""
        if first is _NOTHING or second is _NOTHING:
            return _NOTHING
        return second if first.kind in _PLAIN | {Kind.FLAG} else first

    def _not(self, node: nodes.Not) -> Shape:
        self._read(node.node)
        return _FLAG

    def _negative(self, node: nodes.Neg) -> Shape:
        value = self._read(node.node)
        if value.kind in _COUNTED or value is _NOTHING:
            return value
        return self._wrong(
            node, "not-a-number", "只有数字可以取负", "Only numbers have a negative."
        )

    def _compare(self, node: nodes.Compare) -> Shape:
        self._read(node.expr)
        for one in node.ops:
            choices = one.expr
            if one.op in ("in", "notin") and isinstance(choices, nodes.List | nodes.Tuple):
                for part in choices.items:
                    self._read(part)
            else:
                self._read(choices)
        return _FLAG

    def _concat(self, node: nodes.Concat) -> Shape:
        for part in node.nodes:
            self._printable(part, self._read(part))
        return _TEXT


def is_clean(text: str) -> bool:
    """Whether a text can be kept and shown: characters of people, and lines of them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return all(one in "\n\t" or (one >= " " and one != "\x7f") for one in text)
