"""A warm process that forks real processes: the command line without the seconds of its start.

Run as a script it imports everything and loads the models once, then forks a child for each order
it gets. A child has its own files, directory, environment and end, so it can be killed, starved and
interrupted like any other process.
"""

from __future__ import annotations

import atexit
import functools
import gc
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn

_MOST = 1 << 20
_FOREIGN = ("POLICYQA_", "FORCE_COLOR", "NO_COLOR", "CLICOLOR", "PY_COLORS", "PYTHONUNBUFFERED")


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended; a negative code is the signal that ended it."""

    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr; more or fewer is a failure."""
        lines = self.err.splitlines()
        assert len(lines) == 1, f"not one line: {self.err!r}"
        return lines[0]


class Child:
    """A forked process; its output goes to files unless it was given somewhere else."""

    def __init__(self, warm: Warm, pid: int, out: IO[bytes], err: IO[bytes]) -> None:
        self._warm = warm
        self._files = (out, err)
        self.pid = pid
        self.started = time.time()

    def wait(self, seconds: float = 120) -> Done:
        """Wait for the end, which must come by itself."""
        ended = self._ended(seconds)
        if not ended:
            os.kill(self.pid, signal.SIGKILL)
        code = self._warm.tell({"do": "reap", "pid": self.pid})
        out, err = (_read(file) for file in self._files)
        assert ended, f"still running after {seconds} s: {out!r} {err!r}"
        return Done(code, out, err)

    def is_running(self) -> bool:
        """Whether it has not ended by itself."""
        return not self._ended(0)

    def _ended(self, seconds: float) -> bool:
        handle = os.pidfd_open(self.pid)
        try:
            return bool(select.select([handle], [], [], seconds)[0])
        finally:
            os.close(handle)


class Warm:
    """The tests' end: starts processes, and waits for them."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel = ours
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            env={k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
            | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        theirs.close()
        assert self._receive() == "ready"

    def close(self) -> None:
        self._channel.close()
        self._process.wait()

    def tell(self, order: Mapping[str, Any], files: tuple[int, ...] = ()) -> Any:
        socket.send_fds(self._channel, [json.dumps(order).encode()], files)
        return self._receive()

    def start(
        self,
        call: str,
        *arguments: object,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        stdin: bytes | int = b"",
        stdout: int | None = None,
        stderr: int | None = None,
        before: tuple[object, ...] = (),
    ) -> Child:
        """Start `call`, a function of this module; `before` is another to call first."""
        order = {
            "do": "start",
            "call": call,
            "arguments": [str(a) if isinstance(a, Path) else a for a in arguments],
            "cwd": str(cwd),
            "env": dict(env or {}),
            "before": [str(b) if isinstance(b, Path) else b for b in before],
        }
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  the child's
        with _stdin(stdin) as given:
            files = (given, out.fileno() if stdout is None else stdout)
            pid = self.tell(order, (*files, err.fileno() if stderr is None else stderr))
        return Child(self, pid, out, err)

    def policyqa(self, *arguments: object, **how: Any) -> Done:
        """Run `policyqa ARGUMENTS` to its end."""
        return self.start("policyqa", *arguments, **how).wait()

    def _receive(self) -> Any:
        answer = self._channel.recv(_MOST)
        assert answer, "the warm process has gone"
        return json.loads(answer)


@functools.cache
def warm_process() -> Warm:
    """The one warm process of a test session."""
    warm = Warm()
    atexit.register(warm.close)
    return warm


@contextmanager
def _stdin(given: bytes | int) -> Iterator[int]:
    if isinstance(given, int):
        yield given
        return
    with tempfile.TemporaryFile() as file:
        file.write(given)
        file.seek(0)
        yield file.fileno()


def _read(file: IO[bytes]) -> str:
    with file:
        file.seek(0)
        return file.read().decode()


# What follows runs in the warm process and in its children.


def policyqa(*arguments: str) -> None:
    """The command line."""
    from ui.cli import main

    sys.argv = ["policyqa", *arguments]
    main()


def look(index: str, question: str) -> None:
    """Open the index as a reader would, and print what it holds and answers as JSON."""
    from rag.generations import Generations
    from rag.index import Index
    from rag.pipeline import build_pipeline
    from rag.settings import Settings
    from rag.wire import answer_to_json

    folder = Generations(Path(index)).current()
    opened = Index(folder)
    try:
        manifest = opened.manifest
        # Opening has held the counts of Chroma and BM25 against the manifest's.
        held = {
            "version": manifest.version,
            "documents": sorted(d.source for d in opened.documents.values()),
            "counts": [manifest.documents, manifest.passages, manifest.sentences],
            "found": [
                len(opened.documents),
                len(opened.passages),
                sum(len(p.sentences) for p in opened.passages.values()),
            ],
            "vectors": len(opened.passage_vectors()),
        }
    finally:
        opened.close()
    with build_pipeline(Settings(index_dir=Path(index))) as pipeline:
        print(json.dumps({**held, "answer": answer_to_json(pipeline.ask(question))}))


def limit_files(size: int) -> None:
    """No file may grow beyond `size` bytes: what a full disk looks like to a writer."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def without_room_check() -> None:
    """Begin an ingest although the disk has no room for it."""
    import ingest.pipeline as ingesting

    ingesting.require_room = lambda *_: None


