"""What a page reads of a list, whoever answers."""

from services.console.upstream.optional import items


def test_a_list_is_read_as_a_page_bare_as_the_version_before_answers_it_or_not_at_all():
    rows = [{"code": "dongli"}, {"code": "youxian"}]

    assert items({"items": rows, "next_cursor": None}) == rows
    assert items(rows) == rows
    assert items(None) == items({"items": []}) == items([]) == []
