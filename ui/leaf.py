"""Plain pages of one document each, for `/p/…`: they need no script to be read, and print well."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

from rag.locating import Find, locate
from rag.models import Document, Span
from rag.past import PastTexts
from rag.permalink import Permalink
from ui.cited import cited
from ui.reader import document_facts
from ui.theme import leaf_css, script
from ui.words import ENGLISH, Words


def leaf(
    place: Permalink,
    find: Find,
    past: PastTexts,
    *,
    words: Words = ENGLISH,
    address: str = "",
    public: bool = False,
) -> HTMLResponse:
    """A document with the words of a permalink marked, or those words as they once stood.

    `address` is where this page is, for those who hold it in print; `public` as in `plain_page`.
    """
    body = cited([place], 1, find, past, level=1, words=words)
    if body is None:
        return missing_leaf(words, public=public)
    known = _known(place, find, past)
    if known is None:
        return plain_page(place.document_id, body, words=words, public=public)
    body = _for_print(*known, address, words) + body
    return plain_page(known[0].title, body, words=words, public=public)


def missing_leaf(words: Words = ENGLISH, *, public: bool = False) -> HTMLResponse:
    """What an unknown permalink shows."""
    title = words("reader.not_found")
    body = (
        f'<h1 class="doc-title">{escape(title)}</h1><p>{escape(words("reader.not_found_said"))}</p>'
    )
    return plain_page(title, body, status=404, words=words, public=public)


def plain_page(
    title: str,
    body: str,
    *,
    status: int = 200,
    words: Words = ENGLISH,
    more_css: str = "",
    public: bool = False,
) -> HTMLResponse:
    """A page of escaped HTML that can be printed, and that can do nothing else.

    One that is `public` leads nowhere else on this server; no page frames it, no search engine
    lists it.
    """
    css, print_it = leaf_css() + more_css, script("leaf.js")
    framed_by = "'none'" if public else "'self'"
    policy = "; ".join(
        [
            "default-src 'none'",
            f"style-src '{_digest(css)}'",
            f"script-src '{_digest(print_it)}'",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {framed_by}",
        ]
    )
    back = "" if public else f'<a href="../">{escape(words("reader.back"))}</a>'
    html = (
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{css}</style></head>"
        f'<body><main><nav class="back">{back}'
        f'<button type="button" class="print">{escape(words("reader.print"))}</button></nav>'
        f"{body}</main><script>{print_it}</script></body></html>"
    )
    headers = {"content-security-policy": policy, "vary": "accept-language"}
    if public:
        headers |= {"x-robots-tag": "noindex", "x-frame-options": "DENY"}
    return HTMLResponse(html, status, headers=headers)


def _known(place: Permalink, find: Find, past: PastTexts) -> tuple[Document, Span] | None:
    """The document that is shown, and where the cited words stand or stood."""
    found = locate(place, find, past)
    if found.document is not None:
        return found.document, found.span or place.span
    return (found.past.document, place.span) if found.past else None


def _for_print(document: Document, span: Span, address: str, words: Words) -> str:
    """What a sheet of paper has to say of where it comes from; on the screen it is not shown."""
    page = document.page_of(span.start)
    facts = [
        (words("reader.source_name"), f"{document.title} · {document_facts(document, words)}"),
        (words("reader.from_file"), document.source),
        (words("reader.cited_on"), words("reader.page", n=page) if page else ""),
        (words("reader.address"), address),
    ]
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(fact)}</dd></div>" for name, fact in facts if fact
    )
    return f'<dl class="for-print">{rows}</dl>'


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
