"""Sources are words that an official knows: document, number, article, link, text."""

import dataclasses
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest

from shared.schemes import library
from shared.schemes.readings import LAWS, READINGS, SURVEY
from shared.schemes.sources import Article, Document, cited, in_words, note_in_words
from shared.schemes.terms import Terms
from shared.schemes.vocabulary import MARKS

DOCUMENTS = {
    "S53": Document(
        zh="海口市 知识产权质押融资风险补偿资金管理办法（海府办规〔2023〕9号）",
        where="example.gov.cn/1",
        articles=(
            Article(text="以余额为限承担责任", article="第十条", verbatim=True, rules=("caps",)),
            Article(text="放大 10 倍", article="第六条", rules=("maximum_leverage",)),
        ),
    ),
    "S1": Document(zh="滨海新区办法", en="Binhai measure"),
}


@pytest.mark.parametrize(
    ("short", "words"),
    [
        ("S1", "滨海新区办法"),
        ("S1 第八条", "滨海新区办法 第八条"),
        ("S1~", "滨海新区办法（转述）"),
        ("S1 n/v", "滨海新区办法（条文未见）"),
        ("S1; B.2〔假定〕", "滨海新区办法；各地做法调查（放大倍数）〔假定〕"),
        ("H.28", "统一解释第28条（等于上限）"),
        ("D", "各地做法调查（程序与期限）"),
        ("n/v", "条文未见"),
        ("民法典 561", "《中华人民共和国民法典》第五百六十一条"),
        ("川财建〔2024〕144号 n/v", "川财建〔2024〕144号（条文未见）"),
        ("专利权质押登记办法：已经质押的不予登记", "专利权质押登记办法：已经质押的不予登记"),
        ("S14a", "S14a"),
        ("", ""),
    ],
)
def test_a_citation_is_said_in_words_and_words_stay_as_they_are(short, words):
    assert in_words(short, DOCUMENTS) == words
    assert in_words(words, DOCUMENTS) == words


@pytest.mark.parametrize(
    ("note", "words"),
    [
        ("日基数未公开，按 365(H.29)", "日基数未公开，按 365（统一解释第29条（补贴计算））"),
        ("次序按报道列名（F.9）", "次序按报道列名（各地做法调查（未见的规定））"),
        ("按 LPR(LPR) 计", "按 LPR(LPR) 计"),
        ("", ""),
    ],
)
def test_a_note_names_a_reading_by_its_title_and_leaves_other_brackets_alone(note, words):
    assert note_in_words(note, DOCUMENTS) == words


def test_in_english_a_title_is_the_english_one_where_the_file_has_one():
    assert in_words("S1; B.2", DOCUMENTS, "en") == "Binhai measure; Survey of practice (leverage)"
    assert in_words("S53", DOCUMENTS, "en").startswith("海口市")


def test_a_citation_opens_to_number_article_link_and_text_also_from_its_words():
    for source in ("S53 第六条; S1~", in_words("S53 第六条; S1~", DOCUMENTS)):
        first, second = cited(source, DOCUMENTS)

        assert (first.number, first.article, first.link, first.text.zh, first.verbatim) == (
            "海府办规〔2023〕9号", "第六条", "example.gov.cn/1", "放大 10 倍", False,
        )  # fmt: skip
        assert (second.title.zh, second.weak, second.text.zh) == ("滨海新区办法", True, "")


def test_where_no_article_is_named_the_one_that_bears_the_rule_out_is_shown():
    (of_caps,) = cited("S53〔假定〕", DOCUMENTS, rule="caps.pool_balance")
    (of_trigger,) = cited("S53", DOCUMENTS, rule="trigger")

    assert (of_caps.article, of_caps.verbatim) == ("第十条", True)
    assert (of_trigger.article, of_trigger.text.zh) == ("", "")


def test_a_reading_and_a_law_open_to_their_text_and_a_topic_says_that_there_is_none():
    reading, law, topic, plain = cited("H.28; 民法典 438; B.3; 某市会议纪要", {})

    assert reading.text.zh.startswith("等于上限不算超过") and not reading.verbatim
    assert law.verbatim and "归出质人所有" in law.text.zh
    assert topic.text.zh == "" and topic.title.zh == "各地做法调查（准入条件）"
    assert plain.title.zh == "某市会议纪要"


def sources_in(value: Any) -> Iterator[str]:
    """Every `source` of a value of a rule, however deep it lies."""
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            inside = getattr(value, field.name)
            if field.name == "source":
                yield inside
            else:
                yield from sources_in(inside)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from sources_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from sources_in(item)


SHORT = re.compile(r"\b(?:S[0-9]+|Seed[0-9]+|[B-H]\.[0-9]+|n/v)\b|(?:^|；)[B-H](?:$|；|〔)")


def every_terms() -> Iterator[Terms]:
    for programme in library.programmes():
        scheme = library.load(programme)
        for mode in scheme.modes:
            for day in scheme.changes(mode) or (scheme.valid_from,):
                yield scheme.terms(day, mode, live=False)


def test_no_programme_tells_a_short_name_in_any_source_of_any_rule_on_any_day():
    looked_at = 0
    for terms in every_terms():
        for source in sources_in(terms):
            looked_at += bool(source)
            assert SHORT.search(source) is None, (terms.version, source)

    assert looked_at > 1000


def texts_in(value: Any) -> Iterator[str]:
    """Every text of a value, however deep it lies: names, notes, words, sources."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_in(getattr(value, field.name))
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, tuple | list):
        for item in value:
            yield from texts_in(item)


def test_no_programme_tells_a_short_name_in_any_note_or_word_of_its_terms_on_any_day():
    looked_at = 0
    for terms in every_terms():
        for text in texts_in(terms):
            looked_at += 1
            assert SHORT.search(text) is None, (terms.version, text)

    assert looked_at > 5000


def test_the_guard_against_short_names_can_fail():
    for short in ("S53; B.2", "海口；B.2", "D", "H.8", "Seed002", "S56 n/v", "D〔假定〕"):
        assert SHORT.search(short), short


def test_the_version_of_terms_is_of_what_the_file_says_and_not_of_its_words():
    """Published versions and loans of before keep theirs: only what is told has changed."""
    terms = library.load("dongli").terms(date(2026, 1, 1), "direct")

    assert terms.version == "dongli/direct@2022-10-28#bfe8018ad0f3"
    assert terms.source("maximum_leverage").endswith(f"〔{MARKS['assumed'].zh}〕")


def test_every_reading_topic_and_law_has_words_in_both_languages():
    for one in (*READINGS.values(), *LAWS.values()):
        assert one.title.zh and one.title.en and one.text.zh and one.text.en
    assert all(topic.zh and topic.en for topic in SURVEY.values())
    page = (library.PROGRAMMES.parent / "docs" / "settled-readings.md").read_text()
    told = dict(re.findall(r"^\| (H\.\d+) \| .*? \| (.*?) \|$", page, re.MULTILINE))
    assert {code: reading.text.zh for code, reading in READINGS.items()} == told
