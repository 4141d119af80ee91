"""Plain pages of one document each, for `/p/…`: no script, and they print well."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

from rag.locating import Find
from rag.past import PastTexts
from rag.permalink import Permalink
from ui.cited import cited
from ui.theme import leaf_css


def leaf(place: Permalink, find: Find, past: PastTexts) -> HTMLResponse:
    """A document with the words of a permalink marked, or those words as they once stood."""
    body = cited([place], 1, find, past, level=1)
    return missing_leaf() if body is None else _page(_title(place, find, past), body)


def _title(place: Permalink, find: Find, past: PastTexts) -> str:
    document = find(place.document_id)
    if document is None:
        document = next((text.document for text in past.versions(place.document_id)), None)
    return document.title if document else place.document_id


def missing_leaf() -> HTMLResponse:
    """What an unknown permalink shows."""
    said = "There is no document at this address; it may have been removed since it was cited."
    return _page("Not found", f'<h1 class="doc-title">Not found</h1><p>{said}</p>', status=404)


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    css = leaf_css()
    digest = b64encode(sha256(css.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'self'"
    html = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{css}</style></head>"
        f'<body><main><p class="back"><a href="../">Ask the documents</a></p>{body}</main></body>'
        "</html>"
    )
    return HTMLResponse(html, status, headers={"content-security-policy": policy})
