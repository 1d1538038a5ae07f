"""What a claim of a loan has to state by the loan's own terms: facts and amounts, by their names in
the request, with words, unit and source."""

from pydantic import BaseModel, Field

from shared.schemes.facts import amounts_needed, facts_needed
from shared.schemes.stated import UNITS
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import FactKind

_FIELDS = {"recovered": "recovered_before", "interest": "interest_arrears"}
"""Amounts whose field in a claim has a longer name."""


class FactOfClaim(BaseModel):
    """A fact as of the claim day that the bank states in `attributes`."""

    name: str = Field(examples=["is_unsecured"])
    kind: FactKind
    zh: str
    en: str
    unit_zh: str
    unit_en: str
    required: bool
    source: str = Field(description="The rule that asks for it.")


class AmountOfClaim(BaseModel):
    """An amount that the terms count beside the principal."""

    name: str = Field(examples=["recovered_before"], description="Its field in a claim.")
    required: bool = Field(description="Must be stated, if only as 0.00.")
    zh: str
    en: str
    source: str


def facts_of_claim(terms: Terms) -> list[FactOfClaim]:
    """The facts as of the claim that the bank states, in the order in which rules ask for them."""
    return [
        FactOfClaim(
            name=fact.name,
            kind=fact.kind,
            zh=fact.zh,
            en=fact.en,
            unit_zh=UNITS[fact.kind].zh,
            unit_en=UNITS[fact.kind].en,
            required=fact.required,
            source=fact.source,
        )
        for fact in facts_needed(terms)
        if (fact.at, fact.by) == ("claim", "bank")
    ]


def amounts_of_claim(terms: Terms) -> list[AmountOfClaim]:
    """The amounts that the terms count: those that must be stated first."""
    return [
        AmountOfClaim(
            name=_FIELDS.get(one.name, one.name),
            required=one.required,
            zh=one.zh,
            en=one.en,
            source=one.source,
        )
        for one in amounts_needed(terms)
    ]
