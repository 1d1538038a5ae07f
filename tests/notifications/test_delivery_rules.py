"""The rules of delivering, by themselves: when to try again, where to, who is next."""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.addresses import AddressPolicy, is_public, why_not
from services.notifications.domain.fairness import Fairness
from services.notifications.domain.retries import (
    LONGEST_RETRY_AFTER,
    WAITS_SECONDS,
    AttemptResult,
    Verdict,
    read_retry_after,
    what_next,
)
from tests.notifications.samples import NOW

# When to try again

ANSWERS = st.builds(
    AttemptResult,
    status=st.none() | st.integers(100, 599),
    retry_after=st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    hopeless=st.booleans(),
)


@given(answer=ANSWERS, tries=st.integers(1, 30), chance=st.floats(0, 1))
def test_a_next_attempt_lies_ahead_and_within_reason_and_the_last_one_is_the_last(
    answer, tries, chance
):
    then = what_next(answer, tries=tries, now=NOW, chance=chance)

    assert (then.at is not None) == (then.verdict is Verdict.RETRY)
    if then.at is not None:
        assert tries <= len(WAITS_SECONDS)
        assert NOW + timedelta(seconds=WAITS_SECONDS[tries - 1]) <= then.at
        assert then.at <= NOW + timedelta(seconds=max(WAITS_SECONDS) * 1.2)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery_even_at_the_last_attempt(status):
    then = what_next(AttemptResult(status=status), tries=99, now=NOW, chance=0)
    assert then.verdict is Verdict.DELIVERED


@pytest.mark.parametrize("status", [None, 101, 301, 307, 400, 404, 429, 500, 503])
def test_anything_else_is_tried_again_until_the_table_ends(status):
    answer = AttemptResult(status=status)
    verdicts = [what_next(answer, tries=n, now=NOW, chance=0).verdict for n in range(1, 12)]
    assert verdicts == [Verdict.RETRY] * 9 + [Verdict.FAILED] * 2


def test_the_receivers_wish_for_patience_is_honoured_but_not_for_ever():
    def waits(asked):
        at = what_next(AttemptResult(status=429, retry_after=asked), tries=1, now=NOW, chance=0).at
        assert at is not None
        return at - NOW

    assert waits(timedelta(hours=1)) == timedelta(hours=1)
    assert waits(timedelta(seconds=1)) == timedelta(seconds=5)
    assert waits(timedelta(days=300)) == LONGEST_RETRY_AFTER


@pytest.mark.parametrize(
    ("text", "wait"),
    [
        ("120", timedelta(seconds=120)),
        ("Tue, 31 Mar 2026 03:00:00 GMT", timedelta(hours=1)),
        ("Tue, 31 Mar 2026 01:00:00 GMT", timedelta(0)),
        ("9" * 30, LONGEST_RETRY_AFTER),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text, wait):
    assert read_retry_after(text, now=NOW) == wait


@given(st.text(max_size=60))
def test_no_retry_after_breaks_us(text):
    read_retry_after(text, now=datetime(2026, 1, 1, tzinfo=UTC))


# Where to


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1",
        "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
        "192.0.2.1", "2001:db8::1", "nonsense", "",
    ],
)  # fmt: skip
def test_an_address_of_ours_is_not_public(address):
    assert not is_public(address)
    assert not AddressPolicy().allows(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "223.5.5.5", "2400:3200::1", "::ffff:223.5.5.5", "64:ff9b::df05:505"]
)
def test_an_address_of_the_internet_is(address):
    assert is_public(address)


