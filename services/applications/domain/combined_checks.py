"""What must hold of a loan with other collateral beside its rights (组合贷款), in every programme.

Of such a loan only the IP part that the contract states is the pool's (programmes H.7); where it is not
stated, the programme's own check asks for it (`ip-share-not-stated`). Nothing is worked out for a bank.
"""

from collections.abc import Iterator

from services.applications.domain.submission import Submission, Surroundings
from shared.money import group_fen, round_half_up
from shared.schemes.decide.findings import Finding
from shared.schemes.sources import in_words


def other_collateral_is_stated(case: Submission, around: Surroundings) -> Iterator[Finding]:
    """A combined loan names what else secures it, and for how much: with its IP part at least the
    whole loan. A loan of which nothing else is said has nothing else."""
    stated, source = case.other_collateral, in_words("H.7")
    if not case.has_other_collateral:
        if stated:
            yield Finding(
                "other-collateral-contradicts", source, "填报为没有其他担保，却列有其他担保",
                "It says that there is no other collateral, and lists some.", {},
                "/has_other_collateral",
            )  # fmt: skip
        return
    if not stated:
        # What was approved before it was asked for is paid out as it was approved.
        if around.matures_on is None:
            yield Finding(
                "other-collateral-not-stated", source, "组合贷款须逐项填写其他担保的种类和金额",
                "A combined loan names its other collateral, each with its amount.", {},
                "/other_collateral",
            )  # fmt: skip
        return
    if case.ip_share is None:
        return
    part_fen = round_half_up(case.amount_fen * case.ip_share)
    together_fen = part_fen + sum(one.amount_fen for one in stated)
    if together_fen < case.amount_fen:
        yield Finding(
            "collateral-below-loan", source,
            f"知识产权部分 {group_fen(part_fen)} 元与其他担保合计 {group_fen(together_fen)} 元，"
            f"少于贷款 {group_fen(case.amount_fen)} 元；无担保的部分填信用部分",
            f"The IP part of {group_fen(part_fen)} and the rest come to {group_fen(together_fen)}, "
            f"less than the loan of {group_fen(case.amount_fen)}; what is not secured is a part "
            "without security.",
            {"ip_part": group_fen(part_fen), "together": group_fen(together_fen),
             "loan": group_fen(case.amount_fen)}, "/other_collateral",
        )  # fmt: skip
