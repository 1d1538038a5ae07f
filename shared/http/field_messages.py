"""A stable code and a sentence in Chinese and English for each of pydantic's error types.

pydantic names its errors by type and speaks English only. A type that the table lacks keeps
pydantic's words. Input values are never repeated: they may be secret, or not encodable.
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class Bilingual(Protocol):
    """An error that knows its own code and words, raised as a ValueError by a validator."""

    code: str
    zh: str
    en: str


NO_NUL = r"^[^\u0000]*$"
ONE_LINE = r"^[^\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]*$"
"""No control characters, no line breaks of any kind, no marks that turn the reading direction."""
MANY_LINES = (
    r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\u200E\u200F\u202A-\u202E\u2066-\u2069]*$"
)
MASKED_ID = r"^[0-9]{3,6}\*{8,12}[0-9X]{2,4}$"
"""A resident's number with its middle left out, as 120101**********18."""

_BY_PATTERN = {
    NO_NUL: ("control-character", "含有看不见的控制字符，请删去后重填", "NUL characters are not allowed"),
    ONE_LINE: ("control-character", "不能包含控制字符或换行",
               "control characters and line breaks are not allowed"),
    MASKED_ID: ("malformed", "证件号须隐去中段，如 120101**********18",
                "a number with its middle left out, as 120101**********18"),
    MANY_LINES: ("control-character", "不能包含控制字符", "control characters are not allowed"),
    r"^[^\x00]*$": ("control-character", "含有看不见的控制字符，请删去后重填", "NUL characters are not allowed"),
    r"^[^\x00-\x1f\x7f]*$": ("control-character", "不能包含控制字符", "control characters are not allowed"),
    r"^[0-9]{12}$": ("malformed", "须为 12 位数字", "must be 12 digits"),
    r"^[0-9A-Za-z]{5,34}$": ("malformed", "须为 5 至 34 位字母或数字", "must be 5 to 34 letters or digits"),
    r"^([0-9a-f]{64})?$": ("malformed", "须为文件的校验值（SHA-256，64 位）",
                           "must be the checksum of a file (SHA-256, 64 digits)"),
}  # fmt: skip
_QUOTED = re.compile(r"'([^']*)'")
_CODES = re.compile(r"\^\[(?:a-z|A-Za-z)[^\]]*\](?:\[[A-Za-z0-9_:-]+\])?(?:[*+]|\{\d+,\d+\})\$")
"""Patterns of codes: letters, digits and marks between them."""

