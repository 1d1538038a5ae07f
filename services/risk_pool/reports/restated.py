"""A month as reported and restated, as the tables of a workbook."""

from collections.abc import Iterable, Mapping, Sequence

from services.risk_pool.domain.report_tables import Cell, Column, Line, Report, Table
from services.risk_pool.domain.restated import CAUSE_WORDS, NET, RestatedFigure
from services.risk_pool.domain.statement import account_words, kind_words
from shared.life_cycle import Words
from shared.months import Month

NET_WORDS = Words("轧差净额（正数为应付给该方）", "net (positive: owed to the party)")

_FIGURES = (
    Column("reported", Words("原报", "reported"), "money"),
    Column("restated", Words("重述", "restated"), "money"),
    Column("difference", Words("差异", "difference"), "money"),
)
_CAUSES = (
    Column("figure", Words("数字", "figure"), "text"),
    Column("difference", Words("差异", "difference"), "money"),
    Column("cause", Words("原因", "cause"), "text"),
    Column("number", Words("编号", "number"), "text"),
    Column("kind", Words("种类", "kind"), "text"),
    Column("fact_day", Words("事实日期", "day of the fact"), "text"),
    Column("booked_on", Words("入账日期", "booked on"), "text"),
)


def as_report(
    figures: Sequence[RestatedFigure],
    names: Mapping[str, str],
    month: Month,
    *,
    pool_code: str,
    pool_name: str,
) -> Report:
    """Two tables: every figure side by side, and every cause of a difference."""
    first = Words("参与方与数字", "party and figure")
    return Report(
        code="restated",
        words=Words("原报与重述对照", "As reported and restated"),
        pool_code=pool_code,
        pool_name=pool_name,
        period=str(month),
        first=month.first.isoformat(),
        last=month.last.isoformat(),
        tables=(
            Table(
                code="figures",
                words=Words("原报与重述", "Reported and restated"),
                first_column=first,
                columns=_FIGURES,
                lines=[_line(one, names, pool_code, month) for one in figures],
            ),
            Table(
                code="causes",
                words=Words("差异原因", "Causes"),
                first_column=Words("流水", "transfer"),
                columns=_CAUSES,
                lines=list(_causes(figures, names, pool_code)),
            ),
        ),
    )


def _said(figure: RestatedFigure, names: Mapping[str, str]) -> Words:
    if figure.account != NET:
        return account_words(figure.account, names)
    name = names.get(figure.party, figure.party)
    return Words(f"{name} {NET_WORDS.zh}", f"{name} {NET_WORDS.en}")


def _line(figure: RestatedFigure, names: Mapping[str, str], pool_code: str, month: Month) -> Line:
    where = f"/api/v1/pools/{pool_code}/settlements/{month}/restated"
    return Line(
        key=f"{figure.party}:{figure.account}",
        words=_said(figure, names),
        cells={
            "reported": Cell(figure.reported_fen, where),
            "restated": Cell(figure.restated_fen, where),
            "difference": Cell(figure.difference_fen, where),
        },
    )


def _causes(
    figures: Iterable[RestatedFigure], names: Mapping[str, str], pool_code: str
) -> Iterable[Line]:
    for figure in figures:
        for one in figure.causes:
            transfer = one.transfer
            yield Line(
                key=f"{figure.party}:{figure.account}:{transfer.seq}",
                words=Words(f"第 {transfer.seq} 笔", f"transfer {transfer.seq}"),
                cells={
                    "figure": Cell(_said(figure, names).zh),
                    "difference": Cell(
                        one.fen, f"/api/v1/explanations/transfer/{pool_code}/{transfer.seq}"
                    ),
                    "cause": Cell(CAUSE_WORDS[transfer.cause].zh),
                    "number": Cell(transfer.number),
                    "kind": Cell(kind_words(transfer.kind).zh),
                    "fact_day": Cell(transfer.fact_day.isoformat()),
                    "booked_on": Cell(transfer.business_date.isoformat()),
                },
            )
