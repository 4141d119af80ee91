"""`policyqa site`: whose pages may carry the widget, and what their visitors may read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.models import Document
    from rag.settings import Settings
    from ui.sites.site import Site
    from ui.sites.store import Sites

sites_app = typer.Typer(
    name="site",
    help="Say whose pages may carry the widget, and what their visitors may read.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="The site.")]
_Origins = Annotated[
    list[str] | None,
    typer.Option(
        "--origin",
        metavar="ORIGIN",
        help="Whose pages, such as https://www.example.org; repeatable.",
    ),
]
_Documents = Annotated[
    list[str] | None,
    typer.Option(
        "--documents",
        metavar="DOCUMENT",
        help="What they may read: a title, a file, or a folder with a slash at its end; "
        "repeatable (default: everything).",
    ),
]
_Rate = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Questions a minute of one visitor.")
]
_SiteRate = Annotated[
    int | None, typer.Option(min=1, metavar="N", help="Questions a minute of all of them.")
]
_Title = Annotated[str | None, typer.Option(help="What stands over the chat.")]
_Suggestions = Annotated[
    list[str] | None,
    typer.Option(
        "--suggestion",
        metavar="QUESTION",
        help="A question to offer; repeatable (default: made of the documents).",
    ),
]
_FOLLOWS = "A running server follows within seconds."


@sites_app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="How the page names it.")],
    origin: _Origins = None,
    documents: _Documents = None,
    rate: _Rate = None,
    site_rate: _SiteRate = None,
    title: _Title = None,
    suggestion: _Suggestions = None,
) -> None:
    """Let the pages of some origins carry the widget.

    Example:

        policyqa site add town --origin https://www.example.org --documents public/
    """
    from ui.sites.site import Site, usable_name

    changed = _changes(origin, documents, rate, site_rate, title, suggestion)
    site = Site(usable_name(name), **changed)
    _sites().add(site)
    _note("add site", site.name)
    _say(site, f"{site.name} was added.")


@sites_app.command("set")
def change(
    name: _Name,
    origin: _Origins = None,
    documents: _Documents = None,
    rate: _Rate = None,
    site_rate: _SiteRate = None,
    title: _Title = None,
    suggestion: _Suggestions = None,
    no_origins: Annotated[bool, typer.Option("--no-origins", help="List none.")] = False,
    all_documents: Annotated[
        bool, typer.Option("--all-documents", help="Let them read everything.")
    ] = False,
    no_suggestions: Annotated[
        bool, typer.Option("--no-suggestions", help="Make them of the documents again.")
    ] = False,
) -> None:
    """Change a site: each option given takes the place of what was there.

    Example:

        policyqa site set town --origin https://www.example.org --rate 20
    """
    from rag.errors import InputError

    changed = _changes(origin, documents, rate, site_rate, title, suggestion)
    emptied = {"origins": no_origins, "documents": all_documents, "suggestions": no_suggestions}
    for field in (field for field, wanted in emptied.items() if wanted):
        if field in changed:
            raise InputError(f"The {field} cannot be both given and taken away; choose one.")
        changed[field] = ()
    site = _sites().change(_plain(name), lambda before: replace(before, **changed))
    _note("change site", site.name)
    _say(site, f"{site.name} was changed.")


@sites_app.command("list")
def show_all() -> None:
    """Show all sites."""
    from ui.sites.documents import shown

    for site in sorted(_sites().all().values(), key=lambda site: site.name):
        reads = shown(" ".join(site.documents)) or "all documents"
        origins = " ".join(site.origins) or "no origin"
        typer.echo(f"{site.name}\t{'on' if site.on else 'off'}\t{origins}\t{reads}")


@sites_app.command()
def show(name: _Name) -> None:
    """Show a site, and the line that its pages need.

    Example:

        policyqa site show town
    """
    from ui.cli import settings_for
    from ui.sites.described import described

    settings = settings_for()
    site = _named(name)
    for line in described(site, settings, _documents_of(settings)):
        typer.echo(line)


@sites_app.command()
def remove(name: _Name) -> None:
    """Forget a site; its pages get no more answers."""
    _sites().remove(_plain(name))
    _note("remove site", _plain(name))
    typer.echo(f"{_plain(name)} was removed. {_FOLLOWS}")


@sites_app.command()
def off(name: _Name) -> None:
    """Switch a site off: no more answers, also to visitors who have begun."""
    _switch(name, on=False)
    typer.echo(f"{_plain(name)} is off. {_FOLLOWS}")


@sites_app.command()
def on(name: _Name) -> None:
    """Switch a site on again."""
    _switch(name, on=True)
    typer.echo(f"{_plain(name)} is on. {_FOLLOWS}")


def _switch(name: str, *, on: bool) -> None:
    site = _sites().change(_plain(name), lambda before: replace(before, on=on))
    _note("switch site on" if on else "switch site off", site.name)


def _changes(
    origins: Sequence[str] | None,
    documents: Sequence[str] | None,
    rate: int | None,
    site_rate: int | None,
    title: str | None,
    suggestions: Sequence[str] | None,
) -> dict[str, Any]:
    """The fields of a site that were given, as they are kept."""
    from ui.sites.origins import parse_origin

    given: dict[str, Any] = {
        "origins": tuple(dict.fromkeys(map(parse_origin, origins))) if origins else None,
        "documents": _rules(documents) if documents else None,
        "rate": rate,
        "site_rate": site_rate,
        "title": title.strip() if title is not None else None,
        "suggestions": tuple(s.strip() for s in suggestions) if suggestions else None,
    }
    return {field: value for field, value in given.items() if value is not None}


def _rules(names: Sequence[str]) -> tuple[str, ...]:
    from ui.cli import settings_for
    from ui.sites.documents import given_rules, rules_of

    documents = _documents_of(settings_for())
    if documents is not None:
        return rules_of(names, documents)
    typer.echo(
        "There is no index yet, so the documents are taken as they were named; see `policyqa site "
        "show` once they are ingested.",
        err=True,
    )
    return given_rules(names)


def _documents_of(settings: Settings) -> Sequence[Document] | None:
    """All documents; `None` while nothing has been ingested."""
    from rag.errors import NoIndex
    from rag.generations import Generations
    from rag.index import load_documents

    try:
        return list(load_documents(Generations(settings.index_dir).current()).values())
    except NoIndex:
        return None


def _say(site: Site, said: str) -> None:
    """Tell what was done, and what may not have been meant."""
    from ui.sites.origins import is_unprotected

    typer.echo(f"{said} {_FOLLOWS} `policyqa site show {site.name}` prints the line for its pages.")
    if not site.documents:
        typer.echo("Its visitors may read ALL documents; choose some with --documents.", err=True)
    if not site.origins:
        typer.echo("No page may use it yet; list one with --origin.", err=True)
    for origin in filter(is_unprotected, site.origins):
        typer.echo(
            f"Pages of {origin} come without encryption; keep this to a private network.", err=True
        )


def _named(name: str) -> Site:
    from ui.sites.site import SiteError

    site = _sites().get(_plain(name))
    if site is None:
        raise SiteError(f"There is no site {name!r}; `policyqa site list` shows which there are.")
    return site


def _plain(name: str) -> str:
    return name.strip().lower()


def _sites() -> Sites:
    from ui.cli import settings_for
    from ui.sites.store import FILE, Sites

    return Sites(settings_for().office_dir / FILE)


def _note(action: str, name: str) -> None:
    """Add to the audit log, as whoever sits at the machine."""
    from ui.cli import settings_for
    from ui.people.audit import Audit
    from ui.people.person import LOCAL

    settings = settings_for()
    audit = Audit(
        settings.office_dir / "audit.sqlite3",
        days=settings.access.audit_days,
        entries=settings.access.audit_entries,
    )
    audit.note(LOCAL, action, name)
