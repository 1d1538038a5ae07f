"""Fills in texts that are not the house's own: in a sandbox, with an end to it.

The sandbox is the second wall. The first is the language (language.py): a text that is kept has
passed it, and what is run here has neither calls nor names that lead out. Length, turns of loops
and time are bounded all the same, for what an event brings is not known when a text is written.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notifications.domain.messages import MessageText
from services.notifications.domain.wording import MOST_TEXT, MOST_TITLE, Reader
from services.notifications.templates.expressions import FILTERS, Mistake, is_clean
from services.notifications.templates.filters import NAMES, NOBODY_NAMED, TESTS, filters
from services.notifications.templates.language import Known, mistakes_in
from services.notifications.templates.words import CATALOGUE
from shared.contracts.shapes import shapes_for, shapes_of

MOST_TURNS: Final = 5_000
"""Of all loops of one text together."""
MOST_SECONDS: Final = 1.0
"""Of the processor. A text takes some milliseconds; what garbage collection and a busy machine's
caches add to a thread's own time is far below."""
MISSING: Final = "—"
"""What stands where an event has no value."""
PARTS: Final = ("title_zh", "text_zh", "title_en", "text_en")


class RenderingFailed(Exception):
    """A text could not be filled in with an event."""


def _environment() -> ImmutableSandboxedEnvironment:
    """No globals, our filters and tests, nothing worked out before it is judged."""
    env = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,
        optimized=False,
        cache_size=0,
        finalize=lambda value: MISSING if value is None else value,
    )
    ours = {**env.filters, **filters(CATALOGUE.labels)}
    tests = {**{name: env.tests[name] for name in ("defined", "none")}, **TESTS}
    env.filters = {name: ours[name] for name in FILTERS}
    env.tests = tests
    env.globals = {}
    return env


_ENV = _environment()


def known_of(event_type: str, reader: Reader) -> Known:
    """What a text may speak of to a reader."""
    told = shapes_for(event_type, bank=reader is Reader.BANK)
    kept = frozenset(shapes_of(event_type)) - frozenset(told)
    return Known(told=told, kept=kept, labels=frozenset(CATALOGUE.labels))


def mistakes_of(source: str, known: Known, *, is_title: bool) -> tuple[Mistake, ...]:
    """Everything that is wrong with a text before it is filled in."""
    found = mistakes_in(_ENV, source, known)
    if not found and is_title and "\n" in source.strip():
        found = (Mistake(2, "one-line", "标题须为一行", "A title is one line."),)
    if found:
        return found
    try:
        _compiled(source)
    except Exception as error:
        # Whatever Python makes of what Jinja wrote: the text is not to be used.
        said = type(error).__name__
        return (Mistake(1, "too-complex", f"无法编译：{said}", f"It cannot be compiled: {said}"),)
    return ()


def filled(
    text: MessageText, told: Mapping[str, Any], names: Mapping[str, str] = NOBODY_NAMED
) -> MessageText:
    """What people read of an event, in a text's words; `names`: what codes are called. Raises
    RenderingFailed."""
    said = {part: filled_part(part, getattr(text, part), told, names) for part in PARTS}
    return MessageText(**said)


def filled_part(
    part: str, source: str, told: Mapping[str, Any], names: Mapping[str, str] = NOBODY_NAMED
) -> str:
    """One title or text, filled in. Raises RenderingFailed."""
    is_title = part.startswith("title")
    try:
        most = MOST_TITLE if is_title else MOST_TEXT
        said = _run(_compiled(source), told, names, most=most).strip()
    except RenderingFailed:
        raise
    except Exception as error:
        # A text, whatever is wrong with it, must not stop what tells people.
        raise RenderingFailed(f"{type(error).__name__}: {error}"[:300]) from error
    if not is_clean(said):
        raise RenderingFailed("it has characters that cannot be shown")
    if not said:
        raise RenderingFailed("nothing is left of it")
    return " ".join(said.split()) if is_title else said


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _ENV.from_string(source)


@dataclass(slots=True)
class _Budget:
    """What is left of turns and time."""

    turns: int
    ends_at: float

    def spend(self) -> None:
        self.turns -= 1
        if self.turns < 0:
            raise RenderingFailed(f"its loops take more than {MOST_TURNS} turns")
        if time.thread_time() > self.ends_at:
            raise RenderingFailed(f"it takes longer than {MOST_SECONDS} s")


class _Counted(tuple[Any, ...]):
    """A list of the event's, of which every turn is counted."""

    budget: _Budget

    def __iter__(self) -> Iterator[Any]:
        for one in super().__iter__():
            self.budget.spend()
            yield one


def _run(
    template: Template, told: Mapping[str, Any], names: Mapping[str, str], *, most: int
) -> str:
    budget = _Budget(MOST_TURNS, time.thread_time() + MOST_SECONDS)
    context = template.new_context({**_counted(told, budget), NAMES: names})
    parts, length = [], 0
    for part in template.root_render_func(context):
        budget.spend()
        parts.append(part)
        length += len(part)
        if length > 2 * most:
            raise RenderingFailed(f"it becomes longer than {most} characters")
    said = "".join(parts)
    if len(said.strip()) > most:
        raise RenderingFailed(f"it becomes longer than {most} characters")
    return said


def _counted(value: Any, budget: _Budget) -> Any:
    """The same value, its lists counted."""
    if isinstance(value, Mapping):
        return {name: _counted(one, budget) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        made = _Counted(_each(value, budget))
        made.budget = budget
        return made
    return value


def _each(values: Iterable[Any], budget: _Budget) -> Iterator[Any]:
    return (_counted(one, budget) for one in values)
