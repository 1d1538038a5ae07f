"""One table says which field of a case the public reads: every field has its decision."""

import pytest

from services.risk_pool.tables.rows.claims import Claim
from services.risk_pool.tables.rows.subsidies import SubsidyRow
from shared.contracts.public_reading import masked, public_decisions, read_by_public

DERIVED = {"bank_name", "programme_name", "proposed_fen"}
NEVER = ("_by", "_name", "contact", "account", "paid_from", "voucher", "documents", "papers", "_id")
"""Parts of names of fields that speak of persons, accounts, papers or the inside of the house."""
NAMES_OF_INSTITUTIONS = {"borrower_name", "bank_name", "programme_name"}


@pytest.mark.parametrize(("kind", "row"), [("claim", Claim), ("subsidy", SubsidyRow)])
def test_every_field_of_a_case_has_a_decision_whether_the_public_reads_it(kind, row):
    decided = public_decisions()[kind]

    assert set(decided) - DERIVED == set(row.model_fields), "a field that nobody has decided on"
    assert set(decided) >= DERIVED
    assert set(decided.values()) == {"told", "masked", "amounts", "kept"}
    told = {name for name, which in decided.items() if which != "kept"} - NAMES_OF_INSTITUTIONS
    assert not [name for name in told if any(part in name for part in NEVER)]


def test_codes_are_masked_and_amounts_are_left_out_where_the_scheme_hides_them():
    case = {"borrower_name": "甲公司", "borrower_uscc": "91120110MA06XYZ12K", "number": "DL-C-1",
            "outstanding_principal_fen": 1, "proposed_fen": 2, "new_column": "x"}  # fmt: skip

    assert read_by_public("claim", case, hides_amounts=False) == {
        "borrower_name": "甲公司", "borrower_uscc": "91************Z12K",
        "outstanding_principal_fen": 1, "proposed_fen": 2,
    }  # fmt: skip
    assert set(read_by_public("claim", case, hides_amounts=True)) == {
        "borrower_name", "borrower_uscc",
    }  # fmt: skip
    assert masked("短") == "*"
