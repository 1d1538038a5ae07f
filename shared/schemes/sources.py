"""Where a rule comes from, in words that an official knows: document, number, article, link, text.

In a scheme file a rule cites `S53; B.2`: short names for what the file lists under `documents`, for a
settled reading (H), for a topic of the survey of practice (B, D, F, G). Nobody but the writer of the
file reads those. `in_words` is the one place that turns them into words, and `cited` opens what
stands behind the words, with the article's text where it is known.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any

from shared.schemes.readings import LAWS, READINGS, SURVEY
from shared.schemes.rules.declare import AtLeast, Says
from shared.schemes.vocabulary import Words


@dataclass(frozen=True, slots=True)
class Article:
    """What a document says: an article, its wording or what was read of it."""

    text: Annotated[str, Says("原文或要旨", "its wording, or what it comes to")]
    article: Annotated[str, Says("条款，如 第八条", "which article")] = ""
    verbatim: Annotated[bool, Says("text 是否为原文", "whether the text is the wording")] = False
    rules: Annotated[
        tuple[str, ...], AtLeast(0), Says("所支持的规则名称", "the rules that it bears out")
    ] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A source that the rules cite."""

    zh: str
    en: str = ""
    where: str = ""
    number: Annotated[str, Says("文号；未写的从标题中取", "number; else taken from the title")] = ""
    articles: Annotated[
        tuple[Article, ...], AtLeast(0), Says("已知的条款内容", "what is known of its articles")
    ] = ()


Documents = Mapping[str, Document]

