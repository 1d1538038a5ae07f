"""Who takes part in the demo's year: banks with their real public codes, and made-up people."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bank:
    """A cooperating bank. The unified social credit codes are the real, public ones."""

    code: str
    name: str
    uscc: str


BANKS = (
    Bank("ICBC", "中国工商银行", "91100000100003962T"),
    Bank("CCB", "中国建设银行", "911100001000044477"),
    Bank("ABC", "中国农业银行", "911100001000054748"),
    Bank("BOC", "中国银行", "911000001000013428"),
    Bank("BOCOM", "交通银行", "9131000010000595XD"),
    Bank("CMB", "招商银行", "9144030010001686XA"),
)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the bureau, or of a bank when `institution` is its code."""

    subject: str
    name: str
    roles: tuple[str, ...]
    institution: str = "*"


ADMIN = Person("admin", "系统管理员", ("admin",))
REVIEWERS = (
    Person("reviewer-lin", "林晓", ("reviewer",)),
    Person("reviewer-he", "何敏", ("reviewer",)),
)
APPROVER = Person("approver-zhao", "赵建国", ("approver",))
FINANCE_MAKER = Person("finance-sun", "孙丽", ("finance_maker",))
FINANCE_CHECKER = Person("finance-qian", "钱卫东", ("finance_checker",))
POOL_MANAGER = Person("manager-wu", "吴刚", ("pool_manager",))
AUDITOR = Person("auditor-zhou", "周正", ("auditor",))


def operator_of(bank_code: str) -> Person:
    """The bank's clerk who files, reports and claims."""
    name = next((one.name for one in BANKS if one.code == bank_code), bank_code)
    return Person(f"{bank_code.lower()}-operator", f"{name}经办", ("bank_operator",), bank_code)
