"""The source panel, beside whatever room of the page is open."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from rag.errors import PolicyQAError
from rag.live import find_document
from rag.permalink import Permalink, parse_permalink
from ui import present
from ui.cited import cited
from ui.office import Office
from ui.panels.parts import html
from ui.people.person import Role, person_of, require
from ui.reader import source
from ui.theme import script

MOST_PLACES = 50
"""Citations of one answer that the panel marks."""
_UNKNOWN = "This source is no longer in the index; ask again to see what is."
_TEMPLATE = """
<aside class="reader" aria-label="Source">
  <div class="bar">
    <span class="which" aria-live="polite">Documents</span>
    <a class="alone" target="_blank" rel="noopener" hidden>Open on its own page</a>
    <button type="button" class="close" data-close>Close</button>
  </div>
  <div class="sheet" tabindex="0" role="region" aria-label="Text of the source">${value}</div>
</aside>"""


def build(office: Office) -> None:
    """Lay out the panel. Anything on the page with `data-cite` or `data-document` opens in it."""

    def open_source(request: Any, caller: gr.Request) -> str:
        require(person_of(caller), Role.READER)
        return _source(office, request)

    html(
        present.shelf(office.pipeline.documents),
        "reader",
        html_template=_TEMPLATE,
        js_on_load=script("reader.js"),
        server_functions=[open_source],
    )


def _source(office: Office, request: Any) -> str:
    """The HTML of a source for the panel; the browser asks for it, so nothing is trusted."""
    try:
        places = [_place(place) for place in request["places"][:MOST_PLACES]]
        current = int(request["current"])
        if current < 1:
            return source(office.pipeline.document(str(request["document"])), places, 0)
        find = partial(find_document, office.pipeline)
        return cited(places, current, find, office.past) or present.notice(_UNKNOWN)
    except PolicyQAError as error:
        return present.notice(str(error))
    except (IndexError, ValueError, TypeError, KeyError):
        return present.notice("This source cannot be opened; reload the page and ask again.")


def _place(text: Any) -> Permalink | None:
    return None if text is None else parse_permalink(str(text))
