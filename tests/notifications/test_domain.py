"""The rules of telling, by themselves: who is told, what they may know, in which words."""

import json
from pathlib import Path

import pytest

from services.notifications.consumer import CONSUMES
from services.notifications.domain.audiences import BUREAU, audiences
from services.notifications.domain.links import path_of
from services.notifications.domain.notice import Banks
from services.notifications.domain.notices import NOTICES
from services.notifications.handlers.messages import draft_of
from services.notifications.templates.words import Catalogue
from services.risk_pool.domain.warning_signs import Cause, HandCause
from shared.contracts import applications, risk_pool
from shared.contracts.applications import DayOverV1
from shared.contracts.around_loans import PolicyStandsV1
from shared.contracts.audiences import told_to
from shared.contracts.envelope import by_type
from shared.contracts.people import PoolDutyGivenV1
from shared.contracts.redaction import fields_for_banks, on_the_wire
from shared.contracts.rights import LoanPledgesStandV1
from shared.contracts.risk_pool import StatementSignedV1
from shared.messaging.inbox import Received
from shared.ratios import percent_of_bp
from shared.roles import BUREAU_ROLES
from tests.notifications.samples import BANK, enveloped, events

FOR_BANKS = {name: fields_for_banks(name) for name in NOTICES if fields_for_banks(name)}

EXAMPLES = Path(__file__).parents[2] / "shared" / "contracts" / "examples"
SAMPLES = {event.type: event for event in events()}


def fact_of(event):
    return event.model_dump(mode="python", by_alias=False)


# Who hears


def test_every_event_of_the_two_producers_is_heard():
    produced = {name for name, event in by_type().items() if event.topic != "notifications"}
    # That a day is over, how pledges and policies stand, and what becomes of papers, is said between services:
    # people have nothing of it, or are told of the step itself.
    produced -= {DayOverV1.type, LoanPledgesStandV1.type, PolicyStandsV1.type}
    produced -= {name for name in produced if name.startswith("document.")}
    assert applications and risk_pool
    assert {event.type for event in CONSUMES} == produced
    # A signed statement goes with the pack of its month; who looks after which pools is seen where one works.
    untold = {StatementSignedV1.type, PoolDutyGivenV1.type}
    assert set(NOTICES) == produced - untold == set(SAMPLES)


def test_roles_are_roles_that_exist():
    named = {role for one in NOTICES.values() for role in (*one.roles, *one.roles_if_nobody)}
    assert named <= BUREAU_ROLES


@pytest.mark.parametrize("event_type", sorted(NOTICES))
def test_nobody_is_told_twice_and_no_bank_hears_of_another(event_type):
    told = audiences(event_type, fact_of(SAMPLES[event_type]), banks_of_pool=("X", "X", BANK))

    institutions = [audience.institution for audience in told]
    assert len(institutions) == len(set(institutions))
    assert told
    if NOTICES[event_type].banks is Banks.NAMED:
        assert set(institutions) <= {BANK, BUREAU}


# What they may know


@pytest.mark.parametrize("event_type", sorted(FOR_BANKS))
def test_a_field_that_a_contract_gains_stays_in_the_house(event_type):
    fact = {**fact_of(SAMPLES[event_type]), "gained_tomorrow": "secret"}

    assert "gained_tomorrow" not in told_to("bank", BANK, event_type, fact)
    assert told_to("bureau", BUREAU, event_type, fact) == fact


def test_of_a_type_that_the_table_does_not_list_a_bank_is_told_nothing():
    assert told_to("bank", BANK, "pool.warned.v1", fact_of(SAMPLES["pool.warned.v1"])) == {}


def test_of_a_limit_a_bank_is_told_its_name_but_not_what_others_have_used():
    told = told_to("bank", BANK, "coverage.declined.v1", fact_of(SAMPLES["coverage.declined.v1"]))

    leverage, line = told["limits"]
    assert leverage == {
        "limit": "maximum_leverage",
        "requested_fen": 500_000_000,
        "source": "办法第五条",
    }
    assert line["used_fen"] == 2_888_888_800


