"""Strict reading of JSON Lines: every fault is one sentence that names the file and the line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from rag.errors import CaseError
from rag.models import Turn


class Place:
    """A line of a file, for messages."""

    def __init__(self, path: Path, line: int) -> None:
        self.path = path
        self.line = line

    def fail(self, what: str) -> NoReturn:
        """Raise the `CaseError` that says `what` is wrong here."""
        raise CaseError(f"{self.path}, line {self.line}: {what}.")


def read_objects(path: Path, *, halves: bool = False) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The JSON object of every line that is not blank, with its place.

    Raises:
        CaseError: the file cannot be read, is not UTF-8, or a line is not one JSON object, or it
            holds half a character (unless `halves`, for what programs said).
    """
    for number, line in enumerate(_lines(path), start=1):
        if line.strip():
            place = Place(path, number)
            value = _parse(line, place)
            if not halves:
                require_whole_characters(value, place)
            yield place, value


def require_whole_characters(value: Any, place: Place) -> None:
    """Refuse text with a lone surrogate, which no file in UTF-8 can hold.

    Raises:
        CaseError: there is one.
    """
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        place.fail("it holds half a character (a lone surrogate); write the character whole")
    except RecursionError:
        place.fail("it is nested too deeply")


def read_history(value: Any, place: Place) -> tuple[Turn, ...]:
    """Earlier turns: objects with `question` and, if it is known, `answer`."""
    if not isinstance(value, list):
        place.fail('\'history\' must be a list of {"question", "answer"} objects')
    return tuple(_read_turn(turn, place) for turn in value)


def _read_turn(value: Any, place: Place) -> Turn:
    known = isinstance(value, dict) and value.keys() <= {"question", "answer"}
    if not known or not all(isinstance(part, str) for part in value.values()):
        place.fail("every turn of 'history' must be an object with the texts question and answer")
    if not value.get("question"):
        place.fail("a turn of 'history' has no question")
    return Turn(value["question"], value.get("answer", ""))


def _lines(path: Path) -> list[str]:
    try:
        # Only "\n" ends a line: U+2028 and its kin may stand inside a JSON string.
        return path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        Place(path, line).fail("it is not UTF-8; save the file as UTF-8")
    except OSError as error:
        raise CaseError(
            f"{path} cannot be read ({error.strerror or error}); check the path."
        ) from error


def _parse(line: str, place: Place) -> dict[str, Any]:
    try:
        value = json.loads(line, object_pairs_hook=_no_key_twice)
    except RecursionError:
        place.fail("it is nested too deeply")
    except ValueError as error:
        place.fail(f"it is not JSON ({getattr(error, 'msg', error)}); write one object a line")
    if not isinstance(value, dict):
        place.fail("it is not a JSON object; write one object a line")
    return value


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands there twice")
    return found
