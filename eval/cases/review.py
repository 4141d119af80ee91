"""What a reviewer's decision does: an accepted case goes to the file of cases, once and whole."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.cases.items import Item
from eval.cases.queue import ReviewQueue
from eval.dataset import Case, case_to_json, parse_case, read_cases
from eval.jsonl import Place, require_whole_characters
from rag.errors import CaseError


def accept(queue: ReviewQueue, item: Item, case: Case, out: Path, reviewer: str) -> bool:
    """Write the case to `out` and mark the item as accepted; false if it was reviewed before.

    Reviewers of one queue wait for each other. Killed in between, the item waits on while its
    case is in the file; accepting it again does not write it twice.

    Raises:
        CaseError: another case has its id in `out`, or `out` cannot be read or written.
    """
    with queue.transaction():
        if queue.get(item.id).state != "waiting":
            return False
        append_case(out, case)
        return queue.accept(item.id, case, reviewer)


def append_case(path: Path, case: Case) -> bool:
    """Add a case to a file of cases as one whole line; false if the same case is there already.

    Raises:
        CaseError: another case has its id, or the file cannot be read or written.
    """
    kept = stored_cases(path)
    same = next((other for other in kept if other.id == case.id), None)
    if same and case_to_json(same) == case_to_json(case):
        return False
    if same:
        raise CaseError(f"{path} holds another case {case.id!r}; edit this one's id.")
    _append(path, json.dumps(case_to_json(case), ensure_ascii=False).encode() + b"\n")
    return True


def write_cases(path: Path, cases: Sequence[Case]) -> None:
    """Write a file of cases, wholly or not at all.

    Raises:
        CaseError: it cannot be written.
    """
    lines = (json.dumps(case_to_json(case), ensure_ascii=False) + "\n" for case in cases)
    pending = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pending.write_text("".join(lines), encoding="utf-8")
        pending.replace(path)
    except OSError as error:
        raise _unusable(path, error) from error


def case_of(value: Mapping[str, Any], name: str) -> Case:
    """The case of an item, checked.

    Raises:
        CaseError: it is none yet, such as the sketch of a judged answer, or no file in UTF-8 can
            hold it; the message says why.
    """
    place = Place(Path(name), 1)
    require_whole_characters(value, place)
    return parse_case(dict(value), place)


def edited_case(text: str, name: str) -> Case:
    """The case that a person left in an editor.

    Raises:
        CaseError: it is no JSON object, or no case.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CaseError(f"{name} is not JSON ({error}); edit it again.") from error
    if not isinstance(value, dict):
        raise CaseError(f"{name} is not a JSON object; edit it again.")
    return case_of(value, name)


def stored_cases(path: Path) -> list[Case]:
    """The cases of a file; none if it is missing or empty.

    Raises:
        CaseError: it cannot be read, or a line is no case.
    """
    try:
        if not path.exists() or not path.read_bytes().strip():
            return []
    except OSError as error:
        raise _unusable(path, error) from error
    return read_cases(path)


def _append(path: Path, line: bytes) -> None:
    """Add one line, on the disk when this returns; what cannot be written whole is taken back."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            rest = _line_end(file.fileno(), size) + line
            try:
                while rest:
                    rest = rest[file.write(rest) :]
                os.fsync(file.fileno())
            except OSError:
                file.truncate(size)
                raise
    except OSError as error:
        raise _unusable(path, error) from error


def _line_end(handle: int, size: int) -> bytes:
    """What ends the last line, which an editor may have left open."""
    return b"\n" if size and os.pread(handle, 1, size - 1) != b"\n" else b""


def _unusable(path: Path, error: OSError) -> CaseError:
    return CaseError(f"{path} cannot be written ({error.strerror or error}); choose another --out.")
