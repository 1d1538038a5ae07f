"""The guide, followed to the letter: what stands in it passes check and test."""

import re

import pytest
from typer.testing import CliRunner

from zhidai.schemes_cli import scheme

run = CliRunner().invoke


@pytest.fixture(params=["write-your-measure.md", "write-your-measure.zh-CN.md"])
def guide(request, tmp_path):
    text = (request.config.rootpath / "docs" / request.param).read_text(encoding="utf-8")
    for name, body in re.findall(r"<!-- file: (\S+) -->\n```yaml\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(body, encoding="utf-8")
    return text, tmp_path


def test_the_finished_measure_has_no_mistakes_and_all_its_cases_pass(guide):
    text, folder = guide
    path = str(folder / "wuxi.yaml")

    check, cases = run(scheme, ["check", path]), run(scheme, ["test", path])

    assert check.exit_code == 0, check.output
    assert cases.exit_code == 0, cases.output
    assert "10 个案例，0 个不符" in cases.output
    assert re.search("10 个案例，0 个不符|10 cases, 0 failed", text)


def test_the_mistake_that_the_guide_shows_is_told_as_it_says(guide):
    text, folder = guide
    path = folder / "wuxi.yaml"
    path.write_text(path.read_text().replace("{pool: 50, bank: 50}", "{pool: 50, bank: 45}"))

    output = run(scheme, ["check", str(path), "--lang", "en"]).output
    chinese = run(scheme, ["check", str(path)]).output

    line, column = re.search(r"line (\d+), column (\d+)", output).groups()
    shown = f"line {line}, column {column}" in text and "5% short of 100%" in output
    shown_zh = f"第 {line} 行第 {column} 列" in text and "少 5%" in chinese
    assert shown or shown_zh, output


def test_the_comparison_with_a_neighbour_works(guide):
    _, folder = guide
    command = ["diff", "gd_zhuhai_ip", str(folder / "wuxi.yaml"), "--on", "2022-06-01"]

    assert run(scheme, command).exit_code == 0
    assert run(scheme, ["explain", str(folder / "wuxi.yaml"), "--case", "3"]).exit_code == 0


def test_the_templates_that_the_guide_names_exist(guide):
    from shared.schemes.library import programmes

    named = set(re.findall(r"template_[a-z_]+", guide[0]))

    assert named and named <= set(programmes())
