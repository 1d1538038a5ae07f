"""`zhidai kafka-rights` shows what the services need, and says in a line why it cannot give it."""

from pathlib import Path

from typer.testing import CliRunner, Result

from zhidai.cli import app

NOBODY = "127.0.0.1:1"


def said(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["kafka-rights", *arguments])


def password(folder: Path) -> str:
    (folder / "password").write_text("x\n")
    return str(folder / "password")


def test_only_the_service_itself_writes_its_topic_and_all_that_it_hears_is_listed():
    shown = said()
    rights = [line.split() for line in shown.stdout.splitlines() if " topic " in line]

    assert shown.exit_code == 0
    assert {tuple(one) for one in rights if one[1] == "write"} == {
        (name, "write", "topic", name) for name in ("applications", "risk_pool", "notifications")
    }
    assert ["risk_pool", "read", "topic", "applications"] in rights


def test_a_banks_topic_is_written_by_the_services_and_read_by_the_bank_alone():
    shown = said("--bank", "ICBC-TJ=machine-icbc-tj", "--bank", "CCB-TJ")
    rights = {tuple(line.split()) for line in shown.stdout.splitlines()}
    on_topic = {one[:2] for one in rights if one[2:] == ("topic", "bank.ICBC-TJ")}

    assert {who for who, may in on_topic if may == "read"} == {"machine-icbc-tj"}
    assert {who for who, may in on_topic if may == "write"} == {
        "applications", "risk_pool", "notifications"
    }  # fmt: skip
    assert ("bank.CCB-TJ", "read", "group", "bank.CCB-TJ") in rights
    assert said("--bank", "a b").exit_code == 2


def test_connect_may_speak_for_every_service_only_where_it_was_named():
    may = ("connect", "write", "topic", "risk_pool")

    assert may in {tuple(one.split()) for one in said("--publisher", "connect").stdout.splitlines()}
    assert "connect" not in said().stdout


def test_what_is_missing_or_not_there_is_said_and_nothing_is_given(tmp_path: Path):
    assert said("--username", "broker").exit_code == 2
    assert said("--username", "broker", "--password-file", str(tmp_path / "none")).exit_code == 2
    known = ("--username", "broker", "--password-file", password(tmp_path))

    away = said(*known, "--bootstrap-servers", NOBODY)
    assert (away.exit_code, "not given" in away.stderr) == (4, True)
    tokens = said(*known, "--bootstrap-servers", NOBODY, "--mechanism", "OAUTHBEARER")
    assert (tokens.exit_code, "--token-url" in tokens.stderr) == (2, True)
    no_ca = said(*known, "--bootstrap-servers", NOBODY, "--ca-file", str(tmp_path / "ca.pem"))
    assert (no_ca.exit_code, "cannot be read" in no_ca.stderr) == (4, True)
