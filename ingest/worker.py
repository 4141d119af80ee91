"""The helper process that holds the readers: it forks for every file and reports what came of it.

The fork has the limits; it is alone with one file and writes nothing but its reply.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from ingest.parse import parse
from ingest.readers import readers
from rag.errors import SourceError

MAX_REPLY = 128 * 1024 * 1024
_MEGABYTE = 1 << 20
_OPEN_FILES = 32
_OUT_OF_MEMORY = 70
_NEAR_THE_LIMIT = 0.7
_AT_THE_LIMIT = 0.9
_CRASHES = frozenset({signal.SIGABRT, signal.SIGSEGV, signal.SIGBUS, signal.SIGTRAP, signal.SIGILL})


def serve() -> int:
    """Answer tasks from standard input until it ends."""
    # The terminal's Ctrl-C is for the program that started this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for library in (name for reader in readers() for name in reader.libraries):
        import_module(library)
    gc.freeze()  # what is loaded now is shared by all forks and never collected
    _reply(b'{"result": {}}')
    for line in sys.stdin.buffer:
        _reply(_apart(json.loads(line)))
    return 0


def _reply(payload: bytes) -> None:
    sys.stdout.buffer.write(b"%d\n%b" % (len(payload), payload))
    sys.stdout.buffer.flush()


def _apart(task: Mapping[str, Any]) -> bytes:
    """Do the task in a fork; the reply, or why there is none."""
    limits = task["limits"]
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        _work(task, theirs)
    os.close(theirs)
    payload, ended = _gather(ours, time.monotonic() + limits["wall_s"])
    os.close(ours)
    if ended:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    ended = ended or _ended(status, usage.ru_maxrss * 1024, limits["memory_mb"] * _MEGABYTE)
    return json.dumps({"ended": ended}).encode() if ended else payload


def _gather(pipe: int, deadline: float) -> tuple[bytes, str]:
    """All that the fork writes, and "late" or "size" if it takes too long or writes too much."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            return b"", "late"
        part = os.read(pipe, _MEGABYTE)
        if not part:
            return b"".join(parts), ""
        parts.append(part)
        size += len(part)
        if size > MAX_REPLY:
            return b"", "size"


def _ended(status: int, peak: int, limit: int) -> str:
    """How a fork ended, in a word; nothing if it ended as it should."""
    code = os.waitstatus_to_exitcode(status)
    if code == 0:
        return ""
    if -code in (signal.SIGXCPU, signal.SIGKILL):
        return "time"
    # Libraries that get no memory abort; a reader that crashes small has another reason.
    crowded = -code in _CRASHES and peak > _NEAR_THE_LIMIT * limit
    return "memory" if code == _OUT_OF_MEMORY or crowded else "died"


def _work(task: Mapping[str, Any], pipe: int) -> NoReturn:
    """The fork's whole life."""
    try:
        gc.disable()  # one file leaves no rings worth looking for before the fork ends
        _silence()
        _limit(task["limits"])
        payload = json.dumps(_result(task)).encode()
        while payload:
            payload = payload[os.write(pipe, payload) :]
        os._exit(0)
    except MemoryError:
        os._exit(_OUT_OF_MEMORY)
    finally:
        os._exit(1)


def _result(task: Mapping[str, Any]) -> dict[str, Any]:
    name = task["name"]
    try:
        return {"result": parse(task)}
    except MemoryError:
        raise
    except SourceError as error:
        _require_room(task["limits"])
        return {"error": str(error)}
    except OSError as error:
        why = error.strerror or str(error)
        return {"error": f"{name} cannot be read: {why}.", "errno": error.errno or errno.EIO}
    except Exception as error:  # noqa: BLE001  whatever a file does to a library is the file's
        _require_room(task["limits"])
        return {
            "error": f"{name} is damaged or unlike any file of its kind "
            f"({type(error).__name__}); save it anew or leave it out."
        }


def _require_room(limits: Mapping[str, Any]) -> None:
    """Call an error by its name: libraries that get no memory say that the file is damaged."""
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmPeak:")[1].split()[0]) * 1024
    if peak > _AT_THE_LIMIT * int(limits["memory_mb"]) * _MEGABYTE:
        raise MemoryError


def _silence() -> None:
    """What a library prints is no reply, and there is nothing for it to read."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)


def _limit(limits: Mapping[str, Any]) -> None:
    cpu, memory = int(limits["cpu_s"]), int(limits["memory_mb"]) * _MEGABYTE
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
