"""The room of evaluation runs: seen by readers, started and reviewed by editors."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import gradio as gr

from eval.report.failures import failed_rows
from rag.errors import CaseError, PolicyQAError
from ui.office import Office
from ui.panels.parts import html
from ui.people.person import Person, Role, person_of, require
from ui.quality import changes, listing, report, reviewing
from ui.quality import queue as waiting_cases
from ui.quality.folders import Found, State, before
from ui.quality.opened import OpenedRun, compared, open_run, sentences_of
from ui.quality.pieces import notice
from ui.quality.questions import known_questions
from ui.theme import script
from ui.words import LANGUAGES, Words, words, words_of

_REGIONS = ("progress", "list", "start", "run", "review")
_LIVE = ' aria-live="polite"'
_MOST_CHARS = 20_000
"""Of a case that is edited on the page."""

_log = logging.getLogger(__name__)


def build(office: Office) -> None:
    """Lay out the room, which the browser fills once it is looked at."""
    desk = Desk(office)

    def quality_room(request: Any, caller: gr.Request) -> dict[str, Any]:
        return _told(caller, lambda person, w: desk.room(_text(request, "run"), person, w))

    def quality_compared(request: Any, caller: gr.Request) -> dict[str, Any]:
        return _told(
            caller,
            lambda person, w: desk.compared(
                _text(request, "run"), _text(request, "against"), person, w
            ),
        )

    def quality_state(_: Any, caller: gr.Request) -> dict[str, Any]:
        return _told(caller, desk.state)

    def quality_change(request: Any, caller: gr.Request) -> dict[str, Any]:
        return _told(caller, lambda person, w: desk.change(request, person, w))

    def quality_item(request: Any, caller: gr.Request) -> dict[str, Any]:
        return _told(caller, lambda person, w: desk.item(request, person, w))

    html(
        _skeleton(),
        "quality",
        js_on_load=script("quality.js"),
        server_functions=[
            quality_room,
            quality_compared,
            quality_state,
            quality_change,
            quality_item,
        ],
    )


class Desk:
    """What the room's page asks of the server; every answer holds HTML that is escaped."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._quality = office.quality

    def room(self, wanted: str, person: Person, w: Words) -> dict[str, Any]:
        """The whole room, with the wanted run shown, or else the newest finished one."""
        require(person, Role.READER)
        editor = person.role.includes(Role.EDITOR)
        stamp, runs = self._quality.stamp(), self._quality.runs()
        finished = [run for run in runs if run.state is State.FINISHED]
        chosen = next((run for run in finished if run.id == wanted), None) or next(
            iter(finished), None
        )
        earlier = before(chosen, runs) if chosen else None
        folder = str(self._office.settings.office_dir / "questions")
        regions = {
            "progress": listing.progress(self._quality.progress, w, editor=editor),
            "list": listing.runs_table(runs, chosen.id if chosen else "", w, editor=editor),
            "start": listing.form(known_questions(self._office.settings), folder, w)
            if editor
            else "",
            "run": self._run(chosen, earlier, runs, w) if chosen else "",
            "review": self._review(w, editor=editor),
        }
        return {
            "stamp": stamp,
            "busy": self._busy(),
            "regions": regions,
            "run": chosen.id if chosen else "",
            "against": earlier.id if earlier else "",
        }

    def compared(self, id_: str, against: str, person: Person, w: Words) -> dict[str, Any]:
        """What changed from one finished run to another."""
        require(person, Role.READER)
        after, earlier = self._quality.run(id_), self._quality.run(against)
        found = compared(earlier, after)
        return {"html": changes.comparison(found, open_run(earlier), open_run(after), w)}

    def state(self, person: Person, w: Words) -> dict[str, Any]:
        """How the run goes that is under way."""
        require(person, Role.READER)
        editor = person.role.includes(Role.EDITOR)
        return {
            "stamp": self._quality.stamp(),
            "busy": self._busy(),
            "progress": listing.progress(self._quality.progress, w, editor=editor),
        }

    def change(self, request: Any, person: Person, w: Words) -> dict[str, Any]:
        """Start, stop or go on with a run."""
        require(person, Role.EDITOR)
        match _text(request, "do"):
            case "start":
                files = request.get("files")
                names = files if isinstance(files, list) else []
                self._quality.start(person, [str(name) for name in names])
            case "go-on":
                self._quality.go_on(person, _text(request, "run"))
            case "stop":
                self._quality.stop(person)
            case _:
                raise CaseError(w("quality.bad_request"))
        return self.state(person, w)

    def item(self, request: Any, person: Person, w: Words) -> dict[str, Any]:
        """Show, check, accept or reject a waiting case."""
        require(person, Role.EDITOR)
        id_, text = _number(request, "id", w), _text(request, "text")
        match _text(request, "do"):
            case "show":
                found = reviewing.prove(id_, self._office.settings, text or None)
                return {"html": waiting_cases.proof(found, w)}
            case "accept":
                done = self._quality.accept(person, id_, text)
                return {"html": waiting_cases.decided(accepted=True, done=done, w=w)}
            case "reject":
                done = self._quality.reject(person, id_, _text(request, "note")[:500])
                return {"html": waiting_cases.decided(accepted=False, done=done, w=w)}
        raise CaseError(w("quality.bad_request"))

    def _busy(self) -> bool:
        now = self._quality.progress
        return now is not None and now.under_way

    def _run(self, chosen: Found, earlier: Found | None, runs: Sequence[Found], w: Words) -> str:
        try:
            opened = open_run(chosen)
        except CaseError as error:
            return notice(str(error))
        current = self._office.pipeline.index_version
        return (
            report.head(chosen, opened, current, w)
            + report.measures(opened, w)
            + changes.frame(chosen, earlier, runs, w)
            + report.failures(opened, self._evidence(opened), w)
        )

    def _evidence(self, run: OpenedRun) -> report.Evidence:
        """Where the evidence of the failed cases stands in the index that serves."""
        try:
            sentences = sentences_of(self._office.settings.index_dir)
        except PolicyQAError:
            _log.info("No evidence is looked up, for the index cannot be read.", exc_info=True)
            return {}
        failed = report.open_to_see(failed_rows(run.rows))[: report.MOST_FAILED]
        return {row.case.id: reviewing.places_of(row.case, sentences)[:3] for row in failed}

    def _review(self, w: Words, *, editor: bool) -> str:
        try:
            found = reviewing.waiting(self._office.settings)
        except CaseError as error:
            return notice(str(error))
        return waiting_cases.queue(found, w, editor=editor)


