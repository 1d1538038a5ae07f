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
