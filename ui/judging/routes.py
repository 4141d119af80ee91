"""Judgements over HTTP, for programs: `POST` and `DELETE /api/feedback`."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from ui.judging.judging import Judging
from ui.judging.opinion import Judged, Opinion
from ui.office_forms import JudgedForm
from ui.people.person import Role, person_of, require
from ui.whole_text import WholeText


class FeedbackBody(BaseModel):
    """What somebody thinks of an answer."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {"answer_id": "5f0c2f6d3d5c4b0e9d6c8f1f0a7be2c1", "verdict": "right"},
            ]
        },
    )

    answer_id: WholeText = Field(max_length=100, description="The `id` of the answer.")
    verdict: WholeText = Field(description="right or wrong")
    reason: WholeText = Field(
        default="", description="What is wrong; empty if the answer is right."
    )
    comment: WholeText = ""
    make_case: bool = Field(default=False, description="Also put it up for review as a test case.")


def router(judging: Judging) -> APIRouter:
    """The routes; sent again, a judgement counts once, and another one takes its place."""
    routes = APIRouter(prefix="/api/feedback")

    @routes.post("", summary="Judge an answer", response_model=JudgedForm)
    def judge(request: Request, body: FeedbackBody) -> dict[str, Any]:
        """Keep what the person thinks of an answer of this server."""
        person = person_of(request)
        require(person, Role.READER)
        opinion = Opinion(body.verdict, body.reason, body.comment)
        judged = judging.judge(person, body.answer_id, opinion)
        if body.make_case:
            judged = judging.make_case(person, body.answer_id)
        return _judged_to_json(judged)

    @routes.delete("/{answer_id}", summary="Take a judgement back", response_model=JudgedForm)
    def take_back(request: Request, answer_id: str) -> dict[str, Any]:
        """Forget what the person thinks of an answer."""
        person = person_of(request)
        require(person, Role.READER)
        return _judged_to_json(judging.take_back(person, answer_id))

    return routes


def _judged_to_json(judged: Judged) -> dict[str, Any]:
    opinion = judged.opinion
    return {
        "answer_id": judged.given.answer.id,
        "verdict": opinion.verdict if opinion else None,
        "reason": opinion.reason if opinion else "",
        "comment": opinion.comment if opinion else "",
        "case": judged.is_case,
    }
