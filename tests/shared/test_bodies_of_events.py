"""What a person is shown of an event's body, whatever a record on a topic held."""

import json

import pytest

from shared.http.feed_api import readable

DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@pytest.mark.parametrize("body", [DEEP, b"[" * 250 + b"]" * 250, b"\xff\xfe\x00", b"no json"])
def test_a_body_that_cannot_be_read_or_is_nested_without_end_is_shown_as_text(body):
    shown = readable(body)

    assert isinstance(shown, str) and shown
    json.dumps(shown)


def test_a_body_of_ordinary_depth_is_shown_as_it_is():
    assert readable(b'{"a": [1, {"b": "2"}]}') == {"a": [1, {"b": "2"}]}
