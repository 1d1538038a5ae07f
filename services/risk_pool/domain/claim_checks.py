"""What a machine can check of a claim before a person reads it.

One table, CHECKS, drives the pre-check, the filing and the review: each check gives rows that say
pass, fail, confirm or not applicable, on what evidence and by which article. A claim with a row
that fails is not taken; one that asks to be confirmed is taken when the bank stands by it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from services.risk_pool.domain.claim_check import Check, Situation
from services.risk_pool.domain.claim_list_check import check_lists
from services.risk_pool.domain.claim_loan_checks import (
    check_amounts,
    check_chain,
    check_cover,
    check_dates,
    check_loan,
    check_position,
    check_terms,
)
from services.risk_pool.domain.claim_rule_checks import (
    check_elsewhere,
    check_facts,
    check_papers,
    check_time,
    check_trigger,
)

CHECKS: tuple[Callable[[Situation], Iterator[Check]], ...] = (
    check_terms,
    check_loan,
    check_chain,
    check_amounts,
    check_position,
    check_cover,
    check_dates,
    check_trigger,
    check_papers,
    check_time,
    check_facts,
    check_elsewhere,
    check_lists,
)
"""Every check, in the order in which its rows are answered."""


def checked(at: Situation) -> list[Check]:
    """Every row; those that ask for confirmation carry whether the bank stands by them."""
    return [
        replace(row, confirmed=row.code in at.filed.confirmed) if row.result == "confirm" else row
        for check in CHECKS
        for row in check(at)
    ]


def against(rows: Sequence[Check]) -> list[Check]:
    """What stands against taking the claim: what fails, and what nobody has confirmed."""
    return [
        row
        for row in rows
        if row.result == "fail" or (row.result == "confirm" and not row.confirmed)
    ]
