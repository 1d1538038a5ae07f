"""What the register of rights and firms answers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.applications.domain.life_cycle import State
from services.applications.domain.right_facts import Burden, LegalStatus, Source, facts, known
from shared.money import MONEY_NAMES, Fen
from shared.rights import Kind


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class SourceAnswer(_Answer):
    """Who said something, of which day, and from what."""

    bank_code: str = Field(description='Of the bank that said it; "*" for the bureau.')
    source: Source
    reference: str = Field(description="The case, the import, or the extract's own number.")
    application_id: UUID | None = None
    document_id: UUID | None = None
    as_of: date
    said_by_name: str
    said_at: datetime


class WordAnswer(SourceAnswer):
    """A source's last word on a fact, where it is another one."""

    value: str


class FactAnswer(_Answer):
    """One fact as it holds, whose word it is, and whose last word differs."""

    field: str = Field(examples=["owner_name"])
    value: str
    by: SourceAnswer
    others: list[WordAnswer] = Field(description="Differing last words of other sources.")


class RightSummary(_Answer):
    """A right in a list, as it is known now."""

    id: UUID
    kind: Kind
    number: str
    nice_class: int | None
    name: str | None
    owner_uscc: str | None
    owner_name: str | None
    legal_status: LegalStatus | None
    fees_paid_to: date | None
    expires_on: date | None
    pledged: bool = Field(description="In a live case of any bank.")


class StatementAnswer(SourceAnswer):
    """Everything that a source said at once."""

    number_as_given: str
    name: str | None
    owner_uscc: str | None
    owner_name: str | None
    legal_status: LegalStatus | None
    filed_on: date | None
    granted_on: date | None
    fees_paid_to: date | None
    renewed_on: date | None
    expires_on: date | None
    note: str


class BurdenAnswer(_Answer):
    """A licence, a preservation, a dispute, and when it ended."""

    id: UUID
    burden: Burden
    party: str
    reference: str
    began_on: date
    note: str
    source: Source
    bank_code: str
    document_id: UUID | None
    said_by_name: str
    said_at: datetime
    ended_on: date | None
    end_reason: str | None
    ended_by: str | None


class RightCase(_Answer):
    """A case of yours, or of any bank for the bureau, that offers the right."""

    id: UUID
    number: str
    bank_code: str
    pool_code: str
    state: State
    borrower_uscc: str
    borrower_name: str
    amount_fen: Fen
    collateral_no: int
    holds: bool = Field(description="The pledge is living.")
    rank: int | None = Field(description="In which the case holds the right, while it does.")
    renews: UUID | None = Field(description="The case whose loan it renews with the same rights.")
    loan_no: str | None
    outstanding_principal_fen: Fen | None
    matures_on: date | None
    registry: str | None
    registration_no: str | None
    registered_on: date | None
    value_fen: Fen | None
    method: str | None
    appraiser: str | None
    valued_on: date | None


class RightAnswer(RightSummary):
    """A right with everything that you may know of it."""

    first_seen_at: datetime
    pledged_elsewhere: bool = Field(
        description="In a live case that is not yours to see; nobody is named."
    )
    ranks: int = Field(description="In how many ranks it is pledged, in live cases of any bank.")
    facts: list[FactAnswer]
    statements: list[StatementAnswer] = Field(description="All that was said, the last first.")
    burdens: list[BurdenAnswer]
    cases: list[RightCase]


class KeptAnswer(_Answer):
    """Where the right is that something was said of."""

    id: UUID


def summary(row: Mapping[str, Any], statements: Sequence[Mapping[str, Any]]) -> RightSummary:
    """A right in a list, from what was said of it."""
    return RightSummary(**_summary(row, statements))


def _summary(row: Mapping[str, Any], statements: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    holds = known(statements)
    shown = ("name", "owner_uscc", "owner_name", "legal_status", "fees_paid_to", "expires_on")
    return {
        "id": row["id"],
        "kind": row["kind"],
        "number": row["number"],
        "nice_class": row["nice_class"] or None,
        "pledged": row["pledged"],
        **{name: holds.get(name) for name in shown},
    }


def right_answer(
    row: Mapping[str, Any],
    statements: Sequence[Mapping[str, Any]],
    *,
    burdens: Sequence[Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]],
) -> RightAnswer:
    """The page of a right."""
    own = [_case(one) for one in cases]
    return RightAnswer(
        **_summary(row, statements),
        first_seen_at=row["first_seen_at"],
        pledged_elsewhere=row["ranks"] > len({one.rank for one in own if one.holds}),
        ranks=row["ranks"],
        facts=[
            FactAnswer(
                field=fact.field,
                value=str(fact.value),
                by=SourceAnswer(**dict(fact.by)),
                others=[WordAnswer(**dict(one), value=str(one[fact.field])) for one in fact.others],
            )
            for fact in facts(statements)
        ],
        statements=[StatementAnswer(**dict(one)) for one in reversed(statements)],
        burdens=[BurdenAnswer(**dict(one)) for one in burdens],
        cases=own,
    )


def _case(row: Mapping[str, Any]) -> RightCase:
    return RightCase(
        **dict(row),
        outstanding_principal_fen=row["outstanding_fen"],
        registry=row["register_name"],
    )
