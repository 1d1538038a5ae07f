"""Tables to fill in: one column for each field of a step, and one for each fact that it needs."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.applications.bank_files.columns import (
    LOAN,
    PAID_OUT,
    entry_columns,
    other_columns,
    party_column,
    pledgor_columns,
    right_columns,
)
from services.applications.domain.paid_out import PAPERS
from shared.schemes.facts import FactDay, amounts_needed, facts_needed
from shared.schemes.sources import in_words
from shared.schemes.stated import UNITS
from shared.schemes.terms import Terms
from shared.sheets.claim_columns import CLAIM
from shared.sheets.columns import Column, fact_column, paper_column

RIGHTS: Final = 3
"""Rights of one loan that the table has columns for; more columns of the same form are read, too."""

OTHERS: Final = 2
"""As many pieces of other collateral, and pledgors of the first right."""

_STEPS: Final[Mapping[FactDay, Sequence[Column]]] = {
    "approval": LOAN,
    "disbursement": (
        Column("number", "申请编号", "", "number"),
        Column("loan_no", "借据号", "", "number"),
        Column("amount", "放款金额", "元", "money"),
        Column("disbursed_on", "放款日", "如 2026-03-02", "day"),
        Column("matures_on", "到期日", "如 2027-03-02", "day"),
    ),
    "claim": CLAIM,
}  # fmt: skip

_BOM: Final = "\ufeff"
"""Without it spreadsheets read Chinese in a CSV as something else."""


def columns_of(at: FactDay, terms: Terms) -> list[Column]:
    """The fields of a step, and behind them what the mode asks for: facts, and of an application its
    parties, rights and papers."""
    facts = list(_facts(at, terms))
    if at == "claim":
        papers = _papers(terms.claim_documents, in_words(terms.source("claim_documents")))
        return [*_claim(terms), *facts, *papers]
    if at != "approval":
        return [*_STEPS[at], *facts]
    parties = [role for role in terms.parties if role not in ("pool", "bank")]
    return [
        *_STEPS[at],
        *facts,
        *(
            replace(party_column(role), required=role not in terms.behind,
                    source=in_words(terms.source("parties")))
            for role in parties
        ),
        *(
            column if number == 0 else replace(column, required=False)
            for number in range(RIGHTS)
            for column in right_columns(number)
        ),
        *(column for number in range(OTHERS) for column in pledgor_columns(0, number)),
        *(column for number in range(OTHERS) for column in other_columns(number)),
        *_filed(terms),
        *_papers(terms.documents, in_words(terms.source("documents"))),
    ]  # fmt: skip


def _filed(terms: Terms) -> Iterator[Column]:
    """The columns of loans that are filed after they were paid out, where the mode takes such."""
    if not terms.filing.takes_paid_out:
        return
    source, needed = in_words(terms.source("filing")), not terms.filing.takes_approval_before
    for column in PAID_OUT:
        yield replace(column, required=needed, source=source)
    for number in range(RIGHTS):
        for column in entry_columns(number):
            yield replace(column, required=needed and number == 0, source=source)
    for kind in PAPERS:
        if kind not in terms.documents:
            yield replace(paper_column(kind), required=needed, source=source)


def _claim(terms: Terms) -> Iterator[Column]:
    """The fields of a claim; amounts that the mode cannot do without are marked."""
    names = {"recovered": "recovered_before", "interest": "interest_arrears"}
    asked = {names.get(one.name, one.name): one for one in amounts_needed(terms)}
    for column in _STEPS["claim"]:
        amount = asked.get(column.name)
        if amount is not None and amount.required:
            column = replace(column, required=True, source=in_words(amount.source))
        yield column


def _facts(at: FactDay, terms: Terms) -> Iterator[Column]:
    for fact in facts_needed(terms):
        column = fact_column(fact.name)
        if column is not None and fact.at == at and fact.by == "bank":
            yield replace(
                column, unit=UNITS[fact.kind].zh, source=fact.source, required=fact.required
            )


def _papers(kinds: Sequence[str], source: str) -> Iterator[Column]:
    for kind in kinds:
        yield replace(paper_column(kind), required=True, source=source)


def begun(columns: Sequence[Column], known: Mapping[str, str]) -> list[str]:
    """The first row to fill in: what is known already; nothing where the step names its loan."""
    return [known.get(one.name, "") for one in columns]


def template(columns: Sequence[Column], known: Mapping[str, str]) -> bytes:
    """A table as CSV: names for people, names of the API, units, and one row begun."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow([one.zh for one in columns])
    writer.writerow([one.name for one in columns])
    writer.writerow([one.unit for one in columns])
    first = begun(columns, known)
    if any(first):
        writer.writerow(first)
    return (_BOM + written.getvalue()).encode()
