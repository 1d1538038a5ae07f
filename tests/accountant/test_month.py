"""An accountant has done a month by hand, in a spreadsheet; the product does the same month, over
HTTP, and every figure of every statement, of the trial balance and of every account is the same.

The committed `month.xlsx` is the accountant's. Its figures come from formulas over the programme's
sentences (its first sheet); they are worked out here by the package `formulas`.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from tests.accountant.evaluated import evaluated
from tests.accountant.figures import differences, of_product, of_sheet
from tests.accountant.month import closed, february, january
from tests.accountant.sheet import FILE, made
from tests.risk_pool.claims.driver import claims_of


def cells_of(book: Any) -> dict[str, Any]:
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value not in (None, "")
    }


def test_the_committed_workbook_holds_the_cells_that_reviewers_read_in_the_script() -> None:
    assert cells_of(openpyxl.load_workbook(FILE)) == cells_of(made())


def test_every_figure_in_it_is_a_formula_or_a_fact_of_the_month() -> None:
    book = openpyxl.load_workbook(FILE)
    for title, first in (("分录", 6), ("试算表", 3), ("对账单", 2)):
        for row in book[title].iter_rows(min_row=2, min_col=first):
            for cell in row:
                told = cell.value is None or isinstance(cell.value, str)
                assert told, f"{title}!{cell.coordinate} is typed in"


def altered(folder: Path, change: Callable[[Any], None]) -> Path:
    """The accountant's workbook with one cell changed."""
    book = openpyxl.load_workbook(FILE)
    change(book)
    path = folder / "month.xlsx"
    book.save(path)
    return path


def a_rate(book: Any) -> None:
    """The insurer's share: 30 % to 31 %."""
    cell = next(row[3] for row in book["依据"].iter_rows() if row[0].value == "保险模式·保险")
    assert cell.value == 0.3
    cell.value = 0.31


def a_fen(book: Any) -> None:
    """The bank's costs of the recovery: a fen more."""
    assert book["追偿"]["B3"].value == 2345.67
    book["追偿"]["B3"].value = 2345.68


async def test_the_accountants_month_and_the_products_are_the_same_to_the_fen(
    running: Any, tmp_path: Path
) -> None:
    by_hand = of_sheet(evaluated(FILE))
    async with claims_of(running, "ICBC", "CCB", paid_in="30000000.00") as pool:
        await january(pool)
        await february(pool)
        month = await closed(pool)
        product = await of_product(pool, month)

    assert month["state"] == "posted"
    assert differences(by_hand, product) == []
    assert len({*by_hand} & {*product}) > 200, "they speak of the same figures"
    # Whoever changes a rate or a fen in a cell is told where it no longer fits.
    wrong = differences(of_sheet(evaluated(altered(tmp_path, a_rate))), product)
    assert any(one.startswith("补偿 a 保险: 1200448.99 / 1161724.83") for one in wrong)
    assert any(one.startswith("对账单 PICC-TJ 净额") for one in wrong)
    wrong = differences(of_sheet(evaluated(altered(tmp_path, a_fen))), product)
    assert wrong != []


def test_every_sentence_has_its_document() -> None:
    book = openpyxl.load_workbook(FILE)
    for name, document, sentence, _ in book["依据"].iter_rows(min_row=2, values_only=True):
        assert name and document and sentence
