"""Administrative divisions are called by their names; a code that nobody knows stays a code."""

import pytest

from shared.divisions import division_name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("120110", "天津市东丽区"),
        ("510704", "四川省绵阳市游仙区"),
        ("5107", "四川省绵阳市"),
        ("510700", "四川省绵阳市"),
        ("510000", "四川省"),
        ("1201", "天津市"),
        ("429004", "湖北省仙桃市"),
        ("510799", "四川省绵阳市（510799）"),
        ("990101", "990101"),
        ("东丽", "东丽"),
        ("", ""),
    ],
)
def test_a_code_of_a_province_a_city_or_a_county_is_said_in_words(code: str, name: str):
    assert division_name(code) == name
