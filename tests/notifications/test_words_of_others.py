"""What a text that is not the house's own may say: the language, the sandbox, the nearest of several."""

import re
from itertools import permutations

import pytest

from services.notifications.api.field_answers import fields_of
from services.notifications.domain.audiences import BUREAU
from services.notifications.domain.messages import MessageText
from services.notifications.domain.notices import NOTICES
from services.notifications.domain.wording import Occasion, Reader, hears_of, nearest
from services.notifications.templates import rendering
from services.notifications.templates.judging import (
    TemplateInvalid,
    as_told,
    examples_for,
    require_valid,
)
from services.notifications.templates.rendering import (
    RenderingFailed,
    filled,
    filled_part,
    known_of,
    mistakes_of,
)
from services.notifications.templates.words import CATALOGUE
from shared.contracts.redaction import on_the_wire, told_to_bank
from shared.contracts.shapes import examples_of, read_back
from tests.notifications.samples import BANK

RETURNED = "application.returned.v1"
WORDED = [(name, reader) for name in sorted(NOTICES) for reader in Reader if hears_of(reader, name)]


def mistakes(source, event_type=RETURNED, reader=Reader.BANK, *, is_title=False):
    return mistakes_of(source, known_of(event_type, reader), is_title=is_title)


def codes(source, **more):
    return {one.code for one in mistakes(source, **more)}


@pytest.mark.parametrize("reader", Reader)
def test_the_houses_own_texts_are_ones_that_anybody_might_begin_with(reader):
    for event_type in [name for name, one in WORDED if one is reader]:
        text = CATALOGUE.source(event_type, for_bank=reader is Reader.BANK)
        require_valid(text, event_type, reader)
        institution = BUREAU if reader is Reader.BUREAU else BANK
        for told in examples_for(event_type, reader):
            assert filled(text, told) == CATALOGUE.words(institution, event_type, told)


# No way out, and no way to make it large


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}",
        "{{ number.__class__.__mro__[1].__subclasses__() }}",
        "{{ number['__class__'] }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ lipsum.__globals__ }}",
        "{{ namespace() }}",
        "{{ number|attr('__class__') }}",
        "{{ number|format('x') }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '{0.__class__}'.format(number) }}",
        "{{ number.format_map({}) }}",
        "{{ reasons|map(attribute='__class__')|list }}",
        "{{ {'a': number.__class__}[number] }}",
        "{% for i in range(1000000000) %}x{% endfor %}",
        "{{ 'a' * 1000000000 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ number|join('a long text')|join('a long text') }}",
        "{{ number|replace('a', 'aaaa')|replace('a', 'aaaa') }}",
        "{% set x = number %}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{% extends 'base' %}",
        "{% block b %}{% endblock %}",
        "{% filter upper %}{% endfilter %}",
        "{% for r in reasons recursive %}{{ loop(reasons) }}{% endfor %}",
        "{% for r in reasons %}{{ loop.__class__ }}{% endfor %}",
        "{% for r in reasons if r.__class__ %}{% endfor %}",
        "{% for a in reasons %}{% for b in reasons %}{% for c in reasons %}x{% endfor %}{% endfor %}{% endfor %}",
        "{% for r in reasons %}{% endfor %}" * 21,
        "{{ " + "(" * 1500 + "number" + ")" * 1500 + " }}",
        "{{ " + "not " * 900 + "number }}",
        "{{ number" + ".a" * 1500 + " }}",
        "{% if number %}" * 100 + "{% endif %}" * 100,
        "{{ '\\x00' }}",
        "{{ '\\ud800' }}",
        "x" * 4001,
    ],
    ids=lambda source: source[:50],
)
def test_what_leads_out_or_grows_is_refused_before_it_is_run(source):
    assert mistakes(source)


