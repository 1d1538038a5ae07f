"""How policies and guarantees are answered: with every version, and whether they stand today."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.applications.domain.enhancement import LIFE_CYCLE, Action, State
from services.applications.queries.enhancements import Shown, as_enhancement, as_promise
from shared.auth.identity import Identity
from shared.money import MONEY_NAMES, Fen


class _Answer(BaseModel):
    model_config = ConfigDict(**MONEY_NAMES, from_attributes=True)


class _Said(_Answer):
    version_no: int
    effective_on: date
    begins_on: date
    ends_on: date
    document_id: UUID | None
    reason: str = Field(description="Why it was endorsed or changed; empty for the first.")
    said_name: str
    said_at: datetime


class PolicyVersion(_Said):
    """What a policy says from a day on."""

    amount_fen: Fen
    premium_fen: Fen | None
    premium_borne_by: str | None
    beneficiary_bank: str | None


class GuaranteeVersion(_Said):
    """What a guarantee says from a day on: an amount, or a part of the loan's principal."""

    amount_fen: Fen | None
    ratio_bp: int | None
    fee_fen: Fen | None
    fee_borne_by: str | None


class _Enhancement(_Answer):
    id: UUID
    kind: str
    bank_code: str = Field(description='Whose row it is; "*" is the bureau\'s own.')
    case_id: UUID | None
    case_number: str | None
    firm_uscc: str
    firm_name: str
    number: str
    state: State
    version: int
    is_live: bool = Field(description="It stands today: within its days, and not ended.")
    begins_on: date
    ends_on: date
    days_left: int | None = Field(description="Days to its last day, while it stands.")
    ended_on: date | None
    recorded_name: str
    recorded_at: datetime
    pending_actions: list[Action]


class PolicyAnswer(_Enhancement, PolicyVersion):
    """A policy as it stands today, with every version."""

    insurer_uscc: str
    insurer_name: str
    renews: UUID | None
    first_id: UUID | None = Field(description="The first policy of its chain of renewals.")
    first_number: str | None
    versions: list[PolicyVersion]


class GuaranteeAnswer(_Enhancement, GuaranteeVersion):
    """A guarantee as it stands today, with every version."""

    guarantor_uscc: str
    guarantor_name: str
    backs: UUID | None = Field(description="The guarantee that this re-guarantee is behind.")
    versions: list[GuaranteeVersion]


class EnhancementFinding(BaseModel):
    """What speaks against the cover."""

    code: str
    zh: str
    en: str


class EnhancementsAnswer(_Answer):
    """Policies and guarantees of a case, and what they cover of its loan today."""

    policies: list[PolicyAnswer]
    guarantees: list[GuaranteeAnswer]
    loan_fen: Fen = Field(description="The loan as it was lent, else as it is applied for.")
    guaranteed_fen: Fen = Field(
        description="By guarantees that stand today, re-guarantees left out; at most the loan."
    )
    insured_fen: Fen = Field(
        description="By loan guarantee insurance that stands today for the case's bank."
    )
    insurer_bears: bool = Field(description="The scheme's split lets an insurer bear a part.")
    findings: list[EnhancementFinding] = Field(
        description="Where an insurer bears: that no policy covers the loan. It refuses nothing."
    )


def policy(shown: Shown, caller: Identity, *, today: date) -> PolicyAnswer:
    """A policy with its versions."""
    row, versions = shown
    said = [PolicyVersion(**_said(one), **_price(one, "premium")) for one in versions]
    return PolicyAnswer(
        **dict(_now(said, shown, today)),
        **_common(shown, caller, today),
        insurer_uscc=row["issuer_uscc"],
        insurer_name=row["issuer_name"],
        renews=row["renews"],
        first_id=row["first_id"],
        first_number=row["first_number"],
        versions=said,
    )


def guarantee(shown: Shown, caller: Identity, *, today: date) -> GuaranteeAnswer:
    """A guarantee with its versions."""
    row, versions = shown
    said = [GuaranteeVersion(**_said(one), **_price(one, "fee")) for one in versions]
    return GuaranteeAnswer(
        **dict(_now(said, shown, today)),
        **_common(shown, caller, today),
        guarantor_uscc=row["issuer_uscc"],
        guarantor_name=row["issuer_name"],
        backs=row["backs"],
        versions=said,
    )


def _said(version: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "version_no", "effective_on", "begins_on", "ends_on", "document_id", "reason", "said_name",
        "said_at", "amount_fen", "ratio_bp", "beneficiary_bank",
    )  # fmt: skip
    return {name: version[name] for name in names}


def _price(version: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {f"{name}_fen": version["price_fen"], f"{name}_borne_by": version["price_borne_by"]}


def _now(said: Sequence[_Said], shown: Shown, today: date) -> _Said:
    """The version in effect today."""
    at = as_enhancement(shown).at(today)
    return next(
        one for one, kept in reversed(list(zip(said, shown[1], strict=True)))
        if as_promise(kept) == at
    )  # fmt: skip


def _common(shown: Shown, caller: Identity, today: date) -> dict[str, Any]:
    row = shown[0]
    value = as_enhancement(shown)
    names = (
        "id", "kind", "bank_code", "case_number", "firm_uscc", "firm_name", "number", "state",
        "version", "ended_on", "recorded_name", "recorded_at",
    )  # fmt: skip
    live = value.is_live(today)
    return {
        **{name: row[name] for name in names},
        "case_id": row["application_id"],
        "is_live": live,
        "days_left": (value.at(today).ends_on - today).days if live else None,
        "pending_actions": [Action(one) for one in LIFE_CYCLE.open_to(row, caller)],
    }
