"""A statement of account from its bytes: what form it is in, the bytes themselves say."""

from services.risk_pool.bank_files.camt_file import read_camt
from services.risk_pool.bank_files.csv_file import read_csv
from services.risk_pool.bank_files.xlsx_file import read_xlsx
from services.risk_pool.domain.account_statement import StatementRead, StatementUnreadable

LARGEST_FILE = 10 * 1024 * 1024
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_ZIP = b"PK\x03\x04"


def read_statement(content: bytes) -> StatementRead:
    """What the file says. A name or a media type is not asked: banks give any. Raises
    StatementUnreadable."""
    if not content.strip():
        raise StatementUnreadable("文件是空的。", "The file is empty.")
    if len(content) > LARGEST_FILE:
        raise StatementUnreadable("文件超过 10 MB。", "The file is above 10 MB.")
    if content.startswith(_OLD_EXCEL):
        raise StatementUnreadable(
            "这是旧版 XLS 或加密文件，请另存为 XLSX 或 CSV。",
            "An old XLS, or a file with a password; save it as XLSX or CSV.",
        )
    if content.startswith(_ZIP):
        return read_xlsx(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return read_camt(content)
    return read_csv(content)
