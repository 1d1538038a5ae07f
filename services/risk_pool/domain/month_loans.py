"""A bank's loans at a month's end, in all and by risk class, as a statement shows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanFigures:
    """Loans counted and added up: those in cover, those of them overdue, and what money moved."""

    loans: int = 0
    outstanding_fen: int = 0
    covered_fen: int = 0
    overdue_loans: int = 0
    overdue_fen: int = 0
    claims: int = 0
    claimed_fen: int = 0
    recoveries: int = 0
    recovered_fen: int = 0
    once_outstanding_fen: int = 0
    once_covered_fen: int = 0
    """What loans and their renewals have in common: already left out of the figures above."""

    def __add__(self, other: "LoanFigures") -> "LoanFigures":
        return LoanFigures(
            **{
                one.name: getattr(self, one.name) + getattr(other, one.name)
                for one in fields(LoanFigures)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLoans:
    """Figures in all, and by class ("" where none was reported) where loans are in cover."""

    total: LoanFigures
    by_class: Mapping[str, LoanFigures]


def loans_together(parts: Iterable[tuple[str, LoanFigures]]) -> MonthLoans:
    """Figures of classes, of one bank or of many, as one."""
    total = LoanFigures()
    by_class: dict[str, LoanFigures] = {}
    for risk_class, figures in parts:
        total += figures
        by_class[risk_class] = by_class.get(risk_class, LoanFigures()) + figures
    return MonthLoans(
        total=total,
        by_class={name: by_class[name] for name in sorted(by_class) if by_class[name].loans},
    )
