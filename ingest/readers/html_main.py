"""Which part of a web page is its text: what the page itself says, then how its parts are called.

Nothing is taken away that holds most of the page's text, whatever its name says: pages are called
"with-sidebar" as a whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

_UNSEEN = (
    "script, style, noscript, template, svg, math annotation, iframe, object, embed, canvas, "
    "audio, video, map, head, select, input, button, textarea, datalist, dialog, [hidden], "
    "[aria-hidden=true], link, meta"
)
_FURNITURE = (
    "nav, [role=navigation], [role=banner], [role=contentinfo], [role=search], "
    "[role=dialog], [role=alertdialog], [role=menu], [role=menubar], [role=toolbar]"
)
_BESIDE = "aside, [role=complementary]"
"""Boxes beside the text, or beside the page: inside an article they belong to it."""
_OUTSIDE = "header, footer, form"
"""What an article may well have of its own, but is furniture of the page around it."""
_MAIN = ("main", "[role=main]", "article", "[itemprop=articleBody]")
_WHOLE = ("body", "html", "main", "article")
_HEADED = "h1, h2, h3, h4, h5, h6"
_SAYS = re.compile(r"\d|\w[.!?。！？](?:\s|$)")
"""What a text that says something has: a figure or the end of a sentence."""
_NAMED = "[class], [id]"
_NAMES = frozenset(
    "nav navbar submenu breadcrumb breadcrumbs advert adverts advertisement ads sponsored "
    "pagination pager skiplink masthead topbar".split()
)
_AMBIGUOUS = frozenset(
    "menu navigation sidebar popup share sharing social related recommended comments newsletter "
    "modal overlay promo skip toolbar footer".split()
)
"""Names of furniture and of matters ("social-policy"): short or linked text under them goes."""
_COOKIES = frozenset("cookie cookies consent gdpr".split())
"""Names of boxes that ask for leave, which are told by their button or words, and of matters."""
_ASKS = "button, input, [role=button]"
_ASKED = "data-asks-leave"
_CONSENT = re.compile(
    r"\b(?:we|this (?:web)?site|our (?:web)?site) uses? (?:\w+ ){0,3}cookies"
    r"|\b(?:accept|allow|reject|decline|manage|necessary)\b.{0,40}\bcookies"
    r"|\bcookies\b.{0,80}\b(?:consent|browser|accept|agree)|使用.{0,6}cookie",
    re.IGNORECASE | re.DOTALL,
)
_SHORT = 300
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_INVISIBLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MOST = 0.5
_LINKED = 0.7
_FEW_LINKS = 3


def main_of(tree: LexborHTMLParser) -> LexborNode:
    """The element that holds the text, furniture removed from the tree."""
    body = tree.body or tree.root
    if body is None:
        raise ValueError("a parsed page has a root")
    _remove_unseen(tree)
    limit = _MOST * _length(body)
    for node in tree.css(f"{_FURNITURE}, [{_ASKED}]"):
        _drop_small(node, limit)
    for node in tree.css(_BESIDE):
        if not _within_article(node) or _is_linked(node):
            _drop_small(node, limit)
    for node in tree.css(_NAMED):
        if node.tag not in _WHOLE and _is_named_furniture(node):
            _drop_small(node, limit)
    return _chosen(tree, body, limit)


def _remove_unseen(tree: LexborHTMLParser) -> None:
    """Remove what is not shown; boxes that ask for leave are marked before their buttons go."""
    for node in tree.css(_NAMED):
        if node.tag not in _WHOLE and _words(node) & _COOKIES and _asks_leave(node):
            node.attrs[_ASKED] = ""
    _remove(tree, _UNSEEN)
    for node in tree.css("[style]"):
        if _INVISIBLE.search(node.attributes.get("style") or ""):
            _drop(node)


def _chosen(tree: LexborHTMLParser, body: LexborNode, limit: float) -> LexborNode:
    """The part that calls itself the text, if it holds enough; else all, without the frame."""
    for selector in _MAIN:
        found = tree.css(selector)
        if len(found) == 1 and _length(found[0]) > limit / 2:
            return found[0]
    for node in tree.css(_OUTSIDE):
        headed = node.tag == "header" and node.css_first("h1") is not None
        if not headed and not _within_article(node):
            _drop_small(node, limit)
    for node in tree.css("ul, ol, div, p, table"):
        if _is_menu(node):
            _drop_small(node, limit)
    return body


def _remove(tree: LexborHTMLParser, selector: str) -> None:
    for node in tree.css(selector):
        if node.tag not in ("body", "html"):
            _drop(node)


def _drop(node: LexborNode) -> None:
    if node.parent is not None:
        node.decompose()


def _drop_small(node: LexborNode, limit: float) -> None:
    """Remove furniture, but nothing that holds most of the text."""
    if _length(node) < limit:
        _drop(node)


def _length(node: LexborNode) -> int:
    return len("".join(node.text(deep=True).split()))


def _words(node: LexborNode) -> set[str]:
    """The words of an element's class and id: "cookie-box", "mainMenu"."""
    attributes = node.attributes
    text = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    return {word.lower() for word in _WORD.findall(text)}


def _is_named_furniture(node: LexborNode) -> bool:
    """Whether an element is called furniture, and holds no text that belongs to an article."""
    words = _words(node)
    if words & _NAMES:
        return True
    asking = words & _COOKIES and node.css_first(_HEADED) is None
    if not asking and not words & _AMBIGUOUS:
        return False
    if _within_article(node):
        return _is_linked(node) or not _SAYS.search(node.text(deep=True))
    return _length(node) < _SHORT or _is_menu(node)


def _asks_leave(node: LexborNode) -> bool:
    if node.css_first(_ASKS) is not None:
        return True
    return bool(_CONSENT.search(node.text(deep=True, separator=" ")))


def _within_article(node: LexborNode) -> bool:
    above = node.parent
    while above is not None:
        if above.tag in ("article", "main"):
            return True
        above = above.parent
    return False


def _is_linked(node: LexborNode) -> bool:
    """Whether there is hardly a word outside its links."""
    links = node.css("a")
    return bool(links) and sum(map(_length, links)) > _LINKED * _length(node)


def _is_menu(node: LexborNode) -> bool:
    """Several links with hardly any words between them."""
    return len(node.css("a")) >= _FEW_LINKS and _is_linked(node)
