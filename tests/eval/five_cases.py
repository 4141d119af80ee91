"""Five cases over the small world, and answers to them that are right, wrong and in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asker, Run, evaluate
from rag.models import Answer

CASES = (
    Case("port", "How many TEUs?", "figure", (("49.158 million",),), evidence=("49.158 million",)),
    Case("rd", "R&D share?", "figure", (("4.4%",),), reject=("4.5%",), split="held-out"),
    Case("who", "Who chaired?", "name", (("Gong Zheng",),), evidence=("Gong Zheng",)),
    Case("jobs", "How many jobs?", "absent", absent=True),
    Case("rain", "Will it [red] | <b>rain</b>?", "absent", absent=True, split="held-out"),
)


def make_answers(world: Any) -> dict[str, Answer]:
    """Right and cited; wrong (the target); right but cited elsewhere; abstained; invented."""
    elsewhere = world.citation("The plan covers 2023-2026.", "notes")
    return {
        "port": world.quoting("In 2023 the port handled 49.158 million TEUs."),
        "rd": world.quoting("For 2024 the target is 4.5% of GDP."),
        "who": world.answer(("Gong Zheng chaired it.", [elsewhere])),
        "jobs": world.abstention(),
        "rain": world.quoting("A “WorldSkills  Museum” opened."),
    }


def asker_of(world: Any, answers: Mapping[str, Answer]) -> Asker:
    """Asks nobody: the answers are known."""
    return Asker(lambda case: answers[case.id], Corpus(world.documents))


def run_of(world: Any, answers: Mapping[str, Answer] | None = None) -> Run:
    """The run of the five cases."""
    return evaluate(asker_of(world, answers or make_answers(world)), CASES)