def test_a_declined_bank_reads_which_limits_bind_and_the_bureau_how_far():
    fact = fact_of(SAMPLES["coverage.declined.v1"])

    ours = Catalogue().words(
        BANK, "coverage.declined.v1", told_to("bank", BANK, "coverage.declined.v1", fact)
    )
    theirs = Catalogue().words(BUREAU, "coverage.declined.v1", fact)

    assert "1. 资金池放大倍数（办法第五条）\n2. 合作银行额度：已用 28,888,888.00 元" in ours.text_zh
    assert "1. 资金池放大倍数：已用 198,765,432.10 元（办法第五条）" in theirs.text_zh


def test_of_a_settlement_a_bank_is_told_its_own_line():
    told = told_to(
        "bank", "CMB-TJ", "settlement.posted.v1", fact_of(SAMPLES["settlement.posted.v1"])
    )

    assert [line["net_fen"] for line in told["statements"]] == [-9_900]


@pytest.mark.parametrize("event_type", sorted(NOTICES))
def test_the_bureau_gets_the_event_as_its_contract_writes_it(event_type):
    event = SAMPLES[event_type]

    assert on_the_wire(fact_of(event)) == event.model_dump(mode="json")


# The words


@pytest.mark.parametrize("event_type", sorted(NOTICES))
def test_every_text_can_be_written_from_what_its_reader_may_know(event_type):
    event = SAMPLES[event_type]

    drafts = [
        draft_of(Received(enveloped(event), event), fact_of(event), audience)
        for audience in audiences(event_type, fact_of(event), banks_of_pool=(BANK,))
    ]

    assert drafts
    for draft in drafts:
        words = draft.text
        for text in (words.title_zh, words.text_zh, words.title_en, words.text_en):
            assert text
            assert "{{" not in text and "None" not in text
        assert len(words.title_zh) <= 60 and "\n" not in words.title_zh
        assert draft.link.startswith("/") and "{" not in draft.link


@pytest.mark.parametrize("event_type", ["warning.raised.v1", "warning.concluded.v1"])
def test_a_warning_has_words_for_whatever_it_is_raised_for(event_type):
    for cause in (*Cause, *HandCause):
        event = SAMPLES[event_type].model_copy(update={"cause": cause})
        received = Received(enveloped(event), event)
        for audience in audiences(event_type, fact_of(event), banks_of_pool=(BANK,)):
            assert draft_of(received, fact_of(event), audience).text.text_en


@pytest.mark.parametrize("event_type", sorted(NOTICES))
def test_what_was_once_sent_can_still_be_told(event_type):
    contract = by_type()[event_type]
    for sent in json.loads((EXAMPLES / f"{event_type}.json").read_text()):
        event = contract.model_validate(sent)
        for audience in audiences(event_type, fact_of(event), banks_of_pool=(BANK,)):
            assert draft_of(
                Received(enveloped(event), event), fact_of(event), audience
            ).text.text_zh


def test_amounts_are_grouped_and_rates_are_percentages():
    words = Catalogue().words(
        BUREAU, "application.approved.v1", fact_of(SAMPLES["application.approved.v1"])
    )

    assert "金额 5,000,000.00 元" in words.text_zh
    assert "年利率 4.35%" in words.text_zh


@pytest.mark.parametrize(
    ("bp", "text"), [(0, "0%"), (5, "0.05%"), (10_000, "100%"), (435, "4.35%"), (-50, "-0.5%")]
)
def test_basis_points_for_people(bp, text):
    assert percent_of_bp(bp) == text


def test_a_text_that_asks_for_what_its_reader_may_not_know_fails(tmp_path):
    (tmp_path / "words.yaml").write_text(
        "labels: {}\n"
        "events:\n"
        "  pool.stopped.v1:\n"
        "    zh: {title: t, text: '{{ available_fen }}'}\n"
        "    en: {title: t, text: t}\n"
    )
    for name in ("email.txt.j2", "email.html.j2"):
        (tmp_path / name).write_text("")
    told = told_to("bank", BANK, "pool.stopped.v1", fact_of(SAMPLES["pool.stopped.v1"]))

    with pytest.raises(Exception, match="available_fen"):
        Catalogue(tmp_path).words(BANK, "pool.stopped.v1", told)


def test_a_link_leads_to_the_most_particular_page():
    assert path_of({"claim_id": "c", "loan_id": "l", "pool_code": "p"}) == "/claims/c"
    assert path_of({"loan_id": "l", "pool_code": "p"}) == "/cases/l"
    assert path_of({"pool_code": "p", "month": "2026-03"}) == "/pools/p/settlements/2026-03"
    assert path_of({"pool_code": "p"}) == "/pools/p"