def _told(caller: gr.Request, work: Callable[[Person, Words], dict[str, Any]]) -> dict[str, Any]:
    """What the work gives, or the sentence that says why it cannot be done."""
    w = words_of(caller)
    try:
        return work(person_of(caller), w)
    except PolicyQAError as error:
        return {"error": notice(str(error))}
    except Exception:  # noqa: BLE001 - the page has to say something; the log keeps the traceback
        _log.exception("The quality room failed.")
        return {"error": notice(w("quality.fault"))}


def _text(request: Any, name: str) -> str:
    """A text of what the browser sent; nothing is trusted."""
    value = request.get(name) if isinstance(request, Mapping) else None
    return value[:_MOST_CHARS] if isinstance(value, str) else ""


def _number(request: Any, name: str, w: Words) -> int:
    value = request.get(name) if isinstance(request, Mapping) else None
    if not isinstance(value, int) or isinstance(value, bool):
        raise CaseError(w("quality.bad_request"))
    return value


def _skeleton() -> str:
    """Empty regions; the texts for when the server does not answer, in every language."""
    texts = "".join(
        f'<template data-lang="{language}" data-wait="{escape(w("quality.loading_room"))}"'
        f' data-lost="{escape(w("quality.unreachable"))}" data-title="{escape(w("quality.title"))}"'
        f' data-intro="{escape(w("quality.intro"))}"></template>'
        for language in LANGUAGES
        for w in (words(language),)
    )
    regions = "".join(
        f'<section data-region="{name}"{_LIVE if name == "progress" else ""}></section>'
        for name in _REGIONS
    )
    return (
        f'<div class="quality" data-quality><h2></h2><p class="q-soft"></p>'
        f'<div class="q-message" aria-live="assertive"></div>{regions}{texts}</div>'
    )
