"""Which documents a site's visitors may read: names as administrators give them, made to paths.

A rule that begins with a slash is a path inside the ingested folder: of a file, or of a folder if
it ends in a slash, too. It never means anything else, whatever files come and go. A rule without
one is a name that the index did not know when it was given; it is looked for each time, and admits
nothing while it fits no document, or several.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.live import AnyPipeline
from rag.models import Document, Filters, lies_within
from ui.sites.site import Site, SiteError

_MOST_NAMED = 4


def filters_of(site: Site, pipeline: AnyPipeline) -> Filters | None:
    """What a site's questions look in; `None` is everything."""
    if not site.documents:
        return None
    paths = [rule for rule in site.documents if rule.startswith("/")]
    names = [rule for rule in site.documents if not rule.startswith("/")]
    documents = pipeline.documents if names else ()
    found = [_meant(name, documents) for name in names]
    return Filters(sources=tuple(sorted({p.removeprefix("/") for p in (*paths, *found) if p})))


def rules_of(names: Sequence[str], documents: Sequence[Document]) -> tuple[str, ...]:
    """The rules that names stand for.

    Raises:
        SiteError: one stands for nothing, or for several documents.
    """
    return tuple(dict.fromkeys(_rule(name, documents) for name in names))


def given_rules(names: Sequence[str]) -> tuple[str, ...]:
    """The rules of names while there is no index to look them up in; raises `SiteError`."""
    rules = (_folder(name) or _plain(name) for name in names)
    return tuple(dict.fromkeys(rules))


def rule_now(rule: str, documents: Sequence[Document]) -> str | None:
    """The path that a kept rule stands for now."""
    return rule if rule.startswith("/") else _meant(rule, documents)


def shown(text: str) -> str:
    """A rule or a path as it is printed: a file's name can hold what works a terminal."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _rule(name: str, documents: Sequence[Document]) -> str:
    found = _meant(name, documents)
    if found and any(lies_within(d.source, [found.removeprefix("/")]) for d in documents):
        return found
    same = [f"/{document.source}" for document in _called(_plain(name), documents)]
    if len(same) > 1:
        more = f" or {len(same) - _MOST_NAMED} more" if len(same) > _MOST_NAMED else ""
        raise SiteError(
            f"{name!r} is the name of several documents; name the file: "
            f"{shown(', '.join(same[:_MOST_NAMED]))}{more}."
        )
    raise SiteError(
        f"The index holds no document {name!r}; name one by its title or file, or a folder with "
        "a slash at its end; `policyqa status` shows which there are."
    )


def _meant(name: str, documents: Sequence[Document]) -> str | None:
    """The path that a name means; `None` if it is unknown or fits several."""
    if folder := _folder(name):
        return folder
    called = _called(_plain(name), documents)
    return f"/{called[0].source}" if len(called) == 1 else None


def _folder(name: str) -> str | None:
    """The rule of a folder, if the name is of one."""
    plain = _plain(name)
    return f"/{plain.strip('/')}/" if plain.endswith("/") and plain.strip("/") else None


def _plain(name: str) -> str:
    plain = name.strip().replace("\\", "/").removeprefix("./")
    if not plain.strip("/."):
        raise SiteError(
            f"{name!r} names no document; leave --documents out to give a site all of them."
        )
    return plain


def _called(name: str, documents: Sequence[Document]) -> list[Document]:
    """Documents of this path, or else of this file name, or else of this title."""
    path = name.removeprefix("/")
    exact = [d for d in documents if d.source == path]
    if exact or name.startswith("/"):
        return exact
    for known in ("source", "name", "title"):
        found = [d for d in documents if getattr(d, known).casefold() == name.casefold()]
        if found:
            return found
    return []
