"""Files are parsed in processes of their own, which may use so much time and memory and no more.

A helper process holds the readers and forks for every file (see `ingest.worker`), so that a file
costs milliseconds, nothing that a file does is left for the next one, and this program's memory is
none of its business. What comes back is JSON, which nothing in a file can make into more than text.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any, Self

from rag.errors import SourceError

_SECONDS_TO_START = 60.0
_SECONDS_OF_GRACE = 5.0
_START = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from ingest.worker import serve; raise SystemExit(serve())"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may use: processor time, address space, and time on the clock."""

    cpu_s: int = 10
    memory_mb: int = 512
    wall_s: float = 11.5


class Sandbox:
    """The helper process; started when first needed, and anew after it died."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def process_id(self) -> int | None:
        """The helper's process id; `None` before it is needed."""
        return None if self._process is None else self._process.pid

    def ask(self, name: str, task: Mapping[str, Any]) -> dict[str, Any]:
        """Have one task on the file `name` done, and return what came of it.

        Raises:
            SourceError: what is wrong with the file, or which limit it broke. Its cause is an
                `OSError` where the file may be read another time: the system refused it, or was
                too busy.
        """
        with self._turn:
            reply = self._exchange({**task, "name": name, "limits": asdict(self.limits)})
        if "errno" in reply:
            code = int(reply["errno"])
            raise SourceError(str(reply["error"])) from OSError(code, os.strerror(code))
        if "error" in reply:
            raise SourceError(str(reply["error"]))
        if "ended" in reply:
            raise _broken(name, str(reply["ended"]), self.limits)
        return dict(reply["result"])

    def close(self) -> None:
        """End the helper; a later task starts it anew."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def _exchange(self, task: Mapping[str, Any]) -> dict[str, Any]:
        # A helper that was killed from outside is replaced once; a second death is the file's.
        for _ in range(2):
            process = self._started(str(task["name"]))
            try:
                return _transact(process, task, self.limits.wall_s + _SECONDS_OF_GRACE)
            except (OSError, EOFError, ValueError):
                self.close()
        return {"ended": "died"}

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            root = str(Path(__file__).resolve().parents[1])
            # -P: a file called json.py in the working directory is not the module json.
            self._process = subprocess.Popen(  # noqa: S603  this very interpreter
                [sys.executable, "-P", "-c", _START, root],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                _receive(self._process, _SECONDS_TO_START)  # it says that it is ready
            except (OSError, EOFError, ValueError) as error:
                self.close()
                raise SourceError(
                    f"{name} cannot be read, as the process that reads files does not start; "
                    "see whether there is memory for it, and install the program anew if there is."
                ) from OSError(str(error))
        return self._process


@cache
def shared() -> Sandbox:
    """The one of this process, for whoever does not bring a sandbox; ended with the process."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox


def _transact(
    process: subprocess.Popen[bytes], task: Mapping[str, Any], seconds: float
) -> dict[str, Any]:
    stdin = _pipe(process.stdin)
    stdin.write(json.dumps(task).encode() + b"\n")
    stdin.flush()
    return _receive(process, seconds)


def _receive(process: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
    """One reply: its length in a line of its own, then JSON."""
    stdout = _pipe(process.stdout)
    if not select.select([stdout], [], [], seconds)[0]:
        raise EOFError("the helper does not answer")
    length = int(stdout.readline() or b"-1")
    raw = stdout.read(length) if length >= 0 else b""
    if len(raw) != length:
        raise EOFError("the helper ended in mid-sentence")
    return dict(json.loads(raw))


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError("the helper has no pipes")
    return pipe


def _broken(name: str, ended: str, limits: Limits) -> SourceError:
    advice = "split it into parts or leave it out"
    if ended == "late":
        error = SourceError(
            f"{name} was not read within {limits.wall_s:g} seconds on a busy machine; "
            f"ingest it again, or {advice}."
        )
        error.__cause__ = TimeoutError()
        return error
    reasons = {
        "time": f"takes more than {limits.cpu_s} s of processor time to read",
        "memory": f"needs more than {limits.memory_mb} MB to read",
        "size": "holds more text than a document can have",
    }
    if ended in reasons:
        return SourceError(f"{name} {reasons[ended]}; {advice}.")
    return SourceError(
        f"{name} is damaged in a way that ended its reader; save it anew or leave it out."
    )
