"""The wordings in which a figure is asked for, by the form in which the sentence tells it.

`{tail}` is where and when (" in Lyon in 2023"), `{for_tail}` the same as an aim (" in Lyon for
2024"); each is empty if the sentence tells neither. The first wording is plain, later ones are
what people write in a hurry or out of politeness.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from eval.cases.measures import Measured

_PAST: Mapping[str, tuple[str, ...]] = {
    "level": (
        "What figure did {subject} reach{tail}?",
        "How much did {subject} come to{tail}?",
        "What is the figure for {subject}{tail}?",
    ),
    "number": (
        "How many {things} were there{tail}?",
        "What was {subject}{tail}?",
        "Do you know {subject}{tail}?",
    ),
    "rate": (
        "What level did {subject} reach{tail}?",
        "What percentage was reported for {subject}{tail}?",
        "{Subject}{tail}: what was the percentage?",
    ),
    "worth": (
        "How much {be} {subject} worth{tail}?",
        "What was the value of {subject}{tail}?",
        "{Subject}{tail}: what is the total value?",
    ),
    "growth": (
        "By how much did {subject} {base}{tail}?",
        "What was the {noun} in {subject}{tail}?",
        "I need the {noun} in {subject}{tail}.",
    ),
    "percent growth": (
        "By what percentage did {subject} {base}{tail}?",
        "How much did {subject} {base}{tail}, in percent?",
        "What was the {noun} in {subject}{tail}, in percent?",
    ),
    "changed": (
        "By how much {be} {subject} {verb}{tail}?",
        "How far {be} {subject} {verb}{tail}?",
    ),
    "share": (
        "What share of {whole} did {subject} account for{tail}?",
        "What percentage of {whole} did {subject} make up{tail}?",
        "{Subject} as a share of {whole}{tail}: how much?",
    ),
    "share done": (
        "What share of {whole} {rest}{tail}?",
        "What percentage of {whole} {rest}{tail}?",
        "Please tell me what share of {whole} {rest}{tail}.",
    ),
    "count": (
        "How many {things} {rest}{tail}?",
        "Can you tell me how many {things} {rest}{tail}?",
        "Please give me the number of {things} that {rest}{tail}.",
    ),
    "extent": (
        "How many {things} {rest}{tail}?",
        "Can you tell me how many {things} {rest}{tail}?",
    ),
    "had": (
        "How many {things} did {subject} have{tail}?",
        "Can you tell me how many {things} {subject} had{tail}?",
        "I need the number of {things} that {subject} had{tail}.",
    ),
    "have": (
        "How many {things} are there in total for {subject}{tail}?",
        "Can you tell me how many {things} {subject} {verb}{tail}?",
    ),
}
_PLANNED: Mapping[str, tuple[str, ...]] = {
    "level": (
        "What figure is {subject} to reach{tail}?",
        "What is planned for {subject}{tail}?",
    ),
    "rate": (
        "What level is {subject} to reach{tail}?",
        "What percentage is planned for {subject}{tail}?",
    ),
    "growth": (
        "By how much will {subject} {base}{tail}?",
        "What {noun} in {subject} is planned{for_tail}?",
    ),
    "percent growth": (
        "By what percentage will {subject} {base}{tail}?",
        "What {noun} in {subject} is planned{for_tail}, in percent?",
    ),
    "to be changed": (
        "By how much will {subject} be {verb}{tail}?",
        "How far is {subject} to be {verb}{tail}?",
    ),
    "target": (
        "What is the target for {subject}{tail}?",
        "Which target has been set for {subject}{for_tail}?",
        "{Subject}: what is the target{for_tail}?",
    ),
    "extent": (
        "How many {things} {rest}{tail}?",
        "Can you tell me how many {things} {rest}{tail}?",
    ),
    "target count": (
        "How many {things} are planned {purpose}{for_tail}?",
        "What is the planned number of {things} {purpose}{for_tail}?",
        "Please tell me how many {things} are planned {purpose}{for_tail}.",
    ),
    "goal of change": (
        "What {noun} in {subject} is targeted{for_tail}?",
        "By how much is {subject} to change{tail}?",
    ),
    "share done": _PAST["share done"],
    "count": (
        "How many {things} {rest}{tail}?",
        "Can you tell me how many {things} {rest}{tail}?",
        "What is the planned number of {things} that {rest}{tail}?",
    ),
}


def wordings(
    measured: Measured, tail: str, for_tail: str, lowered: Callable[[str], str]
) -> tuple[str, ...]:
    """The questions that ask for the figure; `lowered` writes a phrase for inside a sentence."""
    inside = {name: lowered(part) for name, part in measured.parts.items()}
    if inside.get("agent"):
        inside["rest"] += f" by {inside['agent']}"
    subject = inside.get("subject", "")
    slots = inside | {
        "tail": tail,
        "for_tail": for_tail,
        "Subject": subject[:1].upper() + subject[1:],
    }
    forms = _PLANNED if measured.planned else _PAST
    asked = (" ".join(form.format(**slots).split()) for form in forms[measured.form])
    return tuple(re.sub(r" (?=[?.,:]$)", "", question) for question in asked)
