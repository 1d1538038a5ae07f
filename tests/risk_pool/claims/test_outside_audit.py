"""An auditor checks an export with nothing but Python, and reads it with his own programs."""

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.risk_pool.audit.journal import journal
from services.risk_pool.audit.outside import amounts, command
from services.risk_pool.domain.ledger import CREDIT_KINDS, DEBIT_KINDS, account_kind
from tests import hledger
from tests.programs import first_line
from tests.risk_pool.claims.driver import claims_of
from tests.risk_pool.claims.test_statements import settled
from zhidai.cli import app as front_door

Lines = list[dict[str, Any]]


async def exported(running: Any, folder: Path) -> tuple[Path, dict[str, dict[str, str]]]:
    """A pool with a claim, recoveries and two settled months as its auditor gets it, and what the
    service itself answers as balances of some days."""
    async with claims_of(running, "ICBC", "CCB", after=settled) as pool:
        claim = pool.claim
        # More than what the parties bore: all are whole, then the interest, then the pledgor.
        await pool.recovers(claim, "9500000.00", costs="100.01", on="2026-04-02")
        answer = await pool.auditor.get("/pools/dongli/audit-export")
        assert answer.status_code == 200, answer.text
        assert "dongli-audit.zip" in answer.headers["content-disposition"]
        days = {}
        for day in ("2026-01-01", "2026-01-31", "2026-02-28", "2026-03-04", "2026-04-30"):
            told = await pool.auditor.get("/pools/dongli/balances", params={"as_of": day})
            days[day] = {one["account"]: one["balance"] for one in told.json()["accounts"]}
        for month in ("2026-02", "2026-03"):
            where = f"/pools/dongli/settlements/{month}/statements/ICBC.json"
            _PRINTED[month] = (await pool.auditor.get(where)).json()["ledger"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(folder)
    return folder, days


_PRINTED: dict[str, dict[str, Any]] = {}
"""What the statements of each month have printed on them: how far the ledger had come, its hash."""

_MADE: dict[str, tuple[Path, dict[str, dict[str, str]]]] = {}


@pytest.fixture
async def handed_over(tmp_path_factory: Any, running: Any) -> Any:
    """The same export for all tests here, made once: they change copies of it only."""
    if not _MADE:
        _MADE["export"] = await exported(running, tmp_path_factory.mktemp("export"))
    return _MADE["export"]


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """`verify.py` in an empty environment, without site-packages and without our code."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", *arguments],
        cwd=folder, env={}, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def changed(folder: Path, target: Path, change: Callable[[Lines], None], *, sealed: bool) -> Path:
    """A copy of the export that somebody has changed; `sealed`: who knows how the digest is made."""
    shutil.copytree(folder, target)
    path = target / "ledger.ndjson"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(lines)
    texts = [json.dumps(line, ensure_ascii=False) for line in lines]
    if sealed:
        digest = sha256("".join(f"{text}\n" for text in texts[:-1]).encode()).hexdigest()
        texts[-1] = json.dumps(lines[-1] | {"sha256": digest}, ensure_ascii=False)
    path.write_text("\n".join(texts) + "\n")
    return target


def test_an_untouched_export_passes_every_check_in_an_empty_environment(handed_over):
    folder, _ = handed_over

    code, said = run(folder)

    assert code == 0, said
    found = command.audit(folder)
    assert {check.code for check in found.checks() if check.looked_at == 0} == set()
    assert said.count("✓") == len(found.checks()) == 13
    assert "✗" not in said


def test_it_tells_of_every_month_the_number_and_the_hash_that_a_signed_statement_has_on_it(
    handed_over,
):
    _, said = run(handed_over[0])

    assert set(_PRINTED) == {"2026-02", "2026-03"}
    for month, printed in _PRINTED.items():
        line = next(one for one in said.splitlines() if one.startswith(f"  {month} 对账单"))
        assert f"截至第 {printed['seq']} 笔 as of transfer {printed['seq']}" in line
        assert line.endswith(f": {printed['hash']}")


def test_the_zip_itself_is_read_as_it_was_handed_over(handed_over, tmp_path):
    folder, _ = handed_over
    packed = shutil.make_archive(str(tmp_path / "whole"), "zip", folder)

    assert run(folder, packed)[0] == 0


def test_it_imports_nothing_of_ours_and_nothing_that_has_to_be_installed(handed_over):
    text = (handed_over[0] / "verify.py").read_text()

    imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))

    assert "json" in imported and imported <= sys.stdlib_module_names
    assert "services" not in text


def test_the_balances_of_a_day_are_those_that_the_service_answers(handed_over):
    folder, days = handed_over
    for day, stated in days.items():
        _, said = run(folder, "--on", day)

        told = dict(re.findall(r"^  (\S+) +(-?[0-9]+\.[0-9]{2})$", said, re.MULTILINE))

        assert told == stated, day


def of_type(lines: Lines, type_: str, /, **having: Any) -> dict[str, Any]:
    return next(
        line for line in lines
        if line["type"] == type_ and all(line.get(name) == value for name, value in having.items())
    )  # fmt: skip


def a_fen_more(amount: str) -> str:
    return str(Decimal(amount) + Decimal("0.01"))


def _amount(lines: Lines) -> None:
    line = of_type(lines, "transfer", seq=3)
    line["amount"] = a_fen_more(line["amount"])


def _text(lines: Lines) -> None:
    of_type(lines, "explanation", kind="claim")["people"]["opinion"] = "不同意"


def _figure_in_a_text(lines: Lines) -> None:
    said = of_type(lines, "explanation", kind="claim")["explanation"]
    said["shares"]["pool"] = a_fen_more(said["shares"]["pool"])


def _missing_transfer(lines: Lines) -> None:
    lines.remove(of_type(lines, "transfer", seq=5))


def _missing_last_transfer(lines: Lines) -> None:
    lines.remove(max((x for x in lines if x["type"] == "transfer"), key=lambda x: x["seq"]))


def _doubled_reference(lines: Lines) -> None:
    of_type(lines, "transfer", seq=6)["reference"] = of_type(lines, "transfer", seq=5)["reference"]


def _unknown_account(lines: Lines) -> None:
    of_type(lines, "transfer", seq=6)["debit"] = "petty"


def _missing_explanation(lines: Lines) -> None:
    lines.remove(of_type(lines, "explanation", kind="recovery"))


def _day(lines: Lines) -> None:
    accounts = of_type(lines, "day")["accounts"]
    accounts["cash"]["debited"] = a_fen_more(accounts["cash"]["debited"])


def _missing_day(lines: Lines) -> None:
    lines.remove(of_type(lines, "day"))
    lines[-1]["counts"]["day"] -= 1


def _balance(lines: Lines) -> None:
    cash = lines[-1]["balances"]["cash"]
    cash["debited"] = a_fen_more(cash["debited"])


def _claim_share(lines: Lines) -> None:
    share = of_type(lines, "claim")["shares"][0]
    share["amount"] = a_fen_more(share["amount"])


def _recovery_share(lines: Lines) -> None:
    share = of_type(lines, "recovery")["shares"][0]
    share["amount"] = a_fen_more(share["amount"])


def _missing_recovery(lines: Lines) -> None:
    lines.remove(of_type(lines, "recovery"))


def _movement(lines: Lines) -> None:
    moved = of_type(lines, "month", month="2026-03")["movements"][0]
    moved["debited"] = a_fen_more(moved["debited"])


def _statement(lines: Lines) -> None:
    of_one = of_type(lines, "month", month="2026-03")["statements"][1]
    of_one["net"] = a_fen_more(of_one["net"])


def _statement_on_both_sides(lines: Lines) -> None:
    of_one = of_type(lines, "month", month="2026-03")["statements"][1]
    for name in ("payable", "net"):
        of_one[name] = a_fen_more(of_one[name])


def _missing_month(lines: Lines) -> None:
    lines.remove(of_type(lines, "month", month="2026-03"))


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (_amount, "chain"),
        (_text, "explanations"),
        (_figure_in_a_text, "claims"),
        (_missing_transfer, "numbers"),
        (_missing_last_transfer, "numbers"),
        (_doubled_reference, "references"),
        (_unknown_account, "double_entry"),
        (_missing_explanation, "explanations"),
        (_day, "days"),
        (_missing_day, "days"),
        (_balance, "balances"),
        (_claim_share, "claims"),
        (_recovery_share, "recoveries"),
        (_missing_recovery, "complete"),
        (_movement, "months"),
        (_statement, "months"),
        (_statement_on_both_sides, "months"),
        (_missing_month, "complete"),
    ],
    ids=lambda one: getattr(one, "__name__", one).strip("_"),
)
def test_a_changed_fen_a_missing_row_and_a_changed_text_are_found_by_the_check_that_looks_there(
    handed_over, tmp_path, change, wanted
):
    target = changed(handed_over[0], tmp_path / "copy", change, sealed=True)

    found = {check.code: check for check in command.audit(target).checks()}

    assert found[wanted].faults
    assert not found["bytes"].faults, "who did it also mended the digest"
    code, said = run(target)
    assert code == 1 and "✗" in said and found[wanted].faults[0][0] in said


def _name(lines: Lines) -> None:
    of_type(lines, "party", role="bank")["name"] = "另一家银行"


def test_a_changed_name_that_no_hash_seals_is_found_by_the_digest_of_the_file(
    handed_over, tmp_path
):
    target = changed(handed_over[0], tmp_path / "copy", _name, sealed=False)

    found = {check.code for check in command.audit(target).checks() if check.faults}

    assert found == {"bytes"}
    assert run(target)[0] == 1


def test_each_check_has_a_fault_that_only_a_reader_of_the_split_can_find(handed_over, tmp_path):
    """Whoever can forge an explanation with its id still cannot make the split come out."""

    def forged(lines: Lines) -> None:
        told = of_type(lines, "explanation", kind="recovery")["explanation"]
        bank, pool = (told["returned"][party] for party in ("bank", "pool"))
        told["returned"] |= {
            "bank": str(Decimal(bank) - Decimal("0.01")),
            "pool": str(Decimal(pool) + Decimal("0.01")),
        }
        recorded = {one["party"]: one for one in of_type(lines, "recovery")["shares"]}
        for party, share in told["returned"].items():
            recorded[party]["amount"] = share

    target = changed(handed_over[0], tmp_path / "copy", forged, sealed=True)

    found = {check.code: check for check in command.audit(target).checks()}

    assert any("重算不符" in zh for zh, _ in found["recoveries"].faults)


@pytest.mark.parametrize("cut", ["last line", "no head", "another file", "no file"])
def test_a_part_of_an_export_is_no_export_and_ends_with_two(handed_over, tmp_path, cut):
    target = tmp_path / "copy"
    shutil.copytree(handed_over[0], target)
    path = target / "ledger.ndjson"
    lines = path.read_text().splitlines(keepends=True)
    if cut == "no file":
        path.unlink()
    else:
        path.write_text(
            {
                "last line": "".join(lines[:-1]),
                "no head": "".join(lines[1:]),
                "another file": "hello\n",
            }[cut]
        )

    code, said = run(target)

    assert code == 2 and "Not a whole export" in said


def test_the_chart_of_an_export_is_the_ledgers_own(handed_over):
    head = command.audit(handed_over[0]).book.head

    assert head["chart"] == dict.fromkeys(sorted(DEBIT_KINDS), "debit") | dict.fromkeys(
        sorted(CREDIT_KINDS), "credit"
    )
    assert amounts.Chart(head["chart"]).way_of("covered:ICBC") == "debit"
    assert amounts.Chart(head["chart"]).way_of("covered:") == ""


# The journal: what other people's programs make of it.


def read_by_us(text: str) -> dict[tuple[str, str], Decimal]:
    """(day, account) → what is posted on it: a reader of our own, which every machine has."""
    found: dict[tuple[str, str], Decimal] = {}
    day, assertion = "", False
    for line in text.splitlines():
        if (head := re.match(r"(\d{4}-\d\d-\d\d)", line)) is not None:
            day, assertion = head[1], "月末余额核对" in line
        elif (posting := re.match(r"    (\S+)  (-?\d+\.\d\d) CNY$", line)) and not assertion:
            key = (day, posting[1])
            found[key] = found.get(key, Decimal(0)) + Decimal(posting[2])
    return found


NAMES = {
    "cash": "资产:专户现金",
    "claims": "支出:补偿支出",
    "recoveries": "收入:追偿收入",
    "interest": "收入:利息收入",
    "capacity": "负债:表外:已占用额度",
}


def signed(account: str, balance: str) -> Decimal:
    """Debits positive, credits negative."""
    return Decimal(balance) * (1 if account_kind(account) in DEBIT_KINDS else -1)


def test_the_journal_has_the_ledgers_balances_on_any_day(handed_over):
    folder, days = handed_over
    posted = read_by_us("".join(journal(folder)))

    for day, stated in days.items():
        made: dict[str, Decimal] = {}
        for (when, account), amount in posted.items():
            if when <= day:
                made[account] = made.get(account, Decimal(0)) + amount
        for account, balance in stated.items():
            if account in NAMES:
                assert made[NAMES[account]] == signed(account, balance), (day, account)
        assert sum(made.values()) == 0
        assert sorted(a for a in made.values() if a) == sorted(
            s for name, balance in stated.items() if (s := signed(name, balance))
        )


def test_an_entry_says_both_dates_its_number_its_reference_and_its_case(handed_over):
    text = "".join(journal(handed_over[0]))

    paid = next(entry for entry in text.split("\n\n") if "kind:claim-paid" in entry)

    assert paid.startswith("2026-03-04=2026-03-04 * (")
    # What moves cash is the entry of two persons; the loan leads to the claim.
    assert "case:DL-K-2026-0002" in paid and "loan:DL-2026-000001" in paid
    assert re.search(r"seq:\d+", paid) and "ref:payment:DL-K-2026-0002" in paid
    assert "负债:应付:" in paid and "资产:专户现金" in paid


needs_hledger = pytest.mark.skipif(
    hledger.find() is None and not hledger.is_required(), reason=hledger.MISSING
)


@needs_hledger
@pytest.mark.program("hledger", does="reads the ledger's journal: the same balances on any day")
def test_hledger_reads_the_journal_and_has_the_same_balances_on_any_day(
    handed_over, tmp_path, record_property
):
    record_property("version", first_line("hledger", "--version"))
    folder, days = handed_over
    path = tmp_path / "dongli.journal"
    path.write_text("".join(journal(folder)))

    def said(*arguments: str) -> str:
        done = subprocess.run(
            ["hledger", "-f", str(path), *arguments],
            env={"LANG": "C.UTF-8", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    said("check", "--strict")
    for day, stated in days.items():
        after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
        told = said("balance", "--flat", "-N", "-O", "csv", "-e", after)
        made = re.findall(r'^"([^"]+)","(-?[0-9.]+) CNY"$', told, re.MULTILINE)
        assert sorted(Decimal(amount) for _, amount in made) == sorted(
            s for name, balance in stated.items() if (s := signed(name, balance))
        ), day
        assert {name: Decimal(amount) for name, amount in made if name in NAMES.values()} == {
            NAMES[name]: s
            for name, balance in stated.items()
            if name in NAMES and (s := signed(name, balance))
        }


@needs_hledger
@pytest.mark.program("hledger", does="finds a fen that was moved in a closed month")
def test_hledger_itself_finds_a_fen_that_was_moved_in_a_closed_month(handed_over, tmp_path):
    path = tmp_path / "dongli.journal"
    text = "".join(journal(handed_over[0]))
    path.write_text(text.replace(" 1234.56 CNY", " 1234.57 CNY").replace("-1234.56", "-1234.57"))

    done = subprocess.run(
        ["hledger", "-f", str(path), "check"],
        env={"LANG": "C.UTF-8", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}, capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode != 0 and b"balance assertion" in done.stderr


BEAN_CHECK = shutil.which(os.environ.get("BEAN_CHECK", "bean-check"))


@pytest.mark.skipif(BEAN_CHECK is None, reason="Beancount is not installed (pip install beancount)")
@pytest.mark.program("Beancount", does="reads the ledger's journal, finds a moved fen")
def test_beancount_reads_the_journal_and_finds_a_moved_fen(handed_over, tmp_path, record_property):
    record_property("version", first_line(str(BEAN_CHECK), "--version"))
    path = tmp_path / "dongli.beancount"
    text = "".join(journal(handed_over[0], "beancount"))

    def check(written: str) -> subprocess.CompletedProcess[bytes]:
        path.write_text(written)
        return subprocess.run(
            [str(BEAN_CHECK), "--no-cache", str(path)], capture_output=True, check=False
        )

    assert check(text).returncode == 0, check(text).stderr.decode()
    wrong = check(text.replace(" 1234.56 CNY", " 1234.57 CNY").replace("-1234.56", "-1234.57"))
    assert wrong.returncode != 0 and b"Balance failed" in wrong.stderr


# The commands.


def said_by(*arguments: str) -> tuple[int, str]:
    """`zhidai …` as a person runs it."""
    result = CliRunner().invoke(front_door, list(arguments))
    return result.exit_code, result.output


def test_the_command_writes_the_journal_of_an_export_and_checks_the_export_itself(
    handed_over, tmp_path
):
    folder, out = str(handed_over[0]), tmp_path / "dongli.journal"

    code, said = said_by("export", "journal", "--from", folder, "--out", str(out))
    audited, verdict = said_by("audit", "--file", folder)

    assert code == 0 and said.strip() == str(out)
    assert out.read_text() == "".join(journal(handed_over[0]))
    assert audited == 0 and "✓ 相符 ok  校验链 hash chain" in verdict


def test_the_command_says_no_to_a_changed_export_and_writes_nothing_of_half_a_one(
    handed_over, tmp_path
):
    target = changed(handed_over[0], tmp_path / "copy", _amount, sealed=True)
    half = tmp_path / "half.ndjson"
    half.write_text("".join((target / "ledger.ndjson").read_text().splitlines(True)[:-1]))
    out = tmp_path / "half.journal"

    assert said_by("audit", "--file", str(target))[0] == 1
    code, said = said_by("export", "journal", "--from", str(half), "--out", str(out))
    assert code == 2 and "Not a whole export" in said and not out.exists()
    assert said_by("export", "journal", "--out", str(out))[0] == 2


async def test_the_command_takes_the_ledger_from_the_database(running, tmp_path):
    out, text = tmp_path / "dongli.zip", tmp_path / "dongli.journal"
    async with claims_of(running, "ICBC") as pool:
        url = pool.service.context.database.url
        made = await asyncio.to_thread(
            said_by, "export", "ledger", "--pool", "dongli", "--url", url, "--out", str(out)
        )
        unknown = await asyncio.to_thread(
            said_by, "export", "ledger", "--pool", "nowhere", "--url", url, "--out", str(out)
        )
        written = await asyncio.to_thread(
            said_by, "export", "journal", "--pool", "dongli", "--url", url, "--out", str(text)
        )

    assert made[0] == 0 and said_by("audit", "--file", str(out))[0] == 0
    assert unknown[0] == 2 and "There is no pool nowhere" in unknown[1]
    assert written[0] == 0 and "20000000.00 CNY" in text.read_text()


async def test_who_may_not_see_the_ledger_gets_no_export(running):
    async with claims_of(running, "ICBC") as pool:
        for person in (pool.bank("ICBC"), pool.service.as_("lin", "reviewer"), pool.maker):
            assert (await person.get("/pools/dongli/audit-export")).status_code == 403
        assert (await pool.auditor.get("/pools/nowhere/audit-export")).status_code == 404