def as_nobody() -> None:
    """Go on as a user to whom permissions apply."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def hold_check(sign: str) -> None:
    """Wait in an ingest, its new generation written, with SIGN.here created, for SIGN.go."""
    from rag import generations

    check = generations.check_generation

    def held(*arguments: Any) -> None:
        Path(f"{sign}.here").touch()
        while not Path(f"{sign}.go").exists():
            time.sleep(0.005)
        check(*arguments)

    generations.check_generation = held


def die_at(moment: str) -> None:
    """Be killed at an exact moment of the next ingest."""
    from rag import generations
    from rag.generations import Generations

    moments: dict[str, Callable[[], None]] = {
        "before the check": lambda: setattr(generations, "check_generation", _die),
        "before the switch": lambda: _at_the_switch(lambda _: None, _die),
        "while keeping what was said": lambda: _at_the_switch(_die, lambda _: None, name=None),
        "right after the switch": lambda: _after_the_switch(_die),
        "before cleaning": lambda: _after_the_switch(lambda _: setattr(Generations, "clean", _die)),
        "while cleaning": lambda: _after_the_switch(_die_when_one_of_two_is_removed),
    }
    moments[moment]()


def _die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after_the_switch(next_step: Callable[[Path], None]) -> None:
    _at_the_switch(next_step, lambda _: None)


def _at_the_switch(
    after: Callable[[Path], None], before: Callable[[Path], None], name: str | None = "current"
) -> None:
    """Do something around the first replacement of the file of this name, or of any file."""
    replace = Path.replace

    def switch(pending: Path, target: Path) -> Path:
        switches = name is None or target.name == name
        if switches:
            before(target)
        replace(pending, target)
        if switches:
            after(target)
        return target

    Path.replace = switch  # type: ignore[method-assign, assignment]


def _die_when_one_of_two_is_removed(current: Path) -> None:
    for outlived in ("000000-a", "000000-b"):
        (current.parent / "generations" / outlived).mkdir()
    remove = shutil.rmtree

    def remove_and_die(*arguments: Any, **how: Any) -> None:
        remove(*arguments, **how)
        _die()

    shutil.rmtree = remove_and_die  # type: ignore[assignment]


def _load() -> None:
    """Import what any command imports, load the models, and let the commands use them."""
    # ruff: noqa: F401  imported to be there
    import bm25s
    import chromadb
    import langchain_chroma

    import eval.batch
    import eval.compare
    import eval.folder
    import eval.report
    import eval.thresholds
    import ingest.pipeline as ingesting
    import rag.pipeline as asking
    import ui.cli
    import ui.console
    from rag.embedding import Embedder, load_embedder
    from rag.reader import Reader
    from rag.settings import EmbeddingSettings

    default = EmbeddingSettings()
    loaded = load_embedder(default)
    loaded.embed(["warm"])

    def ready(settings: EmbeddingSettings) -> Embedder:
        return loaded if settings == default else load_embedder(settings)

    ingesting.load_embedder = asking.load_embedder = ready
    Reader.load = functools.cache(Reader.load)  # type: ignore[method-assign]
    asking.load_reader()


def _receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]]:
    message, files, _, _ = socket.recv_fds(channel, _MOST, 3)
    return (json.loads(message) if message else {"do": "end"}), files


def _serve(channel: socket.socket) -> dict[str, Any] | None:
    """Fork a child for every order; returns its order in the child, nothing in the parent."""
    while True:
        order, files = _receive(channel)
        if order["do"] == "end":
            return None
        if order["do"] == "reap":
            _, status = os.waitpid(order["pid"], 0)
            channel.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())
            continue
        pid = os.fork()
        if pid == 0:
            for standard, file in enumerate(files):
                os.dup2(file, standard)
                os.close(file)
            channel.close()
            # A test run started in the background inherits SIGINT ignored; a user's shell does not.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            _renew_threads()
            return order
        for file in files:
            os.close(file)
        channel.send(json.dumps(pid).encode())


def _renew_threads() -> None:
    """Replace torch's pool of threads while there is only one of them.

    A fork leaves the pool of its parent to be replaced at the first use of torch. Two threads that
    come there at once may find none ("Invalid thread pool"), which no command started by a user
    can meet.
    """
    import torch

    torch.set_num_threads(torch.get_num_threads())


def _obey(order: Mapping[str, Any]) -> int:
    os.chdir(order["cwd"])
    os.environ.update(order["env"])
    try:
        if order["before"]:
            name, *arguments = order["before"]
            globals()[name](*arguments)
        globals()[order["call"]](*order["arguments"])
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001  as the interpreter would
        traceback.print_exc()
        return 1
    return 0


def _leave(code: int) -> NoReturn:
    """End as the interpreter does, but for the second that it takes to free what was loaded."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
    except OSError:
        traceback.print_exc()
        code = 120
    sys.stderr.flush()
    os._exit(code)


def _main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    _load()
    tasks = len(list(Path("/proc/self/task").iterdir()))
    assert tasks == 1, f"{tasks} threads: a fork would copy only one"
    channel.send(json.dumps("ready").encode())
    gc.freeze()
    order = _serve(channel)
    if order is not None:
        _leave(_obey(order))


if __name__ == "__main__":
    _main()