def test_a_leased_line_is_allowed_by_name_and_nothing_beside_it():
    policy = AddressPolicy(private_networks=(ip_network("10.20.0.0/16"),))

    assert policy.allows("10.20.3.4")
    assert policy.allows("::ffff:10.20.3.4")
    assert not policy.allows("10.21.0.1")
    assert not policy.allows("127.0.0.1")
    assert why_not("https://10.20.3.4/hooks", policy) is None
    assert why_not("https://10.21.3.4/hooks", policy) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://bank.example.cn/h", "ftp://bank.example.cn", "https://", "bank.example.cn", "",
        "https://user:pw@bank.example.cn/", "https://bank.example.cn/#part", "https://localhost/",
        "https://localhost./", "https://db.internal/", "https://printer.local", "https://intranet/",
        "https://127.0.0.1/", "https://[::1]/", "https://2130706433/", "https://0x7f.1/",
        "https://127.1/", "https://bank.example.cn:0/", "https://bank.example.cn:99999/",
        "https://bank.example.cn/a b", "https://bank.example.cn\\@evil.cn/", "https://银行.cn/",
        "https://[::ffff:10.0.0.1]/", "https://x/\n", "https://" + "a" * 2000 + ".cn",
        "https://169.254.169.254/latest/meta-data", "https://[bad",
    ],
)  # fmt: skip
def test_what_cannot_be_an_endpoint_in_production(url):
    zh, en = why_not(url, AddressPolicy()) or ("", "")
    assert zh and en


@pytest.mark.parametrize(
    "url",
    ["https://bank.example.cn/hooks?x=1", "https://223.5.5.5:8443/", "https://xn--55qx5d.cn/h"],
)
def test_what_can(url):
    assert why_not(url, AddressPolicy()) is None


# Who is next

ENDPOINTS = [UUID(int=n) for n in range(1, 61)]


def fairness(**more):
    return Fairness(
        **{"room": 16, "suspect_room": 4, "most_at_once": 8, "slow_seconds": 5.0, **more}
    )


def test_an_endpoint_earns_its_room_by_answering():
    fair = fairness()
    given = []
    for _ in range(5):
        share = fair.share(ENDPOINTS[:1])[ENDPOINTS[0]]
        given.append(share)
        for _ in range(share):
            fair.begun(ENDPOINTS[0])
        for _ in range(share):
            fair.ended(ENDPOINTS[0], well=True, seconds=0.1)
    assert given == [1, 2, 8, 8, 8]


@pytest.mark.parametrize(("well", "seconds"), [(False, 0.1), (True, 5.1)])
def test_who_fails_or_is_slow_has_one_attempt_at_a_time_in_the_small_room(well, seconds):
    fair = fairness()
    for endpoint in ENDPOINTS[:20]:
        fair.begun(endpoint)
        fair.ended(endpoint, well=well, seconds=seconds)

    shares = fair.share(ENDPOINTS[:40])

    suspects = [endpoint for endpoint in shares if endpoint in ENDPOINTS[:20]]
    assert len(suspects) == 4
    assert all(shares[endpoint] == 1 for endpoint in suspects)
    assert len(shares) - len(suspects) == 16


def test_everyone_has_a_turn_before_anyone_has_another():
    fair = fairness(room=7)
    served = []
    for _ in range(9):
        shares = fair.share(ENDPOINTS)
        fair.served(shares)
        served += shares
        for endpoint in shares:
            fair.begun(endpoint)
            fair.ended(endpoint, well=True, seconds=0)
    assert set(served[:60]) == set(ENDPOINTS)


@given(st.lists(st.tuples(st.integers(0, 59), st.booleans(), st.floats(0, 20)), max_size=200))
def test_the_room_is_never_exceeded_and_nobody_has_more_than_may_be_at_once(steps):
    fair = fairness()
    in_hand: dict[UUID, int] = {}
    for number, well, seconds in steps:
        shares = fair.share(ENDPOINTS)
        fair.served(shares)
        for endpoint, count in shares.items():
            for _ in range(count):
                fair.begun(endpoint)
            in_hand[endpoint] = in_hand.get(endpoint, 0) + count
        assert sum(in_hand.values()) <= 20
        assert all(count <= 8 for count in in_hand.values())
        endpoint = ENDPOINTS[number]
        if in_hand.get(endpoint):
            in_hand[endpoint] -= 1
            fair.ended(endpoint, well=well, seconds=seconds)


def test_behind_one_server_of_ours_a_failure_is_held_against_no_receiver():
    room = fairness(room=4, most_at_once=4, behind_one_server=True)
    for receiver in ENDPOINTS[:3]:
        room.begun(receiver)
        room.ended(receiver, well=False, seconds=60)

    shares = room.share(ENDPOINTS[:3])

    assert sum(shares.values()) == 4
