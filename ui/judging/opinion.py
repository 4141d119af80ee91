"""What somebody thinks of an answer, and what can be wrong with that."""

from __future__ import annotations

from dataclasses import dataclass

from eval.cases.items import REASONS, VERDICTS
from rag.errors import InputError, PolicyQAError
from rag.models import Answer, Turn

COMMENT_CHARS = 2000
"""Longest comment."""
_SHOULD_HAVE_KNOWN = "should-have-known"


class UnknownAnswer(PolicyQAError):
    """There is no such answer, or it was given to somebody else: nobody learns which."""

    code = "unknown-answer"
    http_status = 404


class OpinionError(InputError):
    """An opinion that says nothing usable."""

    code = "bad-judgement"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody thinks of an answer; a `reason` says what is wrong with a wrong one."""

    verdict: str
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that this server gave, and what had been said before it."""

    answer: Answer
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer and what one person thinks of it so far; `is_case` once it waits for review."""

    given: Given
    opinion: Opinion | None = None
    is_case: bool = False


def reasons_for(answer: Answer) -> tuple[str, ...]:
    """What can be wrong with this answer: a refusal has no figure, an answer has not refused."""
    if answer.abstained:
        return (_SHOULD_HAVE_KNOWN,)
    return tuple(reason for reason in REASONS if reason != _SHOULD_HAVE_KNOWN)


def checked(opinion: Opinion, answer: Answer) -> Opinion:
    """The opinion, its comment tidied, if it fits the answer.

    Raises:
        OpinionError: its verdict or reason is none of those that fit, or its comment too long.
    """
    if opinion.verdict not in VERDICTS:
        raise OpinionError(f"The verdict must be one of {', '.join(VERDICTS)}.")
    fitting = reasons_for(answer) if opinion.verdict == "wrong" else ()
    if opinion.reason and opinion.reason not in fitting:
        raise OpinionError(_misfit(opinion, answer, fitting))
    comment = "\n".join(opinion.comment.split("\r\n")).strip()
    if len(comment) > COMMENT_CHARS:
        raise OpinionError(f"A comment has at most {COMMENT_CHARS:,} characters; shorten it.")
    # Half a character, as JSON may hold, could not be stored.
    comment = comment.encode(errors="replace").decode()
    return Opinion(opinion.verdict, opinion.reason, comment)


def _misfit(opinion: Opinion, answer: Answer, fitting: tuple[str, ...]) -> str:
    if opinion.reason not in REASONS:
        return f"The reason must be empty or one of {', '.join(REASONS)}."
    if opinion.verdict != "wrong":
        return "A reason says what is wrong, so it goes with the verdict 'wrong' only."
    kind = "a refusal" if answer.abstained else "an answer that was given"
    return f"Of {kind} the reason can only be one of {', '.join(fitting)}."
