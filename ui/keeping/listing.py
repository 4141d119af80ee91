"""The list of conversations as HTML. Pure: no I/O, and everything that is not markup is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from html import escape

from ui.keeping.days import by_day, clock_time
from ui.keeping.kept import TITLE_CHARS, Heading
from ui.words import Words


def frame(w: Words) -> str:
    """What stands around the list: two buttons on the page, and the drawer that one of them opens.

    Texts that the script shows are in `data-` attributes of the drawer and the row of undoing.
    """
    return f"""
<div class="history-buttons">
  <button type="button" class="history-opener" aria-haspopup="dialog">{_w(w, "title")}</button>
  <button type="button" class="history-new">{_w(w, "new")}</button>
</div>
<dialog class="history-drawer" aria-labelledby="history-title" data-failed="{_w(w, "failed")}"
  data-copied="{_w(w, "copied")}" data-not-copied="{_w(w, "not_copied")}">
  <div class="history-bar">
    <h2 id="history-title">{_w(w, "title")}</h2>
    <button type="button" class="history-close">{_w(w, "close")}</button>
  </div>
  <button type="button" class="history-new">{_w(w, "new")}</button>
  <label class="history-search">{_w(w, "search")}
    <input type="search" maxlength="200" autocomplete="off" spellcheck="false"
      placeholder="{_w(w, "search_hint")}"></label>
  <p class="history-found" role="status"></p>
  <div class="history-list"></div>
</dialog>
<div class="history-undo" data-deleted="{_w(w, "deleted")}" data-restored="{_w(w, "restored")}">
  <p role="status"></p>
  <button type="button" class="history-undo-it">{_w(w, "undo")}</button>
  <button type="button" class="history-undo-close">{_w(w, "close_note")}</button>
</div>"""


def listing(
    headings: Sequence[Heading], w: Words, *, now: datetime, zone: tzinfo, search: str = ""
) -> str:
    """The conversations by day, each with what can be done with it.

    The first line, `data-found`, is what a search found, in words; it is empty without a search.
    """
    today = now.astimezone(zone).date()
    days = "".join(
        f"<section><h3>{escape(_day(day, today, w))}</h3>"
        f"<ul>{''.join(_row(heading, zone, w) for heading in group)}</ul></section>"
        for day, group in by_day(headings, zone)
    )
    nothing = "" if search.strip() or headings else f'<p class="history-none">{_w(w, "none")}</p>'
    found = _found(len(headings), w) if search.strip() else ""
    return f'<div data-found="{escape(found)}">{days}{nothing}</div>'


def trouble(sentence: str) -> str:
    """One sentence in the place of a list that cannot be shown."""
    return f'<div data-found=""><p class="error" role="alert">{escape(sentence)}</p></div>'


def _row(heading: Heading, zone: tzinfo, w: Words) -> str:
    id_, title = escape(heading.id), escape(heading.title)
    more = escape(w("history.more", title=heading.title))
    shared = f" · {_w(w, 'is_shared')}" if heading.shared else ""
    facts = f"{escape(_count(heading.count, w))} · {clock_time(heading.changed, zone)}{shared}"
    return (
        f'<li data-conversation="{id_}" data-title="{title}">'
        '<div class="history-row">'
        f'<a class="history-open" href="?c={id_}"><span class="history-name">{title}</span>'
        f'<span class="history-facts">{facts}</span></a>'
        f'<button type="button" class="history-more" aria-expanded="false" aria-label="{more}" '
        f'title="{more}"><span aria-hidden="true">⋯</span></button></div>'
        f"{_naming(heading, w)}"
        f'<div class="history-menu" hidden>{_actions(heading, w)}</div></li>'
    )


def _naming(heading: Heading, w: Words) -> str:
    return (
        '<form class="history-naming" hidden>'
        f'<label>{_w(w, "new_name")}<input type="text" maxlength="{TITLE_CHARS}" '
        f'value="{escape(heading.title)}" autocomplete="off"></label>'
        f'<button type="submit">{_w(w, "save")}</button>'
        f'<button type="button" class="history-cancel">{_w(w, "cancel")}</button></form>'
    )


def _actions(heading: Heading, w: Words) -> str:
    exports = "".join(
        f'<a href="api/conversations/{escape(heading.id)}/export.{kind}" download>'
        f"{_w(w, f'export_{kind}')}</a>"
        for kind in ("md", "docx")
    )
    return (
        f'<button type="button" data-do="name">{_w(w, "rename")}</button>'
        f"{_sharing(heading, w)}{exports}"
        f'<button type="button" data-do="delete" class="history-delete">{_w(w, "delete")}</button>'
    )


def _sharing(heading: Heading, w: Words) -> str:
    if heading.token is None:
        return f'<button type="button" data-do="share">{_w(w, "share")}</button>'
    return (
        f'<div class="history-link"><label>{_w(w, "link")}'
        f'<input type="text" readonly data-token="{escape(heading.token)}"></label>'
        f'<button type="button" data-do="copy">{_w(w, "copy")}</button>'
        f'<a href="c/{escape(heading.token)}" target="_blank" rel="noopener">{_w(w, "look")}</a>'
        f'<button type="button" data-do="unshare">{_w(w, "unshare")}</button></div>'
    )


def _day(day: date, today: date, w: Words) -> str:
    if day == today:
        return w("history.today")
    return w("history.yesterday") if day == today - timedelta(days=1) else w.day(day)


def _count(count: int, w: Words) -> str:
    return w("history.one_question") if count == 1 else w("history.questions", n=count)


def _found(count: int, w: Words) -> str:
    if count == 0:
        return w("history.found_none")
    return w("history.found_one") if count == 1 else w("history.found", n=count)


def _w(w: Words, name: str) -> str:
    return escape(w(f"history.{name}"))
