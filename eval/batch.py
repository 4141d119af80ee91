"""Many questions from a file, one answer a line, resumable after any kind of end."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from eval.jobs import in_order
from eval.jsonl import Place, read_history, read_objects
from eval.run import Progress
from rag.errors import CaseError, QuestionError
from rag.models import Answer, Turn
from rag.wire import answer_to_json


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A line of the input; a line without an id is named by its number."""

    id: str | int
    question: str
    history: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchReport:
    """What a batch did: `kept` answers were there already; `failed` could not be asked."""

    total: int
    kept: int
    answered: int
    abstained: int
    failed: int

    def __str__(self) -> str:
        parts = [f"{self.answered} answered", f"{self.abstained} abstained"]
        parts += [f"{self.failed} could not be asked"] if self.failed else []
        parts += [f"{self.kept} kept from before"] if self.kept else []
        return f"{self.total} questions: {', '.join(parts)}"


class Asks(Protocol):
    """What answers one question: `Pipeline.ask` or anything like it."""

    def __call__(self, question: str, *, history: Sequence[Turn]) -> Answer:
        """Answer, abstain, or raise `QuestionError`."""


Line: TypeAlias = dict[str, Any]


def answer_batch(
    ask: Asks,
    questions: Path,
    out: Path,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
) -> BatchReport:
    """Answer every question that `out` does not hold yet, in the order of the input.

    Each answer is on disk as a whole line before the next one is written, so a batch that was
    interrupted goes on where it stopped when it is started again. A question that cannot be asked
    gets a line with `error`; any other error ends the batch.

    Raises:
        CaseError: the input does not parse, or `out` belongs to another input.
    """
    if jobs < 1:
        raise CaseError(f"{jobs} jobs cannot answer anything; give 1 or more.")
    asked = read_questions(questions)
    kept, size = _read_kept(_stored(out, questions), asked, out)
    todo = [question for question in asked if question.id not in kept]
    counts = {"answered": 0, "abstained": 0, "failed": 0}
    if progress:
        progress(len(kept), len(asked))
    with _open_at(out, size) as file:
        for done, line in enumerate(in_order(partial(_line, ask), todo, jobs), start=len(kept) + 1):
            _append(file, line, out)
            counts[_outcome(line)] += 1
            if progress:
                progress(done, len(asked))
    return BatchReport(total=len(asked), kept=len(kept), **counts)


def read_questions(path: Path) -> list[BatchQuestion]:
    """Read the input; keys that a batch does not need, as in evaluation cases, are allowed.

    Raises:
        CaseError: a line has no question, or an id is there twice.
    """
    found: dict[str, BatchQuestion] = {}
    for place, value in read_objects(path):
        question = _read_question(value, place)
        if str(question.id) in found:
            place.fail(f"the id {question.id!r} is already taken by an earlier line")
        found[str(question.id)] = question
    return list(found.values())


def _read_question(value: Line, place: Place) -> BatchQuestion:
    id_, question = value.get("id", str(place.line)), value.get("question")
    if not isinstance(id_, str | int) or isinstance(id_, bool):
        place.fail("'id' must be a text or a whole number")
    if not isinstance(question, str):
        place.fail("'question' must be a text")
    return BatchQuestion(id_, question, read_history(value.get("history", []), place))


def _stored(out: Path, questions: Path) -> bytes:
    try:
        if not out.exists():
            return b""
        if out.samefile(questions):
            raise CaseError(f"{out} is the file of the questions; choose another --out.")
        return out.read_bytes()
    except OSError as error:
        raise _unusable(out, error) from error


def _read_kept(
    stored: bytes, asked: Sequence[BatchQuestion], out: Path
) -> tuple[set[str | int], int]:
    """The ids that are answered, and how many bytes of the stored output are whole lines."""
    texts = {question.id: question.question for question in asked}
    kept: set[str | int] = set()
    whole = stored[: stored.rfind(b"\n") + 1]
    for number, line in enumerate(whole.split(b"\n")[:-1], start=1):
        id_ = _answered_id(line, texts)
        if id_ is None or id_ in kept:
            raise CaseError(
                f"{out}, line {number}: it is no answer to a question of this input; "
                "choose another --out."
            )
        kept.add(id_)
    return kept, len(whole)


def _answered_id(line: bytes, texts: dict[str | int, str]) -> str | int | None:
    try:
        value = json.loads(line)
        id_: str | int = value["id"]
        # The text is compared too: line numbers are ids in every file that has none.
        return id_ if texts[id_] == value["question"] else None
    except (ValueError, KeyError, TypeError):
        return None


def _open_at(out: Path, size: int) -> FileIO:
    try:
        file = out.open("ab", buffering=0)
        file.truncate(size)
    except OSError as error:
        raise _unusable(out, error) from error
    return file


def _append(file: FileIO, line: Line, out: Path) -> None:
    rest = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    try:
        while rest:
            rest = rest[file.write(rest) :]
    except OSError as error:
        raise _unusable(out, error) from error


def _line(ask: Asks, question: BatchQuestion) -> Line:
    own = {"id": question.id, "question": question.question}
    try:
        return answer_to_json(ask(question.question, history=question.history)) | own
    except QuestionError as error:
        return {**own, "error": str(error)}


def _outcome(line: Line) -> str:
    if "error" in line:
        return "failed"
    return "abstained" if line["abstained"] else "answered"


def _unusable(out: Path, error: OSError) -> CaseError:
    return CaseError(f"{out} cannot be written ({error.strerror or error}); choose another --out.")
