"""What goes with a letter of some types: HTML of its own, and files made of what its message keeps."""

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
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
    kind_of,
)
from services.notifications.domain.month_packs import PACK_TYPE
from services.notifications.templates.digest_words import (
    WORDS,
    digest_html,
    done_by,
    kind_name,
)
from services.notifications.templates.month_pack_words import WORDS as PACK_WORDS
from shared.clock import SHANGHAI
from shared.sides import net_seen_by, reader_of, side_words

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
    make = _ENCLOSED.get(delivery.event_type)
    if make is None:
        return Enclosed()
    return make(orjson.loads(delivery.payload)["data"], title, language, console)


def _of_digest(data: Mapping[str, Any], title: str, language: str, console: str) -> Enclosed:
    entries, waiting, today = from_data(data)
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
            done_by(one, language),
            console + one.page,
        )
        for one in waiting
    ]
    return workbook(
        (words["notices_sheet"], words["columns"], notices),
        (words["to_do_sheet"], words["to_do_columns"], to_do),
    )


def _of_month_pack(data: Mapping[str, Any], title: str, language: str, console: str) -> Enclosed:
    words = PACK_WORDS[language]
    statements = [
        (
            data["pool_code"],
            data["month"],
            data["posted_on"],
            line["party_code"],
            line["party_name"],
            _which_way(line, language),
            Fen(abs(int(line["net"]))),
            data["due_on"],
        )
        for line in data["statements"]
    ]
    counts = [
        (kind_name(kind_of(one["event_type"]), language), one["event_type"], one["count"])
        for one in data["counts"]
    ]
    waiting = [
        (
            one["due_on"],
            one[f"noun_{language}"],
            one["number"],
            one[f"what_{language}"],
            one["bank_code"],
            console + one["page"],
        )
        for one in data["waiting"]
    ]
    sheets = (("statements", statements), ("counts", counts), ("waiting", waiting))
    named = {name: data[name] for name in ("pool_code", "month")}
    file = Attachment(
        filename=words["filename"].format(**named),
        media_type=XLSX,
        content=workbook(*((words[one][0], words[one][1:], rows) for one, rows in sheets)),
    )
    return Enclosed(files=(file, *_signed(data, language)))


def _signed(data: Mapping[str, Any], language: str) -> Iterator[Attachment]:
    """The signed statement in the reader's language. Packs from before have none."""
    for one in data.get("files", ()):
        if one["language"] == language:
            yield Attachment(
                filename=one["filename"],
                media_type="application/pdf",
                content=base64.b64decode(one["pdf"]),
            )


def _which_way(line: Mapping[str, Any], language: str) -> str:
    """From the pool's side: packs of the bureau hold every party, one's own a bank's alone."""
    reader = reader_of(line["for_bureau"], row_is_pools=line["party_role"] == "pool")
    said = side_words(reader, net_seen_by(reader, int(line["net"])).verdict)
    return said[("zh", "en").index(language)]


_ENCLOSED: Mapping[str, Callable[[Mapping[str, Any], str, str, str], Enclosed]] = {
    DIGEST_TYPE: _of_digest,
    PACK_TYPE: _of_month_pack,
}
"""By type of message: what is made of what it keeps."""


class Fen(int):
    """An amount that a sheet shows in yuan, as a number to calculate with."""


def workbook(*sheets: tuple[str, Sequence[str], Sequence[Sequence[Any]]]) -> bytes:
    """Sheets under a head each, of text, counts and amounts. What others wrote is never read as a formula or a link."""
    file = io.BytesIO()
    book = Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    bold = book.add_format({"bold": True, "bottom": 1})
    money = book.add_format({"num_format": "#,##0.00"})
    for name, head, rows in sheets:
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(head) - 1, 22)
        for column, word in enumerate(head):
            sheet.write_string(0, column, word, bold)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, Fen):
                    sheet.write_number(number, column, value / 100, money)
                elif isinstance(value, int):
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, str(value))
    book.close()
    return file.getvalue()
