"""What goes with a letter of some types: HTML of its own, and files made of what its message keeps."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from xlsxwriter import Workbook

from services.notifications.domain.deliveries import ClaimedDelivery
from services.notifications.domain.digests import (
    DIGEST_TYPE,
    LISTED,
    Entry,
    Waiting,
    from_data,
)
from services.notifications.templates.digest_words import WORDS, digest_html, kind_name
from shared.clock import SHANGHAI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a letter. `media_type` is as in "text/csv"."""

    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """What a letter has beside its text. No HTML: the usual one."""

    html: str = ""
    files: tuple[Attachment, ...] = ()


def enclosed_with(
    delivery: ClaimedDelivery, *, title: str, language: str, console: str
) -> Enclosed:
    """What goes with this letter: of most nothing."""
    if delivery.event_type != DIGEST_TYPE:
        return Enclosed()
    entries, waiting, today = from_data(orjson.loads(delivery.payload)["data"])
    html = digest_html(title, entries, waiting, today=today, language=language, console=console)
    if len(entries) <= LISTED:
        return Enclosed(html=html)
    words = WORDS[language]
    file = Attachment(
        filename=words["filename"].format(day=today),
        media_type=XLSX,
        content=_workbook(entries, waiting, language, console),
    )
    return Enclosed(html=html, files=(file,))


def _workbook(
    entries: Sequence[Entry], waiting: Sequence[Waiting], language: str, console: str
) -> bytes:
    words = WORDS[language]
    notices = [
        (
            f"{one.happened_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}",
            one.pool_code,
            kind_name(one.kind, language),
            one.subject,
            one.title[language],
            one.text[language],
            console + one.link,
        )
        for one in entries
    ]
    to_do = [
        (
            one.due_on.isoformat(),
            one.pool_code,
            one.noun[language],
            one.number,
            one.what[language],
            console + one.page,
        )
        for one in waiting
    ]
    return workbook(
        (words["notices_sheet"], words["columns"], notices),
        (words["to_do_sheet"], words["to_do_columns"], to_do),
    )


def workbook(*sheets: tuple[str, Sequence[str], Sequence[Sequence[Any]]]) -> bytes:
    """Sheets of text under a head each. What others wrote is never read as a formula or a link."""
    file = io.BytesIO()
    book = Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    for name, head, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 22)
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                sheet.write_string(number, column, str(value))
    book.close()
    return file.getvalue()
