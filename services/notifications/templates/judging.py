"""Whether a text may come into force: what is wrong with it, and how it reads with a case."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from services.notifications.domain.audiences import BUREAU, audiences
from services.notifications.domain.messages import MessageText
from services.notifications.domain.wording import Reader
from services.notifications.templates.expressions import Mistake
from services.notifications.templates.filters import NOBODY_NAMED, PROGRAMME
from services.notifications.templates.rendering import (
    PARTS,
    RenderingFailed,
    filled_part,
    known_of,
    mistakes_of,
)
from shared.contracts.redaction import told_to_bank
from shared.contracts.shapes import examples_of
from shared.refusals import FieldFault, FieldsWrong

PLACES: Final[Mapping[str, tuple[str, str]]] = {
    "title_zh": ("title", "zh"),
    "text_zh": ("text", "zh"),
    "title_en": ("title", "en"),
    "text_en": ("text", "en"),
}
"""Where each part stands in a request."""
MOST_MISTAKES: Final = 100
"""So many are told with their lines; whoever has more begins again with the house's text."""


class TemplateInvalid(FieldsWrong):
    """A text says what no text may say; every mistake of it, with its line."""

    code: ClassVar[str] = "template-invalid"

    def __init__(self, mistakes: Sequence[tuple[str, Mistake]]) -> None:
        super().__init__(
            [
                FieldFault(
                    PLACES[part],
                    one.code,
                    f"第 {one.line} 行：{one.zh}",
                    f"Line {one.line}: {one.en}",
                )
                for part, one in mistakes
            ]
        )
        self.zh, self.en = "通知文本有误", "The text of the notice is not valid."
        self.extra = {
            "mistakes": [
                {"part": ".".join(PLACES[part]), "line": one.line, "code": one.code}
                for part, one in mistakes[:MOST_MISTAKES]
            ]
        }


def require_valid(text: MessageText, event_type: str, reader: Reader) -> None:
    """Refuse a text that may not come into force: judged as it is written, then filled in with
    every example of the contract. Raises TemplateInvalid with every mistake."""
    known = known_of(event_type, reader)
    found = [
        (part, one)
        for part in PARTS
        for one in mistakes_of(getattr(text, part), known, is_title=part.startswith("title"))
    ]
    if not found:
        found = [
            (part, one)
            for part in PARTS
            for one in _fails(part, getattr(text, part), examples_for(event_type, reader))
        ]
    if found:
        raise TemplateInvalid(found)


def rendered(
    text: MessageText, told: Mapping[str, Any], names: Mapping[str, str] = NOBODY_NAMED
) -> MessageText:
    """A text with one case filled in, codes by their names. Raises TemplateInvalid where the case has not what it asks."""
    found = [(part, one) for part in PARTS for one in _fails(part, getattr(text, part), [told])]
    if found:
        raise TemplateInvalid(found)
    return MessageText(
        **{part: filled_part(part, getattr(text, part), told, names) for part in PARTS}
    )


EXAMPLE_NAMES: Final[Mapping[str, str]] = {
    "dongli": "东丽区风险补偿资金池", "gx_guihuidai": "桂惠贷资金池", "sh_escrow": "保证金资金池",
    "ICBC": "工商银行", "ICBC-TJ": "工商银行天津分行", "BOC": "中国银行", "DL-FIN": "东丽区财政局",
    "TJ-FIN": "市财政局", "PICC": "人保财险", "TJ-APPRAISAL": "示例评估公司", "TJ-DB": "示例担保公司",
    f"{PROGRAMME}dongli": "东丽区知识产权质押融资风险补偿办法",
}  # fmt: skip
"""What the codes of the contracts' examples are called, where nobody has named them."""


def examples_for(event_type: str, reader: Reader) -> list[dict[str, Any]]:
    """The contract's examples of a type, as far as a reader may know them."""
    return [as_told(event_type, fact, reader) for fact in examples_of(event_type)]


def as_told(event_type: str, fact: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    """What such a reader is told of an event: of banks the first that hears of it."""
    if reader is Reader.BUREAU:
        return dict(fact)
    own = str(fact.get("bank_code") or "")
    hearing = (one.institution for one in audiences(event_type, fact, banks_of_pool=(own,)))
    bank = next((one for one in hearing if one != BUREAU), own)
    return told_to_bank(bank, event_type, fact)


def _fails(part: str, source: str, cases: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """What the first case says that the text cannot be filled in with; one of them is enough."""
    for told in cases:
        try:
            filled_part(part, source, told)
        except RenderingFailed as failure:
            yield Mistake(
                1, "fails-with-case", f"无法用实例写出：{failure}",
                f"It cannot be filled in with a case: {failure}",
            )  # fmt: skip
            return
