"""A site in words for its administrator, with the lines that a web page needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rag.models import Document, lies_within
from rag.settings import Settings
from ui.sites.documents import rule_now, shown
from ui.sites.site import Site
from ui.widget.bundle import script


def described(
    site: Site, settings: Settings, documents: Sequence[Document] | None
) -> Iterator[str]:
    """What a site is, line by line; `documents` are all of the index, if there is one."""
    yield f"{site.name} is {'on' if site.on else 'OFF'}"
    yield f"  title        {site.title or '(none)'}"
    yield from _listed("origins", site.origins, "(none: no page may use it)")
    rules = [_rule(rule, documents) for rule in site.documents]
    yield from _listed("documents", rules, "ALL documents of the index")
    yield f"  questions    {site.rate} a minute for a visitor, {site.site_rate} for all of them"
    yield from _listed("suggestions", site.suggestions, "(made of its documents)")
    address = settings.sites.address or f"http://{settings.server.host}:{settings.server.port}"
    yield from _lines(site, address)
    if not settings.sites.address:
        yield ""
        yield "Set sites.address to the address at which readers reach this server."


def _lines(site: Site, address: str) -> Iterator[str]:
    where, name = escape(address), escape(site.name)
    fixed = script("js")
    yield ""
    yield "The line for its pages:"
    yield f'  <script src="{where}/widget.js" data-site="{name}" defer></script>'
    yield ""
    yield "The same, for this version of the script and no other:"
    yield (
        f'  <script src="{where}/{fixed.name}" integrity="{fixed.integrity}" '
        f'crossorigin="anonymous" data-site="{name}" defer></script>'
    )
    yield ""
    yield "If the pages have a Content-Security-Policy, it must allow:"
    yield f"  script-src {where}; connect-src {where}"


def _listed(what: str, values: Sequence[str], none: str) -> Iterator[str]:
    for i, value in enumerate(values or [none]):
        yield f"  {what if not i else '':12} {value}"


def _rule(rule: str, documents: Sequence[Document] | None) -> str:
    if documents is None:
        return f"{shown(rule)} (there is no index yet)"
    path = rule_now(rule, documents)
    count = sum(lies_within(d.source, [path.removeprefix("/")]) for d in documents) if path else 0
    if not count:
        return f"{shown(rule)} (fits nothing now)"
    return f"{shown(rule)} ({count} documents)" if rule.endswith("/") else shown(rule)
