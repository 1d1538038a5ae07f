"""Firms across cases and banks, as far as the reader may see."""

import re
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from services.applications.api.right_answers import RightSummary, summary
from services.applications.api.rights import Reader
from services.applications.domain.life_cycle import State
from services.applications.queries import firms, register
from shared.http.context import CurrentContext
from shared.money import MONEY_NAMES, Fen

router = APIRouter(tags=["firms"])

Uscc = Annotated[str, Path(examples=["91440400192548256N"])]
_WRITTEN_SO: Final = re.compile(r"[0-9A-Z]{18}")
"""What is written otherwise is no firm's, and is not looked for."""


def written_so(uscc: str) -> bool:
    """Whether a firm's code could be one at all."""
    return _WRITTEN_SO.fullmatch(uscc) is not None


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class FirmSummary(_Answer):
    """A firm in a list, with what you may see of it."""

    uscc: str
    name: str
    borrows: bool = Field(description="A bank has named it as a borrower.")
    cases: int
    rights: int
    outstanding_principal_fen: Fen


class FirmDescribed(_Answer):
    """The firm as one bank describes it."""

    bank_code: str
    name: str
    registered_on: date
    is_sme: bool
    region_code: str | None
    changed_at: datetime


class FirmCase(_Answer):
    """A case of the firm, and its loan where it has become one."""

    id: UUID
    number: str
    bank_code: str
    pool_code: str
    state: State
    renews: UUID | None = Field(description="The case whose loan it renews.")
    amount_fen: Fen
    submitted_at: datetime
    approved_on: date | None
    loan_no: str | None
    lent_fen: Fen | None
    outstanding_principal_fen: Fen | None
    overdue_days: int | None
    risk_class: str | None
    disbursed_on: date | None
    matures_on: date | None


class FirmClaim(_Answer):
    """A compensation that was paid for a loan of the firm."""

    case_id: UUID
    number: str
    bank_code: str
    claim_number: str
    paid_on: date | None
    at: datetime


class FirmListed(_Answer):
    """A look at a list of dishonest or abnormal firms, and whether it stood on it."""

    case_id: UUID
    number: str
    bank_code: str
    list_name: str
    checked_on: date
    found: bool
    by_register: bool = Field(description="The register of listed firms has answered.")
    by_name: str


class FirmAnswer(_Answer):
    """A firm: its cases, loans, rights, compensations and looks at lists; the youngest 200 each."""

    uscc: str
    name: str
    described: list[FirmDescribed]
    cases: list[FirmCase]
    rights: list[RightSummary]
    claims: list[FirmClaim]
    lists: list[FirmListed]


@router.get("/firms/{uscc}")
async def read_firm(uscc: Uscc, caller: Reader, context: CurrentContext) -> FirmAnswer:
    """One firm with its loans, rights, compensations and lists, across banks as far as you may
    see."""
    if not written_so(uscc):
        raise firms.absent()
    async with context.database.looking(caller.institution) as conn:
        described = await firms.described(conn, uscc)
        cases = await firms.cases(conn, uscc)
        rights = await firms.rights(conn, uscc)
        if not (described or cases or rights):
            raise firms.absent()
        said = await register.statements(conn, [register.key_of(row) for row in rights])
        claims = await firms.claims(conn, uscc)
        lists = await firms.lists(conn, uscc)
    owned = [summary(row, said[register.key_of(row)]) for row in rights]
    names = [row["name"] for row in described] + [one.owner_name or "" for one in owned]
    return FirmAnswer(
        uscc=uscc,
        name=next(filter(None, names), uscc),
        described=[FirmDescribed.model_validate(dict(row)) for row in described],
        cases=[
            FirmCase(**dict(row), outstanding_principal_fen=row["outstanding_fen"]) for row in cases
        ],
        rights=owned,
        claims=[
            FirmClaim(
                **dict(row),
                claim_number=row["detail"].get("claim_number", ""),
                paid_on=row["detail"].get("paid_on") or row["detail"].get("escrowed_on"),
            )
            for row in claims
        ],
        lists=[
            FirmListed(
                **dict(row),
                case_id=row["id"],
                list_name=row["said"]["name"],
                checked_on=row["said"]["checked_on"],
                found=row["said"]["found"],
                by_register=row["said"].get("by_register", False),
            )
            for row in lists
        ],
    )
