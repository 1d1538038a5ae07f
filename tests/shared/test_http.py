"""Entity tags and cursors."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.requests import Request

from shared.http.etags import MatchMissing, Stale, etag, require_match
from shared.http.pages import CursorInvalid, Page, decode_cursor, encode_cursor


def change(if_match: str | None) -> Request:
    headers = [] if if_match is None else [(b"if-match", if_match.encode())]
    return Request({"type": "http", "method": "PATCH", "path": "/", "headers": headers})


@pytest.mark.parametrize("if_match", ['"3"', "*", '"2", "3"', ' "3" '])
def test_a_change_that_has_seen_the_current_version_passes(if_match):
    require_match(change(if_match), 3)


@pytest.mark.parametrize("if_match", ['"2"', 'W/"3"', "3", '"33"', "", '"2","4"'])
def test_a_change_that_has_not_seen_it_is_stale(if_match):
    with pytest.raises(Stale) as refused:
        require_match(change(if_match), 3)

    assert refused.value.status == 412
    assert refused.value.extra == {"current_version": 3}


def test_a_change_must_say_what_it_has_seen():
    with pytest.raises(MatchMissing) as refused:
        require_match(change(None), 3)

    assert refused.value.status == 428


def test_a_tag_is_strong_and_quoted():
    assert etag(3) == '"3"'


times = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]))
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
KINDS = (datetime, date, UUID, int, str, str | None)


@given(times, st.dates(), st.uuids(), st.integers(-(2**63), 2**63 - 1), texts)
def test_a_cursor_brings_back_what_went_in(moment, day, row_id, number, words):
    cursor = encode_cursor(moment, day, row_id, number, words, None)

    assert cursor.isascii() and not set(cursor) & set("+/= ")
    assert decode_cursor(cursor, *KINDS) == (moment, day, row_id, number, words, None)


@given(st.text())
def test_any_other_text_is_refused_and_never_crashes(text):
    with pytest.raises(CursorInvalid) as refused:
        decode_cursor(text, int, str)

    assert refused.value.status == 400


@given(st.data())
def test_a_cursor_that_was_changed_is_refused(data):
    cursor = encode_cursor(7, "DL-2026-000007")
    at = data.draw(st.integers(0, len(cursor) - 1))
    other = data.draw(st.sampled_from([c for c in "abcXYZ019-_" if c != cursor[at]]))

    changed = cursor[:at] + other + cursor[at + 1 :]
    try:
        assert decode_cursor(changed, int, str) == (7, "DL-2026-000007")  # unused last bits
    except CursorInvalid:
        pass
    else:
        assert at == len(cursor) - 1


@pytest.mark.parametrize(
    ("parts", "kinds"),
    [
        ((7,), (int, int)),
        ((7, 7), (int,)),
        (("7",), (int,)),
        ((True,), (int,)),
        ((7,), (str,)),
        ((2**63,), (int,)),
        (("a\x00",), (str,)),
        (("yesterday",), (date,)),
        (("7",), (UUID,)),
        ((7,), (UUID,)),
        ((7,), (datetime,)),
        ((None,), (UUID,)),
        ((None,), (int,)),
    ],
)
def test_a_cursor_of_another_list_is_refused(parts, kinds):
    with pytest.raises(CursorInvalid):
        decode_cursor(encode_cursor(*parts), *kinds)


def test_a_page_says_where_the_next_begins():
    class Row(BaseModel):
        id: UUID

    page = Page[Row](items=[Row(id=uuid4())], next_cursor=encode_cursor(7))

    assert page.model_dump(mode="json").keys() == {"items", "next_cursor"}
    assert Page[Row](items=[]).next_cursor is None
