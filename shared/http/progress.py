"""How far a case is on its usual way, as every case is answered."""

from typing import Literal

from pydantic import BaseModel, Field

from shared.life_cycle import LifeCycle


class StepAnswer(BaseModel):
    """One step of the usual way."""

    action: str = Field(examples=["review"])
    zh: str
    en: str
    standing: Literal["done", "now", "ahead"]


def progress_answer(
    life_cycle: LifeCycle, state: str, *, by_shortcut: bool = False
) -> list[StepAnswer]:
    """The steps of a case in this state; empty where it has left the way for good."""
    return [
        StepAnswer(action=step.action, zh=step.words.zh, en=step.words.en, standing=step.standing)
        for step in life_cycle.progress(state, by_shortcut=by_shortcut)
    ]
