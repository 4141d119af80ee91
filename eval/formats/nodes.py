"""Strict reading of somebody else's JSON: every fault is one sentence that names the place."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from rag.errors import CaseError

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Node:
    """A value inside a JSON file and where it stands, such as `dev.json, data[3].paragraphs[0]`."""

    value: Any
    place: str

    def fail(self, what: str) -> NoReturn:
        """Raise the `CaseError` that says `what` is wrong here."""
        raise CaseError(f"{self.place}: {what}.")

    def has(self, key: str) -> bool:
        """Whether the object has this key; that it is an object at all is required."""
        return key in self._object()

    def text(self, key: str) -> str:
        """A text that is not blank."""
        text = self.string(key)
        if not text.strip():
            self.fail(f"{key!r} must be a text that is not empty")
        return text

    def string(self, key: str) -> str:
        """A text that may be empty."""
        return self.child(key).as_string(f"{key!r}")

    def as_string(self, called: str) -> str:
        """The value itself as a text."""
        if not isinstance(self.value, str):
            self.fail(f"{called} must be a text")
        try:
            self.value.encode()
        except UnicodeEncodeError:
            self.fail(f"{called} holds half a character (a lone surrogate)")
        return self.value

    def name(self, key: str) -> str:
        """A text or a whole number, as ids are written in either way."""
        value = self._object().get(key)
        return str(value) if type(value) is int else self.text(key)

    def number(self, key: str) -> int:
        """A whole number."""
        value = self._object().get(key)
        if type(value) is not int:
            self.fail(f"{key!r} must be a whole number")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where the key is missing."""
        value = self._object().get(key, False)
        if not isinstance(value, bool):
            self.fail(f"{key!r} must be true or false")
        return value

    def items(self, key: str) -> list[Node]:
        """The members of a list."""
        return self.child(key).members(f"{key!r}")

    def members(self, called: str) -> list[Node]:
        """The members of the value itself, which must be a list."""
        if not isinstance(self.value, list):
            self.fail(f"{called} must be a list")
        return list(self._members())

    def child(self, key: str) -> Node:
        """The value of a key, which must be there; faults in it are told of this place."""
        if not self.has(key):
            self.fail(f"{key!r} is missing")
        inner = self.value[key]
        nested = isinstance(inner, list | dict)
        return Node(inner, f"{self.place}{_joint(self.place)}{key}" if nested else self.place)

    def _members(self) -> Iterator[Node]:
        for at, value in enumerate(self.value):
            yield Node(value, f"{self.place}[{at}]")

    def _object(self) -> dict[str, Any]:
        if not isinstance(self.value, dict):
            self.fail("it is not a JSON object")
        return self.value


def read_json(path: Path) -> Node:
    """A JSON file, packed with gzip or not.

    Raises:
        CaseError: the file cannot be read or is not JSON.
    """
    text = decoded(path, read_bytes(path))
    try:
        return Node(json.loads(text), str(path))
    except RecursionError as error:
        raise CaseError(f"{path} is nested too deeply; check that it is the right file.") from error
    except json.JSONDecodeError as error:
        raise CaseError(
            f"{path}, line {error.lineno}: it is not JSON ({error.msg}); "
            "check that the file is whole."
        ) from error


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, unpacked where it is packed with gzip."""
    try:
        raw = path.read_bytes()
        return gzip.decompress(raw) if raw.startswith(_GZIP) else raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise CaseError(f"{path} is a damaged gzip file ({error}); fetch it again.") from error
    except OSError as error:
        raise CaseError(
            f"{path} cannot be read ({error.strerror or error}); check the path."
        ) from error


def decoded(path: Path, raw: bytes) -> str:
    """Bytes as UTF-8, a byte order mark left out."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CaseError(
            f"{path} is not UTF-8 (byte {error.start}); save the file as UTF-8."
        ) from error


def _joint(place: str) -> str:
    """What stands before a key: a dot inside a path, a comma after the file's name."""
    return "." if place.endswith("]") else ", "
