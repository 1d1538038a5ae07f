"""Versions of programmes made into answers: their titles and differences are read from the texts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import groupby
from typing import Any

from services.risk_pool.api.case_responses import MoveAnswer
from services.risk_pool.api.cases import presented
from services.risk_pool.api.programme_responses import (
    AcceptedRule,
    BookLineAnswer,
    BookTotal,
    BurdenAnswer,
    DifferenceAnswer,
    ModeAnswer,
    ModeDifference,
    ProgrammeAnswer,
    RuleDifference,
    RuleInWords,
    VersionAnswer,
    VersionInList,
    WordsAnswer,
)
from services.risk_pool.domain.programme_version import LIFE_CYCLE, State
from services.risk_pool.domain.terms_on_a_book import (
    BookLine,
    Burden,
    LoanInCover,
    compare_on_book,
)
from shared.auth.identity import Identity
from shared.http.progress import progress_answer
from shared.ratios import WHOLE_BP
from shared.refusals import Refused
from shared.schemes.completeness import live_modes
from shared.schemes.decide.claims import ClaimFacts
from shared.schemes.publication import Publication, scheme_of
from shared.schemes.scheme import Scheme
from shared.schemes.terms import RULES, Terms
from shared.schemes.tools.comparison import Difference, differing_rules
from shared.schemes.tools.describe import described
from shared.schemes.vocabulary import Words

Version = Mapping[str, Any]


def programmes_answered(
    rows: Sequence[Version], caller: Identity, *, today: date
) -> list[ProgrammeAnswer]:
    """Versions, ordered by programme and newest first, as programmes."""
    found = []
    for programme, own in groupby(rows, key=lambda row: str(row["programme"])):
        versions = list(own)
        in_force = _in_force(versions, today)
        shown = [_in_list(row, in_force, caller) for row in versions]
        published = [row for row in versions if row["state"] == State.PUBLISHED]
        found.append(
            ProgrammeAnswer(
                programme=programme,
                name=shown[0].name,
                place=shown[0].place,
                in_force=in_force,
                opens_pools=any(_opens_pools(row) for row in published),
                versions=[VersionInList(**one) for one in map(dict, shown)],
            )
        )
    return found


def detail_answered(
    row: Version,
    published: Sequence[Version],
    moves: Iterable[Mapping[str, Any]],
    caller: Identity,
    *,
    today: date,
) -> VersionAnswer:
    """One version with its text; `published` are those of its programme."""
    return VersionAnswer(
        **dict(_in_list(row, _in_force(published, today), caller)),
        text=row["text"],
        common_text=row["common_text"],
        accepted_rules=_accepted(row),
        progress=progress_answer(LIFE_CYCLE, row["state"]),
        history=[MoveAnswer(**move) for move in moves],
    )


def _accepted(row: Version) -> list[AcceptedRule]:
    """What was accepted by name, as it holds on the version's first day."""
    terms = _terms_by_mode(_scheme(row), row["in_force_from"]).values()
    return [
        AcceptedRule(
            **dict(_rule_in_words(name)),
            values_zh=_values(name, terms, "zh"),
            values_en=_values(name, terms, "en"),
        )
        for name in row["accepted"]
    ]


def _values(name: str, modes: Iterable[Terms], language: str) -> list[str]:
    """The value of a rule in each mode that assumes it, each once; of `deadlines.claim` one step."""
    rule, _, step = name.partition(".")
    found: dict[str, None] = {}
    for terms in modes:
        if rule not in terms.stated or (not step and terms.stated[rule].mark != "assumed"):
            continue
        value = getattr(terms, RULES[rule].field)
        if step:
            value = {step: value[step]} if step in value else None
        found |= dict.fromkeys(_lines(rule, value, language) or ())
    return list(found)


def _in_list(row: Version, in_force: int | None, caller: Identity) -> VersionInList:
    scheme = _scheme(row)
    return VersionInList(
        **{
            **presented(LIFE_CYCLE, row, caller),
            "name": _words(scheme.name),
            "place": _words(scheme.place),
            "is_in_force": row["number"] == in_force,
            "modes": [
                ModeAnswer(
                    code=mode.code, name=_words(mode.name), is_live=mode.status == "complete"
                )
                for mode in scheme.modes.values()
            ],
        }
    )


def _in_force(versions: Iterable[Version], today: date) -> int | None:
    """The number of the version by which loans approved today are judged."""
    begun = [
        row for row in versions if row["state"] == State.PUBLISHED and row["in_force_from"] <= today
    ]
    newest = max(begun, key=lambda row: row["in_force_from"], default=None)
    return None if newest is None else int(newest["number"])


