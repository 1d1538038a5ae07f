"""The nodes of a YAML text with their places, or why it cannot be read."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from shared.schemes.problems import Problem


class _DaysAsText(RoundTripConstructor):
    """Leaves days as they were written, so that a wrong one can be told with its place."""


_DaysAsText.add_constructor(
    "tag:yaml.org,2002:timestamp", lambda constructor, node: constructor.construct_scalar(node)
)


def read_yaml(text: str) -> tuple[Any, list[Problem]]:
    """The nodes of a YAML 1.2 text with their places, or why it cannot be read."""
    try:
        yaml = YAML(typ="rt")
        yaml.Constructor = _DaysAsText
        return yaml.load(text), []
    except DuplicateKeyError as error:
        mark = error.problem_mark
        name = str(error.problem).split('"')[1] if '"' in str(error.problem) else ""
        return None, [
            Problem(
                mark.line + 1,
                mark.column + 1,
                "",
                f"“{name}” 写了两次，只能保留一个",
                f"“{name}” stands twice; keep one",
            )
        ]
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        began = error.context_mark.line + 1 if error.context_mark else line
        from_zh = f"（这一段从第 {began} 行开始）" if began != line else ""
        from_en = f" (it began on line {began})" if began != line else ""
        return None, [
            Problem(
                line,
                column,
                "",
                f"YAML 格式有误{from_zh}，请检查缩进（只用空格）、冒号后的空格和引号、括号是否成对",
                f"this is not YAML: {error.problem}{from_en}; check indentation (spaces only), the "
                "space after each colon, and that quotes come in pairs",
            )
        ]
    except ReaderError as error:
        before = text[: error.position]
        sign = f"U+{ord(text[error.position]):04X}"
        return None, [
            Problem(
                before.count("\n") + 1,
                len(before) - before.rfind("\n"),
                "",
                f"此处有不可见的控制字符 {sign}，请删除",
                f"there is a control character {sign} here; delete it",
            )
        ]
    except (ValueError, TypeError) as error:
        return None, [
            Problem(1, 1, "", f"文件无法读取：{error}", f"the file cannot be read: {error}")
        ]
