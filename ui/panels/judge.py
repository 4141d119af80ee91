"""Judging answers, wherever on the page they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from rag.errors import PolicyQAError
from ui.judging.marks import marks
from ui.judging.opinion import Judged, Opinion, OpinionError, UnknownAnswer
from ui.office import Office
from ui.panels.parts import html
from ui.people.person import Person, Role, person_of, require
from ui.theme import script
from ui.words import Words, words_of

MOST_ASKED = 50
"""Answers whose judgements the page gets at once."""
Reply = Mapping[str, str]
"""`html` of the marks, left out where they stay as they are, and a sentence `said` about it."""


def build(office: Office) -> None:
    """Fill every element of the page with `data-judge`, the id of an answer, with its marks."""

    def judgements(answer_ids: Any, caller: gr.Request) -> Mapping[str, str]:
        person = _reader(caller)
        ids = [str(id_) for id_ in answer_ids][:MOST_ASKED]
        return {id_: _marks(office, person, id_, words_of(caller)) for id_ in ids}

    def judge(said: Any, caller: gr.Request) -> Reply:
        return _done(office, said, caller)

    html(
        "",
        "judge",
        js_on_load=script("judge.js"),
        server_functions=[judgements, judge],
    )


def _done(office: Office, said: Any, caller: gr.Request) -> Reply:
    """Do what was clicked; the browser says it, so nothing is trusted."""
    words = words_of(caller)
    try:
        judged, text = _act(office, said, _reader(caller), words)
    except PolicyQAError as error:
        return {"said": str(error)}
    except (KeyError, TypeError):
        return {"said": words("judge.failed")}
    return {"html": marks(judged, words), "said": text}


def _act(office: Office, said: Any, person: Person, words: Words) -> tuple[Judged, str]:
    answer_id, act = str(said["answer"]), said["act"]
    if act == "take_back":
        return office.judging.take_back(person, answer_id), words("judge.taken_back")
    opinion = _opinion(said, office.judging.judged(person, answer_id).opinion)
    judged = office.judging.judge(person, answer_id, opinion)
    if act == "case":
        return office.judging.make_case(person, answer_id), words("judge.queued")
    if act == "save":
        return judged, words("judge.commented")
    if act == "say":
        return judged, words(f"judge.noted_{opinion.verdict}")
    raise OpinionError("The page is of another version than the server; reload it.")


def _opinion(said: Any, before: Opinion | None) -> Opinion:
    """What the page does not show yet, such as a comment made in another tab, stays as it was."""
    verdict, reason, comment = str(said["verdict"]), said["reason"], said["comment"]
    if comment is None:
        comment = before.comment if before else ""
    if reason is None:
        reason = before.reason if before and before.verdict == verdict else ""
    return Opinion(verdict, str(reason), str(comment))


def _marks(office: Office, person: Person, answer_id: str, words: Words) -> str:
    """Nothing for an answer that cannot be judged, such as one of somebody else."""
    try:
        return marks(office.judging.judged(person, answer_id), words)
    except UnknownAnswer:
        return ""


def _reader(caller: gr.Request) -> Person:
    person = person_of(caller)
    require(person, Role.READER)
    return person
