"""Which papers of a case are there, and how the others stand; kind by kind, as the programme asks.

A reviewer may find a paper wanting, or a kind not needed in this case, each with a reason. What
they find is kept and told to the bank; the youngest word about a kind, or about a paper, counts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.applications.domain.life_cycle import State
from services.applications.domain.submission import SubmittedDocument
from shared.months import add_months
from shared.refusals import FieldFault, Refused
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import DOCUMENTS

JUDGED_IN: Final = frozenset(
    {
        State.RETURNED_FOR_CORRECTION,
        State.ACCEPTED,
        State.UNDER_REVIEW,
        State.RECOMMENDED,
        State.TO_COUNTERSIGN,
    }
)
"""Where a case's papers are still looked at: until it is decided on."""

MONTHS_VALID: Final = {"appraisal_report": (12, "资产评估报告使用有效期一年（假定）")}
"""How long papers of a kind hold from the day on which they were issued, and who says so. The
others hold until the day that they say themselves, if they do."""


class Standing(StrEnum):
    """How the papers of a kind stand."""

    THERE = "there"
    MISSING = "missing"
    NOT_APPLICABLE = "not_applicable"
    REFUSED = "refused"
    EXPIRED = "expired"


class Said(StrEnum):
    """What a reviewer says of a kind or of a paper; `needed` and `accepted` take it back."""

    REFUSED = "refused"
    ACCEPTED = "accepted"
    NOT_APPLICABLE = "not_applicable"
    NEEDED = "needed"


OF_PAPERS: Final = frozenset({Said.REFUSED, Said.ACCEPTED})
"""Said of one paper; the others of a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was said of a kind of paper, or of one paper, by whom and when."""

    kind: str
    document_id: UUID | None
    verdict: str
    reason: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One kind of paper on the list. `verdict` is what somebody said that decides its standing."""

    kind: str
    standing: Standing
    is_asked_for: bool
    source: str
    papers: tuple[SubmittedDocument, ...]
    verdict: Verdict | None = None
    ended_on: date | None = None
    """The last day on which the paper held, where that is over."""

    @property
    def is_open(self) -> bool:
        """Whether the bank is to send something."""
        return self.standing in (Standing.REFUSED, Standing.EXPIRED) or (
            self.is_asked_for and self.standing is Standing.MISSING
        )


class PapersDecided(Refused):
    """The case is decided on; its papers are not judged any more."""

    code = "papers-decided"


def holds_until(paper: SubmittedDocument) -> date | None:
    """The last day on which a paper holds: what it says, or its kind's time from its own date."""
    ends = [] if paper.valid_until is None else [paper.valid_until]
    if paper.issued_on is not None and paper.kind in MONTHS_VALID:
        ends.append(add_months(paper.issued_on, MONTHS_VALID[paper.kind][0]))
    return min(ends, default=None)


def checklist(
    terms: Terms | None,
    papers: Sequence[SubmittedDocument],
    verdicts: Sequence[Verdict],
    *,
    today: date,
    further: Iterable[tuple[str, str]] = (),
) -> tuple[Line, ...]:
    """Every kind that the programme asks for, in its order, then those that the kind of the case
    asks for (`further`, each with its source), then what was handed in besides."""
    source = in_words(terms.source("documents")) if terms else ""
    asked = dict(further) | dict.fromkeys(terms.documents if terms else (), source)
    ordered = (*(terms.documents if terms else ()), *asked)
    kinds = dict.fromkeys((*ordered, *(one.kind for one in papers)))
    return tuple(
        _line(kind, papers, verdicts, today=today, source=asked.get(kind, ""),
              is_asked_for=kind in asked)
        for kind in kinds
    )  # fmt: skip


def _line(
    kind: str, papers: Sequence[SubmittedDocument], verdicts: Sequence[Verdict], *, today: date,
    source: str, is_asked_for: bool,
) -> Line:  # fmt: skip
    own = tuple(one for one in papers if one.kind == kind)
    said = {one.document_id: one for one in verdicts if one.kind == kind}
    refused = [one for one in own if _is_refused(one, said.get(one.document_id))]
    expired = [one for one in own if one not in refused and _is_over(one, today)]
    standing, verdict, ended_on = Standing.MISSING, None, None
    if len(refused) + len(expired) < len(own):
        standing = Standing.THERE
    elif None in said and said[None].verdict == Said.NOT_APPLICABLE:
        standing, verdict = Standing.NOT_APPLICABLE, said[None]
    elif refused:
        standing, verdict = Standing.REFUSED, said[refused[-1].document_id]
    elif expired:
        standing, ended_on = Standing.EXPIRED, holds_until(expired[-1])
    return Line(
        kind=kind, standing=standing, is_asked_for=is_asked_for, source=source, papers=own,
        verdict=verdict, ended_on=ended_on,
    )  # fmt: skip


def _is_refused(paper: SubmittedDocument, said: Verdict | None) -> bool:
    return paper.document_id is not None and said is not None and said.verdict == Said.REFUSED


def _is_over(paper: SubmittedDocument, today: date) -> bool:
    ends = holds_until(paper)
    return ends is not None and ends < today


def paper_findings(lines: Sequence[Line]) -> Iterator[Finding]:
    """What speaks against a case: its papers that were refused or hold no longer. That one is
    missing, the programme's own check tells."""
    for line in lines:
        if line.standing is Standing.REFUSED and line.verdict:
            zh, en = words_of(line.kind)
            yield Finding(
                code="document-refused",
                source=line.source or "材料审查",
                zh=f"{zh}未被接受：{line.verdict.reason}",
                en=f"The {en} was not accepted: {line.verdict.reason}",
                field="/documents",
                evidence={"document": line.kind, "reason": line.verdict.reason},
            )
        if line.standing is Standing.EXPIRED:
            zh, en = words_of(line.kind)
            yield Finding(
                code="document-expired",
                source=MONTHS_VALID.get(line.kind, (0, line.source or "材料所载有效期"))[1],
                zh=f"{zh}已于 {line.ended_on} 过期",
                en=f"The {en} held until {line.ended_on}.",
                field="/documents",
                evidence={"document": line.kind, "valid_until": str(line.ended_on)},
            )


def words_of(kind: str) -> tuple[str, str]:
    """A kind of paper in Chinese and English; the bank's own word where it is none of ours."""
    known = DOCUMENTS.get(kind)
    return (known.zh, known.en) if known else (kind, kind)


def verdict_faults(
    said: Said, kind: str, document_id: UUID | None, papers: Sequence[SubmittedDocument]
) -> tuple[FieldFault, ...]:
    """What is wrong with what a reviewer says: of a paper that the case does not have, of a kind
    that there is not."""
    if said in OF_PAPERS:
        if any(one.kind == kind and one.document_id == document_id for one in papers):
            return ()
        return (
            FieldFault(
                ("document",), "paper-not-on-case", "本申请没有这份材料",
                "The case has no such paper of that kind.",
            ),
        )  # fmt: skip
    if document_id is not None:
        return (
            FieldFault(
                ("document",), "kind-not-paper", "不适用是对一类材料而言，不必指明哪一份",
                "Not applicable is said of a kind, not of one paper.",
            ),
        )  # fmt: skip
    if kind not in DOCUMENTS:
        return (
            FieldFault(
                ("kind",), "kind-unknown", "没有这类材料", "There is no such kind of paper."
            ),
        )
    return ()