BY_TYPE: Mapping[str, tuple[str, str, str]] = {
    "missing": ("missing", "必填", "is required"),
    "extra_forbidden": ("unknown-field", "没有这个栏目", "is not a known field"),
    "greater_than": ("too-small", "须大于 {gt}", "must be greater than {gt}"),
    "greater_than_equal": ("too-small", "须不小于 {ge}", "must be at least {ge}"),
    "less_than": ("too-large", "须小于 {lt}", "must be less than {lt}"),
    "less_than_equal": ("too-large", "须不大于 {le}", "must be at most {le}"),
    "multiple_of": ("not-a-multiple", "须为 {multiple_of} 的倍数", "must be a multiple of {multiple_of}"),
    "finite_number": ("not-finite", "须为一个确定的数", "must be a finite number"),
    "too_short": ("too-few", "至少 {min_length} 项", "needs at least {min_length} items"),
    "too_long": ("too-many", "最多 {max_length} 项", "takes at most {max_length} items"),
    "string_type": ("not-text", "须为文字", "must be text"),
    "string_unicode": ("not-unicode", "含有无法识别的字符", "must be valid Unicode text"),
    "string_too_short": ("too-short", "至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "string_too_long": ("too-long", "最多 {max_length} 个字符", "takes at most {max_length} characters"),
    "string_pattern_mismatch": ("malformed", "写法不符，请核对", "must match {pattern}"),
    "string_not_ascii": ("not-ascii", "只能用半角字母、数字和符号", "must be ASCII"),
    "enum": ("not-an-option", "须为以下之一：{expected}", "must be one of {expected}"),
    "literal_error": ("not-an-option", "须为以下之一：{expected}", "must be one of {expected}"),
    "union_tag_invalid": ("not-an-option", "{discriminator} 须为以下之一：{expected_tags}",
                          "{discriminator} must be one of {expected_tags}"),
    "union_tag_not_found": ("missing", "缺少 {discriminator}", "{discriminator} is required"),
    "model_type": ("not-an-object", "须为对象", "must be an object"),
    "model_attributes_type": ("not-an-object", "须为对象", "must be an object"),
    "dataclass_type": ("not-an-object", "须为对象", "must be an object"),
    "dict_type": ("not-an-object", "须为对象", "must be an object"),
    "mapping_type": ("not-an-object", "须为对象", "must be an object"),
    "invalid_key": ("not-an-object", "栏目名须为文字", "keys must be text"),
    "list_type": ("not-a-list", "须为数组", "must be an array"),
    "tuple_type": ("not-a-list", "须为数组", "must be an array"),
    "set_type": ("not-a-list", "须为数组", "must be an array"),
    "frozen_set_type": ("not-a-list", "须为数组", "must be an array"),
    "iterable_type": ("not-a-list", "须为数组", "must be an array"),
    "bool_type": ("not-a-boolean", "须为是或否（true、false）", "must be true or false"),
    "bool_parsing": ("not-a-boolean", "须为是或否（true、false）", "must be true or false"),
    "int_type": ("not-an-integer", "须为整数", "must be an integer"),
    "int_parsing": ("not-an-integer", "须为整数", "must be an integer"),
    "int_parsing_size": ("too-large", "整数过大", "is too large an integer"),
    "int_from_float": ("not-an-integer", "须为整数", "must be an integer"),
    "float_type": ("not-a-number", "须为数字", "must be a number"),
    "float_parsing": ("not-a-number", "须为数字", "must be a number"),
    "decimal_type": ("not-a-number", "须为数字，如 1000.00", "must be a decimal number"),
    "decimal_parsing": ("not-a-number", "须为数字，如 1000.00", "must be a decimal number"),
    "decimal_max_digits": ("too-precise", "最多 {max_digits} 位数字", "takes at most {max_digits} digits"),
    "decimal_max_places": ("too-precise", "最多 {decimal_places} 位小数",
                           "takes at most {decimal_places} decimal places"),
    "decimal_whole_digits": ("too-large", "整数部分最多 {whole_digits} 位",
                             "takes at most {whole_digits} digits before the point"),
    "date_type": ("not-a-date", "须为日期，如 2026-03-31", "must be a date such as 2026-03-31"),
    "date_parsing": ("not-a-date", "须为日期，如 2026-03-31", "must be a date such as 2026-03-31"),
    "date_from_datetime_parsing": ("not-a-date", "须为日期，如 2026-03-31",
                                   "must be a date such as 2026-03-31"),
    "date_from_datetime_inexact": ("not-a-date", "须为日期，不带时间", "must be a date without a time"),
    "date_past": ("not-past", "须为过去的日期", "must be in the past"),
    "date_future": ("not-future", "须为将来的日期", "must be in the future"),
    "datetime_type": ("not-a-time", "须为时间，如 2026-03-31T09:00:00+08:00",
                      "must be a time such as 2026-03-31T09:00:00+08:00"),
    "datetime_parsing": ("not-a-time", "须为时间，如 2026-03-31T09:00:00+08:00",
                         "must be a time such as 2026-03-31T09:00:00+08:00"),
    "datetime_from_date_parsing": ("not-a-time", "须为时间，如 2026-03-31T09:00:00+08:00",
                                   "must be a time such as 2026-03-31T09:00:00+08:00"),
    "timezone_aware": ("no-time-zone", "时间须带时区", "must have a time zone"),
    "uuid_type": ("not-a-uuid", "须为系统给出的编号", "must be a UUID"),
    "uuid_parsing": ("not-a-uuid", "须为系统给出的编号", "must be a UUID"),
    "uuid_version": ("not-a-uuid", "须为第 {expected_version} 版 UUID",
                     "must be a UUID of version {expected_version}"),
    "url_type": ("not-a-url", "须为网址", "must be a URL"),
    "url_parsing": ("not-a-url", "须为网址", "must be a URL"),
    "url_syntax_violation": ("not-a-url", "须为网址", "must be a URL"),
    "url_too_long": ("too-long", "网址最多 {max_length} 个字符", "takes at most {max_length} characters"),
    "url_scheme": ("not-a-url", "网址须以 {expected_schemes} 开头", "must begin with {expected_schemes}"),
    "recursion_loop": ("too-deep", "嵌套过深", "is nested too deeply"),
    "recursion_depth_exceeded": ("too-deep", "嵌套过深", "is nested too deeply"),
    # types of our own
    "amount_not_text": ("not-an-amount", "金额须加引号，如 \"1000000.00\"",
                        "must be an amount as text, such as \"1000000.00\""),
    "amount_malformed": ("not-an-amount", "须为金额，最多两位小数，如 1000000.00",
                         "must be an amount with at most two decimals, such as \"1000000.00\""),
}  # fmt: skip


def message_of(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """Code, Chinese and English of one error that pydantic found."""
    context = one.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, Bilingual):
        return cause.code, cause.zh, cause.en
    if {"zh", "en"} <= context.keys():
        code = str(context.get("code", one["type"])).replace("_", "-")
        return code, str(context["zh"]), str(context["en"])
    if one["type"] == "string_pattern_mismatch" and (by_pattern := _by_pattern(context)):
        return by_pattern
    known = BY_TYPE.get(one["type"])
    if known is None:
        said = str(one["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
        return one["type"].replace("_", "-"), f"不符合要求：{said}", said
    code, zh, en = known
    return code, zh.format_map(_in_chinese(context)), en.format_map(context)


def _by_pattern(context: Mapping[str, Any]) -> tuple[str, str, str] | None:
    pattern = str(context.get("pattern"))
    if pattern in _BY_PATTERN:
        return _BY_PATTERN[pattern]
    if _CODES.fullmatch(pattern):
        zh = "只能用半角字母、数字、下划线和连字符"
        return "malformed", zh, f"must match {pattern}"
    return None


def _in_chinese(context: Mapping[str, Any]) -> dict[str, Any]:
    """pydantic lists choices as English does: 'a', 'b' or 'c'. Of words that are choices themselves
    nothing is taken apart."""
    listed = {
        name: "、".join(_QUOTED.findall(said) or re.split(", | or ", said))
        for name in ("expected", "expected_tags", "expected_schemes", "discriminator")
        if (said := str(context.get(name, "")))
    }
    return {**context, **listed}