def _opens_pools(row: Version) -> bool:
    scheme = _scheme(row)
    first = next(iter(scheme.modes))
    if first not in live_modes(scheme):
        return False
    day = row["in_force_from"]
    return scheme.terms(on=day, mode=first).sharing is not None


def _scheme(row: Version) -> Scheme:
    publication = Publication(row["programme"], row["text"], row["common_text"])
    return scheme_of(publication, row["sha256"])


def difference_answered(
    old: Version, new: Version, loans: Sequence[Mapping[str, Any]]
) -> DifferenceAnswer:
    """The new version against the old, on the new one's first day, and on a book."""
    day = new["in_force_from"]
    before, after = _terms_by_mode(_scheme(old), day), _terms_by_mode(_scheme(new), day)
    names = {mode: terms.mode_name for mode, terms in (before | after).items()}
    book = compare_on_book([_loan(row) for row in loans], old=before, new=after)
    return DifferenceAnswer(
        programme=new["programme"],
        old=old["number"],
        new=new["number"],
        on=day,
        modes=[
            ModeDifference(
                mode=mode,
                name=_words(name),
                in_old=mode in before,
                in_new=mode in after,
                rules=[_difference(one) for one in differing_rules(before[mode], after[mode])]
                if mode in before and mode in after
                else [],
            )
            for mode, name in names.items()
        ],
        book=[_book_line(line) for line in book],
        book_total=_book_total(book),
    )


def _terms_by_mode(scheme: Scheme, day: date) -> dict[str, Terms]:
    found = {}
    for mode in live_modes(scheme):
        try:
            found[mode] = scheme.terms(on=day, mode=mode)
        except Refused:
            continue  # The old version may be over by then: it has no terms to compare.
    return found


def _loan(row: Mapping[str, Any]) -> LoanInCover:
    facts = ClaimFacts(
        outstanding_principal_fen=row["outstanding_fen"],
        ip_share=Fraction(row["ip_share_bp"], WHOLE_BP),
        borrower_balance_fen=row["borrower_balance_fen"],
        loan_amount_fen=row["amount_fen"],
        attributes={
            **row["attributes"],
            "is_first_loan": row["is_first_loan"],
            "is_multi_ip_type": row["is_multi_ip_type"],
            "risk_class": row["risk_class"] or "normal",
        },
    )
    return LoanInCover(bank_code=row["bank_code"], mode=row["mode"], facts=facts)


def _book_line(line: BookLine) -> BookLineAnswer:
    return BookLineAnswer(
        bank_code=line.bank_code,
        mode=line.mode,
        loans=len(line.loans),
        principal_fen=line.principal_fen,
        old=_burden(line.old),
        new=_burden(line.new),
    )


def _book_total(lines: Sequence[BookLine]) -> BookTotal:
    return BookTotal(
        loans=sum(len(line.loans) for line in lines),
        principal_fen=sum(line.principal_fen for line in lines),
        old=_burden(_together([line.old for line in lines])),
        new=_burden(_together([line.new for line in lines])),
    )


def _together(burdens: Sequence[Burden]) -> Burden:
    return Burden(
        pool_fen=sum(one.pool_fen for one in burdens),
        bank_fen=sum(one.bank_fen for one in burdens),
        refused=sum(one.refused for one in burdens),
    )


def _burden(burden: Burden) -> BurdenAnswer:
    return BurdenAnswer(pool_fen=burden.pool_fen, bank_fen=burden.bank_fen, refused=burden.refused)


def _difference(one: Difference) -> RuleDifference:
    return RuleDifference(
        **dict(_rule_in_words(one.rule)),
        old_zh=_lines(one.rule, one.old, "zh"),
        new_zh=_lines(one.rule, one.new, "zh"),
        old_en=_lines(one.rule, one.old, "en"),
        new_en=_lines(one.rule, one.new, "en"),
    )


def _lines(rule: str, value: Any, language: str) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, bool | int | Fraction) and not value:
        return ["无" if language == "zh" else "none"]  # said expressly
    return described(rule, value, language)


def _rule_in_words(name: str) -> RuleInWords:
    """A rule; of `deadlines.claim` the step is said behind it."""
    rule, _, step = name.partition(".")
    known = RULES.get(rule)
    zh, en = (known.zh, known.en) if known else (rule, rule)
    return RuleInWords(rule=name, zh=f"{zh} {step}".strip(), en=f"{en} {step}".strip())


def _words(words: Words) -> WordsAnswer:
    return WordsAnswer(zh=words.zh, en=words.en)
