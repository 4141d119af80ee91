"""Follow folders: an ingest after every change, once whoever makes it pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event

from ingest.names import is_hidden
from ingest.report import IngestReport
from ingest.rolled_back import is_as_rolled_back
from rag.errors import PolicyQAError, SourceError

Run = Callable[[], IngestReport]

_PAUSE_MS = 1000
"""Without a change before an ingest begins: an editor writes a file in several steps."""
_LONGEST_MS = 15_000
"""From the first change to the ingest, when they do not pause."""
_RESCAN_MS = 60_000
"""Between looks at folders that tell of no change, as network drives do not."""


def watch(
    paths: Sequence[Path],
    index_dir: Path,
    run: Run,
    tell: Callable[[IngestReport | PolicyQAError], None],
    stop: Event | None = None,
) -> None:
    """Call `run` at once and after every change under `paths`, until `stop`.

    A run that fails is told, and the watch goes on. After a rollback it waits for a change.

    Raises:
        SourceError: a path cannot be read at the start.
    """
    tell(run())
    for _ in _pauses(paths, index_dir, stop or Event()):
        if is_as_rolled_back(index_dir):
            continue
        try:
            report = run()
        except PolicyQAError as error:
            tell(error)
        except OSError as error:
            tell(_unread(error))
        else:
            if report.has_changed:
                tell(report)


def _unread(error: OSError) -> SourceError:
    place = error.filename or "A file"
    why = error.strerror or error
    return SourceError(f"{place} cannot be read ({why}); it is tried again in a minute.")


def _pauses(paths: Sequence[Path], index_dir: Path, stop: Event) -> Iterator[None]:
    from watchfiles import Change
    from watchfiles import watch as changes

    inside = index_dir.resolve()

    def concerns(_: Change, name: str) -> bool:
        path = Path(name)
        return not is_hidden(path.name) and not path.resolve().is_relative_to(inside)

    for _ in changes(
        *(path for path in paths if path.exists()),
        watch_filter=concerns,
        debounce=_LONGEST_MS,
        step=_PAUSE_MS,
        stop_event=stop,
        rust_timeout=_RESCAN_MS,
        yield_on_timeout=True,
        raise_interrupt=True,
    ):
        yield None
