"""pain.001.001.09 (ISO 20022, CustomerCreditTransferInitiation), written and held against the
official schema beside this file.

The same orders give the same bytes. Accounts in China have no IBAN: they stand under `Othr`, the
payee's bank under its CNAPS number (ISO clearing system code CNAPS).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import xmlschema

from shared.money import format_fen

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_SCHEMA = Path(__file__).parent / "schemas" / "pain.001.001.09.xsd"
_LONGEST_NAME = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """The dedicated account that is paid from."""

    holder: str
    account_number: str
    bank_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One payment, under the number by which the account will show it (≤ 35 characters)."""

    end_to_end: str
    amount_fen: int
    holder: str
    account_number: str
    bank_name: str
    cnaps: str
    purpose: str


def written(
    number: str, payer: Payer, orders: Sequence[Order], *, execution_on: date, at: datetime
) -> bytes:
    """The file; `at` is when it was prepared. It holds the schema."""
    root = Element("Document", xmlns=NAMESPACE)
    initiation = SubElement(root, "CstmrCdtTrfInitn")
    total = format_fen(sum(one.amount_fen for one in orders))
    header = SubElement(initiation, "GrpHdr")
    _text(header, "MsgId", number)
    _text(header, "CreDtTm", at.replace(microsecond=0).isoformat())
    _text(header, "NbOfTxs", str(len(orders)))
    _text(header, "CtrlSum", total)
    _text(header, "InitgPty/Nm", payer.holder[:_LONGEST_NAME])
    payment = SubElement(initiation, "PmtInf")
    _text(payment, "PmtInfId", number)
    _text(payment, "PmtMtd", "TRF")
    _text(payment, "NbOfTxs", str(len(orders)))
    _text(payment, "CtrlSum", total)
    _text(payment, "ReqdExctnDt/Dt", execution_on.isoformat())
    _text(payment, "Dbtr/Nm", payer.holder[:_LONGEST_NAME])
    account = SubElement(payment, "DbtrAcct")
    _text(account, "Id/Othr/Id", payer.account_number)
    _text(account, "Ccy", "CNY")
    _text(payment, "DbtrAgt/FinInstnId/Nm", payer.bank_name[:_LONGEST_NAME])
    for order in orders:
        _order(payment, order)
    indent(root)
    text = tostring(root, encoding="unicode")
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
    require_schema(content)
    return content


def _order(payment: Element, order: Order) -> None:
    transfer = SubElement(payment, "CdtTrfTxInf")
    names = SubElement(transfer, "PmtId")
    _text(names, "InstrId", order.end_to_end)
    _text(names, "EndToEndId", order.end_to_end)
    amount = SubElement(SubElement(transfer, "Amt"), "InstdAmt", Ccy="CNY")
    amount.text = format_fen(order.amount_fen)
    bank = SubElement(SubElement(transfer, "CdtrAgt"), "FinInstnId")
    member = SubElement(bank, "ClrSysMmbId")
    _text(member, "ClrSysId/Cd", "CNAPS")
    _text(member, "MmbId", order.cnaps)
    _text(bank, "Nm", order.bank_name[:_LONGEST_NAME])
    _text(transfer, "Cdtr/Nm", order.holder[:_LONGEST_NAME])
    _text(transfer, "CdtrAcct/Id/Othr/Id", order.account_number)
    _text(transfer, "RmtInf/Ustrd", order.purpose[:_LONGEST_NAME])


def _text(parent: Element, path: str, text: str) -> None:
    for name in path.split("/"):
        parent = SubElement(parent, name)
    parent.text = text


@lru_cache(maxsize=1)
def _schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(_SCHEMA))


def require_schema(content: bytes) -> None:
    """Raises xmlschema.XMLSchemaValidationError: a mistake of ours, not of a person."""
    _schema().validate(content.decode())
