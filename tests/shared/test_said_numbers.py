"""Numbers as people say them."""

import pytest

from shared.said_numbers import item_said, month_said, number_said

NAMES = {"youxian": "游仙区风险补偿资金池", "ICBC": "工商银行"}


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        (
            "youxian 2025-12",
            "游仙区风险补偿资金池 2025年12月",
            "游仙区风险补偿资金池 December 2025",
        ),
        ("2026-03", "2026年3月", "March 2026"),
        ("ICBC", "工商银行", "工商银行"),
        ("DL-2026-000123", "DL-2026-000123", "DL-2026-000123"),
        ("2026-13", "2026-13", "2026-13"),
        ("", "", ""),
    ],
)
def test_a_number_is_said_with_its_names_and_its_month(number: str, zh: str, en: str) -> None:
    assert (number_said(number, NAMES, "zh"), number_said(number, NAMES, "en")) == (zh, en)


def test_what_is_no_month_stays_as_it_is() -> None:
    assert month_said("2026-Q1", "zh") == "2026-Q1"


@pytest.mark.parametrize(
    ("reference", "zh", "en"),
    [
        ("claim:DL-C-2026-0001", "补偿 DL-C-2026-0001", "claim DL-C-2026-0001"),
        ("settlement:dongli:2026-03:ICBC", "2026年3月月结", "settlement of March 2026"),
        ("planned:DL-A-2026-0001:2", "协议 DL-A-2026-0001 第 2 笔", "agreement DL-A-2026-0001, part 2"),
        ("planned:DL-B-2026-0001:1", "补仓通知 DL-B-2026-0001 第 1 笔",
         "top-up call DL-B-2026-0001, part 1"),
        ("opening:dongli:12", "期初往来（原账第 12 行）", "opening item (line 12 of the book)"),
        ("something:else", "something:else", "something:else"),
    ],
)  # fmt: skip
def test_an_open_item_is_said_by_what_it_is_about(reference: str, zh: str, en: str) -> None:
    assert (item_said(reference, "zh"), item_said(reference, "en")) == (zh, en)
