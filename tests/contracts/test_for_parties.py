"""For every audience it is decided, type by type and field by field, what it may know of an event."""

import pytest

from shared.contracts.audiences import (
    BY_LINES,
    audience_of,
    decisions_for_parties,
    fields_for_party,
    parties_of,
    read_by_party,
    tells_parties,
    told_nothing,
    told_to,
)
from shared.contracts.of_pool import Share
from shared.contracts.registry import EVENTS
from shared.schemes.vocabulary import PARTIES
from tests.notifications.samples import one

AUDIENCES = {"guarantor", "insurer", "appraiser"}


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_every_type_has_a_row_for_every_audience_and_every_field_a_decision(event_type: str):
    rows = decisions_for_parties()[event_type]
    assert set(rows) == AUDIENCES
    for audience, row in rows.items():
        named = [field for fields in row.values() for field in fields]
        assert set(row) <= {"told", "in_part", "kept"}, audience
        assert len(named) == len(set(named)), audience
        assert not row or set(named) == set(EVENTS[event_type].model_fields), audience
        # Whoever is told a list of all parties is told its own lines.
        assert set(row.get("in_part", ())) == set(BY_LINES) & fields_for_party(audience, event_type)


def test_nothing_is_decided_of_what_nobody_says_and_firms_and_the_public_are_told_nothing():
    assert set(decisions_for_parties()) == set(EVENTS)
    assert set(audience_of().values()) == AUDIENCES
    assert set(audience_of()) <= set(PARTIES) - {"pool", "bank"}
    assert set(told_nothing()) == {"firm", "public"}
    assert all(why.endswith(".") for why in told_nothing().values())
    for event_type in EVENTS:
        for audience in (*told_nothing(), "nobody has heard of"):
            assert told_to(audience, "", event_type, {"pool_code": "dongli"}) == {}
    assert tells_parties("risk_pool") and not tells_parties("applications")


def test_a_party_reads_its_own_share_and_no_other_figure():
    paid = one("claim.paid.v1").model_copy(
        update={
            "shares": (
                Share(party="pool", party_code="dongli", amount_fen=1),
                Share(party="bank", party_code="TJ-DB", amount_fen=2),
                Share(party="guarantor", party_code="TJ-DB", amount_fen=33_333_334),
                Share(party="insurer", party_code="PICC-TJ", amount_fen=4),
                Share(party="reguarantor", party_code="reguarantor", amount_fen=5),
            )
        }
    )
    fact = paid.model_dump(mode="python", by_alias=False)
    body = paid.model_dump_json().encode()

    assert parties_of(paid.type, fact) == (("guarantor", "TJ-DB"), ("insurer", "PICC-TJ"))
    read = read_by_party("TJ-DB", paid.type, body)
    assert read["shares"] == [{"party": "guarantor", "party_code": "TJ-DB", "amount": "333333.34"}]
    assert "paid" not in read and "paid_from" not in read
    # Neither one who is not named, nor a party that the loan does not name: it is called by its role.
    assert read_by_party("CPIC-TJ", paid.type, body) == {}
    assert read_by_party("reguarantor", paid.type, body) == {}
