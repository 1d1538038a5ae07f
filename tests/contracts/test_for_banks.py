"""Field by field it is decided what a bank may know of an event; what is not decided stays inside."""

import pytest

from services.notifications.domain.notice import Banks
from services.notifications.domain.notices import NOTICES
from shared.contracts.redaction import IN_PART, decisions, fields_for_banks, read_by_bank
from shared.contracts.registry import EVENTS
from tests.notifications.samples import BANK, events

SAMPLES = {event.type: event for event in events()}


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_every_field_of_every_event_has_a_written_decision(event_type: str):
    row = decisions()[event_type]
    named = [field for which in ("told", "in_part", "kept") for field in row.get(which, ())]
    assert set(row) <= {"told", "in_part", "kept"}
    assert len(named) == len(set(named))
    assert set(named) == set(EVENTS[event_type].model_fields)
    assert set(row.get("in_part", ())) == {name for type_, name in IN_PART if type_ == event_type}


def test_nothing_is_decided_of_what_nobody_says_and_who_hears_may_know_something():
    assert set(decisions()) == set(EVENTS)
    heard = {name for name, notice in NOTICES.items() if notice.banks is not Banks.NONE}
    told = {name for name in NOTICES if fields_for_banks(name)}
    assert heard == told


@pytest.mark.parametrize("event_type", sorted(SAMPLES))
def test_a_feed_shows_a_bank_what_its_notice_shows_and_no_more(event_type: str):
    event = SAMPLES[event_type]
    read = read_by_bank(BANK, event.type, event.model_dump_json().encode())
    assert set(read) == {name.removesuffix("_fen") for name in fields_for_banks(event_type)}
    whole = event.model_dump(mode="json")
    in_part = {name for type_, name in IN_PART if type_ == event_type}
    assert {name: value for name, value in read.items() if name not in in_part} == {
        name: value for name, value in whole.items() if name in read and name not in in_part
    }


def test_of_a_limit_others_have_used_a_bank_reads_the_name_alone_in_the_feed_too():
    event = SAMPLES["coverage.declined.v1"]
    leverage, line = read_by_bank(BANK, event.type, event.model_dump_json().encode())["limits"]
    assert set(leverage) == {"limit", "requested", "source"}
    assert line["used"] == "28888888.00"
