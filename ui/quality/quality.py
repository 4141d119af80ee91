"""What the quality room asks of the server; every change needs an editor."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from rag.errors import CaseError, PolicyQAError
from rag.settings import Settings
from ui.people.person import Person, Role, require
from ui.quality import reviewing
from ui.quality.folders import Found, State, before, find_runs
from ui.quality.opened import compared, open_run
from ui.quality.questions import chosen_files, files_of
from ui.quality.running import Progress, Runner

PAGE, LINE = "page", "command-line"
"""What begins the ids of the runs that were made from the page, and of those that were not."""

_log = logging.getLogger(__name__)

Note = Callable[[Person, str, str], object]
"""Where it is told who changed what, such as `Audit.note`."""


class Quality:
    """The runs of an office, and the review of its cases; safe from any thread."""

    def __init__(self, settings: Settings, note: Note) -> None:
        self.settings = settings
        self._note = note
        self._runner = Runner(settings, self._prepare)

    @property
    def progress(self) -> Progress | None:
        """The run that is under way or the last one that was started here."""
        return self._runner.progress

    def runs(self) -> tuple[Found, ...]:
        """All runs, newest first; the one under way is not among them."""
        now = self.progress
        found = find_runs({PAGE: self._runner.folder, LINE: self.settings.runs_dir})
        busy = now.folder if now and now.under_way else None
        return tuple(run for run in found if run.folder != busy)

    def run(self, id_: str) -> Found:
        """The run that the page calls so.

        Raises:
            CaseError: there is none.
        """
        found = next((run for run in self.runs() if run.id == id_), None)
        if found is None:
            raise CaseError("This run is no longer there; choose another one of the list.")
        return found

    def stamp(self) -> str:
        """Changes when something else is to be seen than before, but for a run's progress."""
        parts: list[object] = [(run.id, run.version, run.state) for run in self.runs()]
        parts.append(self.progress and (self.progress.folder, self.progress.stage.value))
        try:
            parts.append(sorted(reviewing.waiting(self.settings).counts.items()))
        except CaseError as error:
            parts.append(str(error))
        return f"{hash(str(parts)):x}"

    def start(self, person: Person, names: Iterable[str]) -> None:
        """Begin a run over files of questions that the server knows.

        Raises:
            NotAllowed: the person is no editor.
            CaseError: the questions cannot be asked, or another run is under way.
        """
        require(person, Role.EDITOR)
        files = chosen_files(names, self.settings)
        folder = self._runner.start(files, person.name)
        self._note(person, "start evaluation", folder.name)

    def go_on(self, person: Person, id_: str) -> None:
        """Go on with an unfinished run of the page.

        Raises:
            NotAllowed: the person is no editor.
            CaseError: it cannot go on, or another run is under way.
        """
        require(person, Role.EDITOR)
        found = self.run(id_)
        if not may_go_on(found):
            raise CaseError("This run was not begun on the page; go on where it was begun.")
        files = files_of(found.manifest, self.settings)
        self._runner.start(files, person.name, found.folder)
        self._note(person, "go on with evaluation", found.folder.name)

    def stop(self, person: Person) -> None:
        """Stop the run that is under way.

        Raises:
            NotAllowed: the person is no editor.
        """
        require(person, Role.EDITOR)
        now = self.progress
        self._runner.stop()
        if now and now.under_way:
            self._note(person, "stop evaluation", now.folder.name)

    def accept(self, person: Person, id_: int, text: str) -> bool:
        """Accept a waiting case as it was edited; false if somebody was faster.

        Raises:
            NotAllowed: the person is no editor.
            CaseError: the text is no case.
        """
        require(person, Role.EDITOR)
        done = reviewing.accept_item(id_, text, person.name, self.settings)
        if done:
            self._note(person, "accept case", str(id_))
        return done

    def reject(self, person: Person, id_: int, note: str) -> bool:
        """Reject a waiting case; false if somebody was faster.

        Raises:
            NotAllowed: the person is no editor.
            CaseError: there is no such case.
        """
        require(person, Role.EDITOR)
        done = reviewing.reject_item(id_, person.name, note, self.settings)
        if done:
            self._note(person, "reject case", str(id_))
        return done

    def _prepare(self, folder: Path) -> None:
        """Compare a run that has just ended, so that nobody who looks at it has to wait."""
        try:
            runs = self.runs()
            for run in runs:
                if run.folder == folder and run.state is State.FINISHED:
                    open_run(run)
                    if earlier := before(run, runs):
                        compared(earlier, run)
        except PolicyQAError:
            _log.warning("A finished run cannot be read back.", exc_info=True)


def may_go_on(run: Found) -> bool:
    """Whether the page may go on with a run: it began it, and the run is not finished."""
    return run.state is State.UNFINISHED and run.id.startswith(f"{PAGE}/")