def test_where_the_language_lets_something_through_the_sandbox_holds():
    told = examples_for(RETURNED, Reader.BANK)[0]
    for source in (
        "{{ number.__class__.__mro__ }}",
        "{{ number.__init__.__globals__ }}",
        "{{ '{0.__class__}'.format(number) }}",
        "{% for i in range(9) %}x{% endfor %}",
        "{{ reasons.append(1) }}",
        "{{ number|attr('__class__') }}",
    ):
        with pytest.raises(RenderingFailed):
            filled_part("text_zh", source, told)


def test_a_text_ends_however_much_an_event_brings(monkeypatch):
    nested = "{% for a in reasons %}{% for b in reasons %}{% endfor %}{% endfor %}."
    long = "{% for a in reasons %}{{ a.zh }}{% endfor %}"
    assert not mistakes(nested) and not mistakes(long)
    many = [{"zh": "很长" * 100}] * 200

    with pytest.raises(RenderingFailed, match="turns"):
        filled_part("text_zh", nested, {"reasons": many})
    with pytest.raises(RenderingFailed, match="longer"):
        filled_part("text_zh", long, {"reasons": many})
    monkeypatch.setattr(rendering, "MOST_SECONDS", -1)
    with pytest.raises(RenderingFailed, match="takes longer"):
        filled_part("text_zh", long, {"reasons": many[:1]})


# What may be said


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("{{ borrower_nam }}", "field-unknown"),
        ("{{ assigned_to }}", "field-unknown"),
        ("{% for one in reasons %}{{ one.colour }}{% endfor %}", "field-unknown"),
        ("{{ reasons }}", "not-a-single-value"),
        ("{% for one in number %}{% endfor %}", "not-a-list"),
        ("{{ number | upper }}", "filter-unknown"),
        ("{{ number | yuan }}", "filter-does-not-fit"),
        ("{{ by | label('colours', 'zh') }}", "filter-arguments"),
        ("{% if number is callable %}x{% endif %}", "test-unknown"),
        ("{{ 'x' if number }}", "else-missing"),
        ("{{ number", "syntax"),
    ],
)
def test_what_is_wrong_has_a_name(source, code):
    assert codes(source) == {code}


def test_an_amount_is_written_as_yuan_a_rate_as_per_cent_and_a_flag_as_a_condition():
    def of(source):
        return codes(source, event_type="application.approved.v1")

    assert of("{{ amount_fen }}") == {"money-without-yuan"}
    assert of("{{ number ~ amount_fen }}") == {"money-without-yuan"}
    assert of("{{ annual_rate_bp }}") == {"share-without-percent"}
    assert of("{{ is_first_loan }}") == {"flag-shown"}
    assert not of(
        "{% if is_first_loan %}{{ amount_fen | yuan }}{% endif %}{{ annual_rate_bp | percent }}"
    )


def test_a_field_that_a_bank_may_not_know_is_refused_by_its_name_and_the_bureau_may_use_it():
    (one,) = mistakes("{{ attributes }}", event_type="application.approved.v1")
    assert one.code == "field-not-told" and "attributes" in one.zh and "attributes" in one.en
    assert codes("{{ written_by }}", event_type="application.letter-answered.v1") == {
        "field-not-told"
    }
    assert not codes(
        "{{ written_by }}", event_type="application.letter-answered.v1", reader=Reader.BUREAU
    )


def test_every_mistake_is_found_at_once_with_its_line():
    with pytest.raises(TemplateInvalid) as refused:
        require_valid(
            MessageText(
                title_zh="{{ a }}",
                text_zh="一\n{{ b }}\n{{ c | yuan }}{{ d }}",
                title_en="fine",
                text_en="{% raw",
            ),
            RETURNED,
            Reader.BANK,
        )
    places = [(fault.place, fault.code) for fault in refused.value.faults]
    assert places == [
        (("title", "zh"), "field-unknown"),
        (("text", "zh"), "field-unknown"),
        (("text", "zh"), "field-unknown"),
        (("text", "zh"), "field-unknown"),
        (("text", "en"), "syntax"),
    ]
    assert [one["line"] for one in refused.value.extra["mistakes"]] == [1, 2, 3, 3, 1]
    assert refused.value.faults[1].zh == "第 2 行：该消息没有栏目 b"


