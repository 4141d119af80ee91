"""A JSON file of named rows that a running server follows, and that is only ever replaced whole."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Generic, Protocol, TypeVar

from filelock import FileLock, Timeout

from rag.errors import InputError, PolicyQAError

_PATIENCE_S = 10.0


class Named(Protocol):
    """What can be a row."""

    @property
    def name(self) -> str:
        """By which it is found."""
        ...


Row = TypeVar("Row", bound=Named)


@dataclass
class RowFile(Generic[Row]):
    """The file `{KIND: [row, …]}`; safe from any thread and process.

    `read` and `write` turn JSON into a row and back; `read` raises `ValueError`, `TypeError`,
    `KeyError` or `InputError` for what is none. Every method raises `unusable`, which says to
    `repair` it, where the file cannot be used.
    """

    path: Path
    kind: str
    read: Callable[[Any], Row]
    write: Callable[[Row], Any]
    unusable: type[PolicyQAError]
    repair: str
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)
    _seen: tuple[int, ...] = field(default=(), init=False)
    _rows: Mapping[str, Row] = field(default_factory=dict, init=False)

    def all(self) -> Mapping[str, Row]:
        """All rows by name, as the file is now; none if there is no file."""
        with self._lock:
            if (found := self._state()) != self._seen:
                self._rows = self._read() if found else {}
                self._seen = found
            return self._rows

    def change(self, change: Callable[[Mapping[str, Row]], Mapping[str, Row]]) -> Mapping[str, Row]:
        """Replace all rows by what is made of them, and return that; others wait meanwhile."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE_S, mode=0o600):
                changed = change(self._read() if self.path.exists() else {})
                self._replace(changed)
                return changed
        except Timeout as error:
            raise self.unusable(
                f"Another program holds {self.path}.lock; try again when it has finished."
            ) from error
        except OSError as error:
            raise self._no_access(error) from error

    def _replace(self, rows: Mapping[str, Row]) -> None:
        """Whoever reads sees the old file or the new one."""
        held = {self.kind: [self.write(row) for row in rows.values()]}
        with NamedTemporaryFile("w", dir=self.path.parent, delete=False, encoding="utf-8") as new:
            try:
                json.dump(held, new, ensure_ascii=False, indent=1)
                new.flush()
                os.fsync(new.fileno())
                Path(new.name).replace(self.path)  # made with 0600
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise

    def _read(self) -> Mapping[str, Row]:
        try:
            held = json.loads(self.path.read_text(encoding="utf-8"))[self.kind]
            rows = [self.read(row) for row in held]
        except OSError as error:
            raise self._no_access(error) from error
        except (ValueError, TypeError, KeyError, RecursionError, InputError) as error:
            raise self.unusable(
                f"{self.path} is no file of {self.kind} ({error}); restore it, or move it away "
                f"and {self.repair}."
            ) from error
        return {row.name: row for row in rows}

    def _state(self) -> tuple[int, ...]:
        """Changes whenever the file does; empty if there is none."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._no_access(error) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _no_access(self, error: OSError) -> PolicyQAError:
        why = error.strerror or error
        return self.unusable(f"{self.path} cannot be used ({why}); check its permissions.")
