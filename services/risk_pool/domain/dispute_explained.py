"""Why a dispute was decided as it was, in steps that anybody can follow."""

from collections.abc import Mapping
from typing import Any

from services.risk_pool.domain.dispute_booking import DisputeTrial
from shared.life_cycle import Row
from shared.money import format_fen
from shared.schemes.decide.explanation import Explanation, Step, money
from shared.schemes.sources import in_words
from shared.schemes.vocabulary import Words


def explained(dispute: Row, trial: DisputeTrial) -> dict[str, Any]:
    """The figures of a decision with the steps that lead to them, as they are kept."""
    line, right = dispute["line_amount_fen"], dispute["right_fen"]
    difference = dispute["difference_fen"]
    steps = (
        _step("difference", "争议金额 = 对账单金额 − 主张金额", "difference = the line − what is right",
              {"line_amount": line, "held_right": right}, difference),
        _step("upheld", "成立金额", "upheld of the difference",
              {"disputed_difference": difference}, trial.upheld_fen),
        _step("taken_off", "冲减该月往来（以未结为限）", "taken off the month's item, as far as it is open",
              {"upheld_amount": trial.upheld_fen}, trial.taken_off_fen),
        _step("new", "其余列入下期对账单", "the rest is asked for by the next statement",
              {"upheld_amount": trial.upheld_fen, "taken_off_item": trial.taken_off_fen}, trial.new_fen),
    )  # fmt: skip
    return {
        "decision": "dispute",
        "number": dispute["number"],
        "party_code": dispute["party_code"],
        "month": dispute["month"],
        "line": dispute["line_seq"],
        "line_reference": dispute["line_reference"],
        "reason": dispute["reason"],
        "proposal": dispute["proposal_reason"],
        "amount": format_fen(trial.upheld_fen),
        **{name: value for name, value in trial.as_data().items() if name != "id"},
        "explanation": Explanation("dispute", "", steps).as_data(),
    }


def _step(rule: str, zh: str, en: str, inputs: Mapping[str, int], result_fen: int) -> Step:
    return Step(
        rule=f"dispute.{rule}",
        title=Words(zh, en),
        source=in_words("民法典 985"),
        inputs=tuple((name, money(fen)) for name, fen in inputs.items()),
        result=money(result_fen),
    )
