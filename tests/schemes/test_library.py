"""A county's programmes stay in the county's folder: named by a setting, found by name."""

import os
from datetime import date

import pytest
from typer.testing import CliRunner

from shared.schemes import library
from shared.schemes.scheme import NoSuchScheme
from shared.settings import ServiceSettings
from tests.schemes.test_wrong_files import GOOD
from zhidai.schemes_cli import scheme

run = CliRunner().invoke

CASES = """\
programme: county
cases:
  - name: 普通
    day: 2026-03-01
    loss: {outstanding_principal: "100.00", borrower_balance: "1.00"}
    expect: {shares: {pool: "80.00", bank: "20.00"}}
"""


@pytest.fixture(autouse=True)
def nothing_further_is_left_behind():
    yield
    library.look_in(())


@pytest.fixture
def county(tmp_path):
    folder = tmp_path / "county_files"
    folder.mkdir()
    (folder / "county.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "county.cases.yaml").write_text(CASES, encoding="utf-8")
    return folder


def test_a_programme_of_a_further_folder_is_loaded_by_its_name_beside_the_projects_own(county):
    with pytest.raises(NoSuchScheme):
        library.load("county")

    library.look_in([county])

    assert library.load("county").terms(date(2026, 3, 1), "direct").parties == ("pool", "bank")
    assert {"county", "dongli"} <= set(library.programmes())
    assert "county" not in library.programmes_of_this_project()


def test_what_was_read_is_forgotten_when_other_folders_are_named(county):
    library.look_in([county])
    library.load("county")

    library.look_in(())

    with pytest.raises(NoSuchScheme):
        library.load("county")


def test_a_name_that_two_folders_have_is_refused_with_both_files(county):
    (county / "dongli.yaml").write_text(GOOD.replace("county", "dongli"), encoding="utf-8")

    with pytest.raises(library.FoldersWrong, match=r"two programmes are named dongli: .* and .*"):
        library.look_in([county])

    assert "county" not in library.programmes()  # as before


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(library.FoldersWrong, match="no folder"):
        library.look_in([tmp_path / "nowhere"])


def test_a_misspelt_programme_is_told_the_one_probably_meant():
    with pytest.raises(NoSuchScheme, match="did you mean “dongli”"):
        library.load("dongly")


def test_folders_stand_in_one_setting_as_in_path(county, tmp_path):
    other = tmp_path / "other"
    other.mkdir()

    assert library.folders_of(f"{county}{os.pathsep} {other}{os.pathsep}") == (county, other)
    assert library.folders_of("") == ()


REQUIRED = {
    "environment": "sandbox", "database_url": "postgresql://x@127.0.0.1/x", "transport": "local",
    "token_issuer": "i", "token_keys": "k",
}  # fmt: skip


def test_every_service_reads_the_one_variable_and_refuses_to_start_on_a_wrong_one(
    county, monkeypatch
):
    monkeypatch.setenv("ZHIDAI_SCHEMES", str(county))
    assert ServiceSettings(**REQUIRED).schemes == str(county)

    monkeypatch.setenv("ZHIDAI_SCHEMES", str(county / "nowhere"))
    with pytest.raises(ValueError, match="no folder"):
        ServiceSettings(**REQUIRED)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list"], "某县资金池"),
        (["check", "county"], "没有发现错误"),
        (["test", "county"], "1 个案例，0 个不符"),
        (["explain", "county", "--case", "1"], "各方承担"),
        (["diff", "dongli", "county", "--on", "2026-03-01"], "损失分担比例"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_every_command_knows_the_programmes_of_further_folders_by_name(county, words, said):
    unknown = run(scheme, words)
    found = run(scheme, words, env={"ZHIDAI_SCHEMES": str(county)})

    assert found.exit_code == 0, found.output
    assert said in found.output
    assert said not in unknown.output


def test_a_measure_is_drafted_from_a_template_of_the_county_and_a_name_in_use_is_refused(
    county, tmp_path
):
    asked = [
        "new", "--template", "county", "--programme", "town", "--zh", "镇", "--en", "Town",
        "--place-zh", "镇", "--place-en", "Town", "--measure", "办法", "--valid-from", "2026-01-01",
        "--shares", "pool=45,bank=55", "--article", "第九条", "--loan-cap", "", "--loan-cap-article",
        "", "--region-code", "", "--folder", str(tmp_path),
    ]  # fmt: skip
    known = {"ZHIDAI_SCHEMES": str(county)}

    drafted = run(scheme, asked, env=known)
    taken = run(scheme, ["county" if word == "town" else word for word in asked], env=known)

    assert (tmp_path / "town.yaml").is_file(), drafted.output
    assert taken.exit_code == 1
    assert not (tmp_path / "county.yaml").exists()


def test_pages_of_a_county_are_written_where_it_says_and_only_when_it_asks(county, tmp_path):
    known = {"ZHIDAI_SCHEMES": str(county)}

    asked = run(scheme, ["docs", "county", "--folder", str(tmp_path / "pages")], env=known)
    own = run(scheme, ["docs", "--folder", str(tmp_path / "own")], env=known)

    assert asked.exit_code == own.exit_code == 0
    assert [path.name for path in (tmp_path / "pages").iterdir()] == ["county.md"]
    assert not (tmp_path / "own" / "county.md").exists()


def test_check_takes_the_name_of_the_projects_own_programmes_too():
    assert run(scheme, ["check", "dongli", "youxian"]).exit_code == 0
    assert run(scheme, ["check", "dongly"]).exit_code == 2


def test_check_reads_a_file_of_common_rules_as_such(tmp_path):
    practice = library.PROGRAMMES / "common" / "practice.yaml"
    other = tmp_path / "common" / "habit.yaml"
    other.parent.mkdir()
    other.write_text(practice.read_text(encoding="utf-8"), encoding="utf-8")

    assert run(scheme, ["check", str(practice)]).exit_code == 0
    wrong = run(scheme, ["check", str(other), "--lang", "en"])
    assert wrong.exit_code == 1
    assert "is not the file's name habit" in wrong.output


def test_a_county_has_common_rules_of_its_own(county):
    (county / "common").mkdir()
    own = (library.PROGRAMMES / "common" / "practice.yaml").read_text(encoding="utf-8")
    own = own.replace("common: practice", "common: ours").replace(
        "claim: {months: 6}", "claim: {months: 3}"
    )
    (county / "common" / "ours.yaml").write_text(own, encoding="utf-8")
    extends = GOOD.replace("status: complete\n", "status: complete\nextends: ours\n")
    (county / "county.yaml").write_text(extends, encoding="utf-8")

    library.look_in([county])

    assert library.load("county").terms(date(2026, 3, 1)).deadlines["claim"].months == 3
    assert "ours" not in library.programmes()