NO_TEXT = Words("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One source of a rule, opened: what an official looks up, and what is known of its text."""

    title: Words
    number: str = ""
    article: str = ""
    link: str = ""
    text: Words = NO_TEXT
    """Empty: only the citation is known."""
    verbatim: bool = False
    weak: bool = False
    """Read in another's report of it."""
    unseen: bool = False
    """The article surely exists; nobody here has seen its text."""


_CODE = re.compile(r"([A-Za-z][A-Za-z0-9_\-]*(?:\.[0-9]+)?)(~?)(?:\s+(.+))?", re.DOTALL)
_MARKED = re.compile(r"(.*?)(〔[^〕]*〕)?", re.DOTALL)
_NUMBER = re.compile(r"\w*〔[12][0-9]{3}〕\s?第?[0-9]+号|\w*令第[0-9]+号")
_UNSEEN = "n/v"
_UNSEEN_WORDS = Words("条文未见", "text not seen")
_WEAK_WORDS = Words("转述", "as reported")


def in_words(source: str, documents: Documents | None = None, language: str = "zh") -> str:
    """Citations such as "S53; B.2" as titles; words that are words already stay as they are."""
    if not documents:
        return _in_words(source, language)
    return _with_documents(source, documents, language)


@lru_cache(maxsize=4096)
def _in_words(source: str, language: str) -> str:
    """The sources of the house's own rules, a few, are asked for by every case that is judged."""
    return _with_documents(source, {}, language)


def _with_documents(source: str, documents: Documents, language: str) -> str:
    if not source:
        return ""
    marked = _MARKED.fullmatch(source)
    assert marked is not None
    said = [_said(part, documents, language) for part in _parts(marked[1])]
    return ("；" if language == "zh" else "; ").join(said) + (marked[2] or "")


_IN_BRACKETS = re.compile(r"[（(]([A-Za-z]+[0-9.]*)[)）]")


def note_in_words(note: str, documents: Documents | None = None) -> str:
    """A note in which a source or a settled reading stands in brackets by its short name: by its
    title instead."""
    return _IN_BRACKETS.sub(
        lambda found: (
            f"（{in_words(found[1], documents)}）"
            if _opened(found[1], documents or {}, rule="")
            else found[0]
        ),
        note,
    )


def _parts(source: str) -> Iterator[str]:
    return (part.strip() for part in source.split(";") if part.strip())


def _said(part: str, documents: Documents, language: str) -> str:
    one = _opened(part, documents, rule="")
    if one is None:
        return _UNSEEN_WORDS.said(language) if part == _UNSEEN else part
    notes = [
        words.said(language)
        for words, holds in ((_WEAK_WORDS, one.weak), (_UNSEEN_WORDS, one.unseen))
        if holds
    ]
    title = (one.title.said(language) or one.title.zh) + (f" {one.article}" if one.article else "")
    return f"{title}（{'，'.join(notes)}）" if notes else title


def _opened(part: str, documents: Documents, *, rule: str) -> Citation | None:
    """What a part of a citation names; None where it is in words already."""
    if (law := LAWS.get(part)) is not None:
        return Citation(title=law.title, text=law.text, verbatim=True)
    if part.endswith(_UNSEEN) and part != _UNSEEN and part[0] > "~":
        return Citation(title=Words(part.removesuffix(_UNSEEN).strip(), ""), unseen=True)
    found = _CODE.fullmatch(part)
    if found is None:
        return None
    code, weak, rest = found[1], bool(found[2]), (found[3] or "").strip()
    if (document := documents.get(code)) is not None:
        return _of_document(document, rule=rule, rest=rest, weak=weak)
    if (reading := READINGS.get(code)) is not None:
        return Citation(title=reading.title, article=rest, text=reading.text)
    topic = SURVEY.get(code) or SURVEY.get(code.partition(".")[0])
    return Citation(title=topic, article=rest) if topic is not None else None


def _of_document(document: Document, *, rule: str, rest: str, weak: bool) -> Citation:
    unseen = rest.endswith(_UNSEEN)
    article = rest.removesuffix(_UNSEEN).strip()
    named = [one for one in document.articles if article and one.article == article]
    about = [one for one in document.articles if rule and rule.split(".")[0] in one.rules]
    known = (named or about)[:1]
    number = document.number
    if not number and (in_title := _NUMBER.search(document.zh)):
        number = in_title[0]
    return Citation(
        title=Words(document.zh, document.en),
        number=number,
        article=article or (known[0].article if known else ""),
        link=document.where,
        text=Words(known[0].text, "") if known else NO_TEXT,
        verbatim=bool(known) and known[0].verbatim,
        weak=weak,
        unseen=unseen,
    )


def cited(source: str, documents: Documents, *, rule: str = "") -> tuple[Citation, ...]:
    """What stands behind a citation, short or in words, of a rule of the scheme."""
    marked = _MARKED.fullmatch(source)
    assert marked is not None
    found = []
    for part in _parts(marked[1].replace("；", ";")):
        one = _opened(part, documents, rule=rule) or _by_title(part, documents, rule=rule)
        found.append(one or Citation(title=Words(part, "")))
    return tuple(found)


def _by_title(part: str, documents: Documents, *, rule: str) -> Citation | None:
    """A citation that is in words already: the document, reading or topic of that title."""
    if part in (_UNSEEN, _UNSEEN_WORDS.zh):
        return Citation(title=_UNSEEN_WORDS, unseen=True)
    bare = re.sub(r"（(?:转述|条文未见|转述，条文未见)）$", "", part)
    weak, unseen = "转述" in part[len(bare) :], "条文未见" in part[len(bare) :]
    for document in sorted(documents.values(), key=lambda one: -len(one.zh)):
        if bare == document.zh or bare.startswith(f"{document.zh} "):
            rest = bare[len(document.zh) :].strip()
            opened = _of_document(document, rule=rule, rest=rest, weak=weak)
            return dataclasses.replace(opened, unseen=unseen)
    for reading in (*READINGS.values(), *LAWS.values()):
        if bare == reading.title.zh:
            law = reading in LAWS.values()
            return Citation(title=reading.title, text=reading.text, verbatim=law)
    for topic in SURVEY.values():
        if bare == topic.zh:
            return Citation(title=topic)
    return None


def worded(value: Any, said: Callable[[str], str]) -> Any:
    """A value of a rule with the sources of its parts in words, however deep they lie."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(worded(item, said) for item in value)
    if isinstance(value, Mapping):
        return {key: worded(item, said) for key, item in value.items()}
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    changed = {}
    for name in _fields(type(value)):
        before = getattr(value, name)
        after = said(before) if name == "source" else worded(before, said)
        if after != before:
            changed[name] = after
    return dataclasses.replace(value, **changed) if changed else value


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.init)
