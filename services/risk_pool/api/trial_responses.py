"""The trial split of a claim as it is answered."""

from typing import Any

from pydantic import BaseModel, Field


class TrialShare(BaseModel):
    """What one party would bear."""

    party: str = Field(examples=["pool"])
    party_code: str
    ratio: str | None = Field(
        description="By the scheme; none where no row of it fits.", examples=["2/5"]
    )
    due: str = Field(description="Before the caps.")
    amount: str = Field(examples=["360000.00"])


class TrialPayment(BaseModel):
    """One step on the way of the money."""

    payer: str
    payer_code: str
    payee: str
    payee_code: str
    kind: str
    amount: str


class TrialLimit(BaseModel):
    """A cap, or the part that is covered, before this claim and after it."""

    code: str
    zh: str
    en: str
    source: str
    parties: list[str] = Field(
        description="Whose payments it limits; empty: the covered principal."
    )
    limit: str | None = None
    used: str | None = Field(None, description="Taken by claims that were approved.")
    held: str | None = Field(None, description="What claims filed before it may take, undecided.")
    left: str | None = None
    due: str
    takes: str = Field(description="What this claim takes of it.")
    left_after: str | None = None
    binds: bool


class TrialPool(BaseModel):
    """The pool's own money before this claim and after it."""

    before: str
    held: str
    takes: str
    after: str


class TrialUsed(BaseModel):
    """What the pool bears of other claims, and with this one."""

    before: str
    held: str
    after: str


class TrialMissing(BaseModel):
    """What has to be stated before anything can be split."""

    code: str = Field(examples=["fact-missing"])
    zh: str
    en: str
    field: str


class TrialMoved(TrialMissing):
    """A fact that is not as it was claimed any more; an approval would be refused."""

    claimed: str
    now: str


class TrialAnswer(BaseModel):
    """What a claim would be split into now. `base` to `binding` are left out where something is
    missing; the pool's balance, other payments and how full a cap is are not told to a bank."""

    id: str = Field(description="Stands for everything that decided it; `approve` names it.")
    programme: str
    mode: str
    scheme_version: str
    principal: str
    claimed: str
    in_part: bool
    facts: dict[str, Any] = Field(description="The facts that were used.")
    position: dict[str, Any] | None = Field(description="The bank's last report of the loan.")
    base: str | None = None
    ip_part: str | None = None
    covered: str | None = None
    uncovered: str | None = None
    interest_outside: str | None = None
    shares: list[TrialShare] = Field(default_factory=list)
    payments: list[TrialPayment] = Field(default_factory=list)
    limits: list[TrialLimit] = Field(default_factory=list)
    binding: list[str] = Field(
        default_factory=list, description="Caps that cut, the tightest first."
    )
    pool: TrialPool | None = None
    bank_year: TrialUsed | None = None
    borrower: TrialUsed | None = None
    missing: list[TrialMissing] = Field(default_factory=list)
    moved: list[TrialMoved] = Field(default_factory=list)
