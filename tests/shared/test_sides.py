"""Owed and owing: each reader is told from its own side."""

import pytest

from shared.sides import net_seen_by, reader_of, seen_by, side_words


def test_a_party_receives_what_is_payable_to_it_and_pays_what_is_receivable_from_it():
    side = seen_by("party", payable_fen=300, receivable_fen=1_000)

    assert (side.to_receive_fen, side.to_pay_fen) == (300, 1_000)
    assert (side.verdict, side.net_fen) == ("pays", 700)
    assert side_words("party", side.verdict) == ("应付资金池", "To pay to the pool")


def test_the_pool_pays_what_is_payable_to_a_party_and_collects_what_is_receivable():
    side = seen_by("pool", payable_fen=300, receivable_fen=1_000)

    assert (side.to_pay_fen, side.to_receive_fen) == (300, 1_000)
    assert (side.verdict, side.net_fen) == ("receives", 700)
    assert side_words("pool", side.verdict) == ("应收该方", "To collect from the party")


def test_the_pools_own_row_tells_what_it_collects_and_pays_in_all():
    side = seen_by("pool_itself", payable_fen=1_000, receivable_fen=300)

    assert (side.to_receive_fen, side.to_pay_fen) == (1_000, 300)
    assert side_words("pool_itself", side.verdict) == ("应收各方", "To collect from the parties")


@pytest.mark.parametrize("net_fen", [-1, 0, 1])
def test_what_one_side_pays_the_other_receives(net_fen):
    theirs, ours = net_seen_by("party", net_fen), net_seen_by("pool", net_fen)

    assert theirs.net_fen == ours.net_fen == abs(net_fen)
    assert {"pays": "receives", "receives": "pays", "even": "even"}[theirs.verdict] == ours.verdict


def test_the_pools_people_read_a_partys_row_from_the_pools_side():
    assert reader_of(True) == "pool"
    assert reader_of(False) == "party"
    assert reader_of(True, row_is_pools=True) == "pool_itself"
