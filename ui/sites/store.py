"""The sites: a JSON file that the server follows without a restart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from rag.errors import PolicyQAError
from ui.row_file import RowFile
from ui.sites.site import NoSite, Site, SiteError

FILE = "sites.json"

AllSites = Mapping[str, Site]


class SitesUnusable(PolicyQAError):
    """The file of sites, or their secret, cannot be read or written."""

    exit_code = 3
    http_status = 503
    code = "sites-unusable"


class Sites:
    """The file of sites; safe from any thread and process.

    Every method raises `SitesUnusable` where the file cannot be used.
    """

    def __init__(self, path: Path) -> None:
        repair = "add sites with `policyqa site add`"
        self._file = RowFile(path, "sites", Site.from_row, asdict, SitesUnusable, repair)

    def all(self) -> AllSites:
        """All sites by name, as the file is now; none if there is no file."""
        return self._file.all()

    def get(self, name: str) -> Site | None:
        """The site of this name."""
        return self.all().get(name)

    def known(self, name: str) -> Site:
        """The site of this name.

        Raises:
            NoSite: there is none.
        """
        site = self.get(name)
        if site is None:
            raise NoSite("There is no such site here; see data-site in the page that asks.")
        return site

    def add(self, site: Site) -> None:
        """Add a site.

        Raises:
            SiteError: the name is taken.
        """

        def change(sites: AllSites) -> AllSites:
            if site.name in sites:
                raise SiteError(
                    f"There is a site {site.name!r} already; change it with `policyqa site set`."
                )
            return {**sites, site.name: site}

        self._file.change(change)

    def change(self, name: str, changed: Callable[[Site], Site]) -> Site:
        """Replace a site by what is made of it, and return that.

        Raises:
            SiteError: there is none of this name.
        """

        def change(sites: AllSites) -> AllSites:
            return {**sites, name: changed(_named(sites, name))}

        return self._file.change(change)[name]

    def remove(self, name: str) -> None:
        """Forget a site.

        Raises:
            SiteError: there is none of this name.
        """

        def change(sites: AllSites) -> AllSites:
            gone = _named(sites, name)
            return {key: site for key, site in sites.items() if key != gone.name}

        self._file.change(change)


def _named(sites: AllSites, name: str) -> Site:
    site = sites.get(name)
    if site is None:
        raise SiteError(f"There is no site {name!r}; `policyqa site list` shows which there are.")
    return site
