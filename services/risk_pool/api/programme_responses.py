"""What the risk pool answers about programmes and their versions, as the API's reader finds it."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from services.risk_pool.api.case_responses import Money, MoveAnswer, WaitingFor
from shared.http.progress import StepAnswer
from shared.money import Fen


class WordsAnswer(BaseModel):
    """The same in Chinese and in English."""

    zh: str
    en: str


class ModeAnswer(BaseModel):
    """A way of sharing within a programme."""

    code: str = Field(examples=["direct"])
    name: WordsAnswer
    is_live: bool = Field(description="Complete, so that it may bind a loan.")


class VersionInList(BaseModel):
    """A version of a programme: from which day, who stands by it, where it is."""

    programme: str
    number: int
    name: WordsAnswer
    place: WordsAnswer
    in_force_from: date
    is_in_force: bool = Field(description="Loans approved today are judged by it.")
    sha256: str = Field(description="Of the text's bytes, as sha256sum says it.")
    accepted: list[str] = Field(description="Rules whose assumed values were accepted by name.")
    modes: list[ModeAnswer]
    proposed_at: datetime
    proposed_by: str
    proposed_by_name: str
    published_at: datetime | None
    published_by: str | None
    published_by_name: str | None
    state: str
    state_zh: str
    state_en: str
    state_since: datetime
    version: int
    pending_actions: list[str]
    waiting_for: WaitingFor | None


class ProgrammeAnswer(BaseModel):
    """A programme with its versions, the newest first; a bank sees those that are published."""

    programme: str
    name: WordsAnswer
    place: WordsAnswer
    in_force: int | None = Field(description="The number of the version in force today.")
    opens_pools: bool = Field(
        description="A version is published whose first mode is complete and shares losses."
    )
    versions: list[VersionInList]


class RuleInWords(BaseModel):
    """A rule by name, and what it is about."""

    rule: str = Field(examples=["loan_cap"])
    zh: str
    en: str


class AcceptedRule(RuleInWords):
    """A rule whose assumed value somebody stands by, with the value in each mode that has it."""

    values_zh: list[str]
    values_en: list[str]


class VersionAnswer(VersionInList):
    """A version with its text: the bytes by which every loan of its days is judged."""

    text: str
    common_text: str
    accepted_rules: list[AcceptedRule]
    progress: list[StepAnswer]
    history: list[MoveAnswer]


class RuleDifference(RuleInWords):
    """A rule that is not the same; None where a version has no such rule."""

    old_zh: list[str] | None
    new_zh: list[str] | None
    old_en: list[str] | None
    new_en: list[str] | None


class ModeDifference(BaseModel):
    """The rules of a mode that differ."""

    mode: str
    name: WordsAnswer
    in_old: bool
    in_new: bool
    rules: list[RuleDifference]


class BurdenAnswer(Money):
    """What losing these loans whole costs the pool and the bank under one version."""

    pool_fen: Fen
    bank_fen: Fen
    refused: int = Field(description="Loans that it compensates nothing of.")


class BookLineAnswer(Money):
    """One bank's loans in cover in one mode, each lost whole and judged by itself."""

    bank_code: str
    mode: str
    loans: int
    principal_fen: Fen
    old: BurdenAnswer
    new: BurdenAnswer


class BookTotal(Money):
    """All lines of the book together."""

    loans: int
    principal_fen: Fen
    old: BurdenAnswer
    new: BurdenAnswer


class DifferenceAnswer(BaseModel):
    """Two versions side by side: rules that differ, and who gains and loses on the loans in cover."""

    programme: str
    old: int
    new: int
    on: date = Field(description="The day whose terms are compared: the first of the new version.")
    modes: list[ModeDifference]
    book: list[BookLineAnswer]
    book_total: BookTotal
