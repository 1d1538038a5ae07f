"""pain.002 (ISO 20022, CustomerPaymentStatusReport): what the bank says of orders it was sent.

Versions 03 and later; the places asked for have not moved. A status of a whole message or of its
one block holds for every order only where the bank says nothing of single ones.
"""

import re
from xml.etree.ElementTree import Element

from services.risk_pool.domain.payment_status import Report, ReportedOrder, StatusUnreadable
from shared.sheets import safe_xml
from shared.sheets.cells import plain

_NAMESPACE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:pain\.002\.001\.[0-9]{2}\}Document")
LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 5_000


def read_status(content: bytes) -> Report:
    """Raises StatusUnreadable."""
    if len(content) > LARGEST_FILE:
        raise _unreadable("文件超过 5 MB", "the file is above 5 MB")
    try:
        root = safe_xml.parse(content)
    except safe_xml.UnsafeXml as error:
        raise _unreadable(
            "不是可读取的 XML（不接受文档类型声明）", "not XML that we read"
        ) from error
    if _NAMESPACE.fullmatch(root.tag) is None:
        raise _unreadable("不是 pain.002.001", "not pain.002.001")
    report = _at(root, "CstmrPmtStsRpt")
    group = _at(report, "OrgnlGrpInfAndSts")
    message = _text(_at(report, "GrpHdr/MsgId"))
    of_message = _text(_at(group, "OrgnlMsgId"))
    if not message or not of_message:
        raise _unreadable("缺少报文编号或原报文编号", "no MsgId or OrgnlMsgId")
    blocks = _all(report, "OrgnlPmtInfAndSts")
    single = [one for block in blocks for one in _all(block, "TxInfAndSts")]
    if len(single) > MOST_ROWS:
        raise _unreadable(f"超过 {MOST_ROWS} 笔", f"more than {MOST_ROWS} orders")
    whole = next((one for one in blocks if _text(_at(one, "PmtInfSts"))), None)
    status, holder = _text(_at(whole, "PmtInfSts")), whole
    if not status:
        status, holder = _text(_at(group, "GrpSts")), group
    return Report(
        message=message,
        of_message=of_message,
        orders=tuple(_order(n, one) for n, one in enumerate(single, start=1)),
        of_all=None if single or not status else _said(1, "", status, holder),
    )


def _order(line: int, holder: Element) -> ReportedOrder:
    return _said(line, _text(_at(holder, "OrgnlEndToEndId")), _text(_at(holder, "TxSts")), holder)


def _said(line: int, end_to_end: str, status: str, holder: Element | None) -> ReportedOrder:
    reason = _at(holder, "StsRsnInf")
    return ReportedOrder(
        line=line,
        end_to_end=end_to_end,
        status=status,
        reason_code=(_text(_at(reason, "Rsn/Cd")) or _text(_at(reason, "Rsn/Prtry")))[:35],
        reason=" ".join(_text(one) for one in _all(reason, "AddtlInf"))[:400],
    )


def _unreadable(zh: str, en: str) -> StatusUnreadable:
    return StatusUnreadable(f"银行回执无法读取：{zh}。", f"The report cannot be read: {en}.")


def _all(element: Element | None, name: str) -> list[Element]:
    if element is None:
        return []
    return [one for one in element if str(one.tag).rpartition("}")[2] == name]


def _at(element: Element | None, path: str) -> Element | None:
    for name in path.split("/"):
        element = next(iter(_all(element, name)), None)
    return element


def _text(element: Element | None) -> str:
    return "" if element is None else plain(element.text)
