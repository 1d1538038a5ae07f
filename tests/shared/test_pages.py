"""A page says that there is a next one only where there is."""

import pytest

from shared.http.pages import page_of


@pytest.mark.parametrize(
    ("found", "shown", "cursor"),
    [
        ([], [], None),
        ([1, 2], [1, 2], None),
        ([1, 2, 3], [1, 2, 3], None),
        ([1, 2, 3, 4], [1, 2, 3], "after 3"),
    ],
)
def test_one_row_more_than_the_page_takes_tells_of_the_next_page(found, shown, cursor):
    page = page_of(found, 3, lambda row: f"after {row}")

    assert (page.items, page.next_cursor) == (shown, cursor)