def test_of_many_mistakes_a_hundred_are_told_with_their_lines_and_no_long_name_is_said_again():
    many = MessageText(title_zh="t", text_zh="{{ a }}{{ b" + "b" * 900 + " }}\n" + "{{ x }}\n" * 300,
                       title_en="t", text_en="t")  # fmt: skip
    with pytest.raises(TemplateInvalid) as refused:
        require_valid(many, RETURNED, Reader.BANK)
    assert len(refused.value.faults) == 302 and len(refused.value.extra["mistakes"]) == 100
    assert all(len(one.zh) < 100 for one in refused.value.faults)


def test_a_text_that_only_some_cases_have_words_for_is_refused_with_what_they_lack():
    text = MessageText(
        title_zh="{{ {'x': '某'}[by] }}", text_zh="{{ number }}", title_en="t", text_en="{% if not number %}x{% endif %}"
    )  # fmt: skip
    with pytest.raises(TemplateInvalid) as refused:
        require_valid(text, RETURNED, Reader.BANK)
    assert [one.code for one in refused.value.faults] == ["fails-with-case"] * 2
    limits = "{% for one in limits %}{{ one.used_fen | yuan }}{% endfor %}"
    with pytest.raises(TemplateInvalid, match="not valid"):
        require_valid(
            MessageText(title_zh="t", text_zh=limits, title_en="t", text_en="t"),
            "coverage.declined.v1",
            Reader.BANK,
        )


def test_what_is_offered_for_a_field_can_be_written_as_it_is_offered():
    for event_type, reader in WORDED:
        offered = fields_of(event_type, reader)
        assert offered and all(re.search(r"\S", one.meaning.zh) for one in offered)
        known = known_of(event_type, reader)
        for one in offered:
            assert mistakes_of(one.write, known, is_title=False) == (), (event_type, one.name)
            for told in examples_for(event_type, reader):
                filled_part("text_zh", f".{one.write}", told)


def test_an_event_is_read_back_from_what_was_told_of_it():
    for event_type in NOTICES:
        for fact in examples_of(event_type):
            assert read_back(event_type, on_the_wire(fact)) == fact
            if hears_of(Reader.BANK, event_type):
                told = as_told(event_type, fact, Reader.BANK)
                again = read_back(event_type, on_the_wire(told))
                assert again is not None
                assert told_to_bank(str(fact.get("bank_code")), event_type, again) == told or (
                    as_told(event_type, again, Reader.BANK) == told
                )
    assert read_back("claim.paid.v1", {"paid": "many"}) is None


# Which of several


def test_the_nearest_words_hold_whatever_their_order():
    def text(scope, **more):
        place = {"event_type": RETURNED, "reader": "bank", "institution": "*", "scope": scope}
        return {**place, "programme": "", "pool_code": "", **more}

    house, programme, pool, own = (
        text("house"),
        text("programme", programme="dongli"),
        text("pool", pool_code="dongli"),
        text("institution", institution=BANK),
    )
    others = [
        text("institution", institution="OTHER"),
        text("pool", pool_code="elsewhere"),
        text("programme", programme="elsewhere"),
        text("house", reader="bureau"),
        text("house", event_type="claim.paid.v1"),
    ]
    at = Occasion(institution=BANK, event_type=RETURNED, programme="dongli", pool_code="dongli")
    steps = [(others, None)]
    for one in (house, programme, pool, own):
        steps.append(([*steps[-1][0], one], one))

    for texts, expected in steps:
        assert nearest(texts, at) is expected
    for texts in permutations((house, programme, pool, own)):
        assert nearest(texts, at) is own
    bureau = Occasion(institution=BUREAU, event_type=RETURNED, programme="", pool_code="")
    assert nearest([house, own], bureau) is None
