"""Whoever fills in a form is told beside each field what belongs there, or the label says it all."""

from services.console.rendering.catalogue import FOLDER, texts
from tests.console.form_fields import Typed, typed_fields

SELF_EVIDENT = {
    # Names of people, firms and things, as everybody writes them.
    "appraiser", "author", "bank_name", "contact_name", "contact_phone", "contributor_name",
    "firm", "firm_name", "group_name", "guarantor_name", "holder", "insurer_name", "investor_name",
    "name", "person_name", "title", "filename", "number",
    # Free words: the label says what about.
    "conclusion", "description", "note", "opinion", "reason", "text", "why",
    # The letter that brings it says what it is.
    "code",
}  # fmt: skip
"""Fields whose label says everything. Not for what has a unit, a form or a check."""


def without_help(fields: list[Typed]) -> set[str]:
    return {f"{one.template} {one.name}" for one in fields if not one.has_help
            and one.name not in SELF_EVIDENT}  # fmt: skip


def test_every_field_that_is_typed_into_has_its_help_beside_it_or_speaks_for_itself():
    fields = list(typed_fields(FOLDER.parent / "templates", texts("zh")))

    assert len(fields) > 200
    assert without_help(fields) == set()
    assert {one.name for one in fields} >= SELF_EVIDENT, "an exception that nobody needs any more"


def test_a_field_without_help_would_be_found(tmp_path):
    (tmp_path / "form.html").write_text(
        '<div class="field"><label for="cnaps">x</label><input id="cnaps" name="cnaps"></div>'
        '{{ m.input("zzz", t("field.zzz"), attempt) }}'
        '{{ m.input("day", t("field.day"), attempt, kind="date") }}'
    )

    fields = list(typed_fields(tmp_path, texts("zh")))

    assert without_help(fields) == {"form.html cnaps", "form.html zzz"}
