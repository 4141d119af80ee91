"""The waiting cases as HTML: how many there are and, for editors, what decides on them."""

from __future__ import annotations

from html import escape

from eval.cases.items import Item
from ui.quality.pieces import notice, place
from ui.quality.reviewing import Proof, Waiting
from ui.words import Words


def queue(found: Waiting, w: Words, *, editor: bool) -> str:
    """The counts, and the oldest items, each to be opened by an editor."""
    heading = f"<h3>{escape(w('quality.review_title'))}</h3>"
    counts = f"<p>{escape(w('quality.review_counts', **found.counts))}</p>"
    if not found.items:
        return f'{heading}{counts}<p class="q-soft">{escape(w("quality.review_none"))}</p>'
    if not editor:
        return f'{heading}{counts}<p class="q-soft">{escape(w("quality.review_reader"))}</p>'
    wait = escape(w("quality.review_checking"))
    items = "".join(
        f'<details data-item="{item.id}"><summary>{_summary(item, w)}</summary>'
        f'<div class="q-item" data-wait="{wait}"></div></details>'
        for item in found.items
    )
    more = found.counts["waiting"] > len(found.items)
    note = escape(w("quality.review_first", n=len(found.items))) if more else ""
    return (
        f'{heading}{counts}<div class="q-failed">{items}</div>'
        f"{f'<p class=q-soft>{note}</p>' if note else ''}"
    )


def proof(found: Proof, w: Words) -> str:
    """An item to decide on: the judged answer, what the checks find, the case, the decisions."""
    id_ = f"q-case-{found.item.id}"
    return (
        _judged(found.item, w)
        + _findings(found, w)
        + f'<label for="{id_}">{escape(w("quality.review_case"))}</label>'
        f'<textarea id="{id_}" rows="{min(18, found.text.count(chr(10)) + 2)}" spellcheck="false">'
        f"\n{escape(found.text)}</textarea>"
        f'<label for="{id_}-note">{escape(w("quality.review_note"))}</label>'
        f'<input id="{id_}-note" type="text" maxlength="500">'
        f'<p class="q-decide"><button type="button" class="q-main" data-accept>'
        f"{escape(w('quality.review_accept'))}</button>"
        f'<button type="button" data-check>{escape(w("quality.review_check"))}</button>'
        f'<button type="button" data-reject>{escape(w("quality.review_reject"))}</button></p>'
    )


def decided(*, accepted: bool, done: bool, w: Words) -> str:
    """What became of a decision."""
    key = "review_late" if not done else "review_accepted" if accepted else "review_rejected"
    return f'<p class="q-said">{escape(w(f"quality.{key}"))}</p>'


def _summary(item: Item, w: Words) -> str:
    origin = w(f"quality.o_{item.origin}", name=item.judge or "")
    if item.verdict:
        origin += f", {w(f'quality.v_{item.verdict}')}"
    question = escape(str(item.case.get("question", "")))
    return f'{question} <span class="q-tag">{escape(origin)}</span>'


def _judged(item: Item, w: Words) -> str:
    if item.answer is None:
        return ""
    said = " · ".join(part for part in (item.reason, item.comment) if part)
    answer = str(item.answer.get("answer", ""))
    about = f'<p class="q-soft">{escape(said)}</p>' if said else ""
    return f"<p>{escape(w('quality.judged_answer'))}: {escape(answer)}</p>{about}"


def _findings(found: Proof, w: Words) -> str:
    if found.case is None:
        return notice(w("quality.review_not_yet", why=found.why))
    lines = "".join(
        f'<li class="q-{finding.severity}"><strong>'
        f"{escape(w(f'quality.sev_{finding.severity}'))}</strong> "
        f'<span lang="en">{escape(finding.text)}</span></li>'
        for finding in found.findings
    )
    told = f"<ul>{lines}</ul>" if lines else f"<p>{escape(w('quality.review_fine'))}</p>"
    buttons = "".join(
        place(permalink, w("quality.open_evidence", title=title))
        for permalink, title in found.places
    )
    return told + (f"<p>{buttons}</p>" if buttons else "")
