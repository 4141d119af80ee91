"""The sites: a JSON file that the server follows without a restart."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from filelock import FileLock, Timeout

from rag.errors import InputError, PolicyQAError
from ui.sites.site import NoSite, Site, SiteError

_PATIENCE_S = 10.0
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
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[int, ...] = ()
        self._sites: AllSites = {}

    def all(self) -> AllSites:
        """All sites by name, as the file is now; none if there is no file."""
        with self._lock:
            if (found := self._state()) != self._seen:
                self._sites = self._read() if found else {}
                self._seen = found
            return self._sites

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

        self._change(change)

    def change(self, name: str, changed: Callable[[Site], Site]) -> Site:
        """Replace a site by what is made of it, and return that.

        Raises:
            SiteError: there is none of this name.
        """

        def change(sites: AllSites) -> AllSites:
            return {**sites, name: changed(_named(sites, name))}

        return self._change(change)[name]

    def remove(self, name: str) -> None:
        """Forget a site.

        Raises:
            SiteError: there is none of this name.
        """

        def change(sites: AllSites) -> AllSites:
            gone = _named(sites, name)
            return {key: site for key, site in sites.items() if key != gone.name}

        self._change(change)

    def _change(self, change: Callable[[AllSites], AllSites]) -> AllSites:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self._path}.lock", timeout=_PATIENCE_S, mode=0o600):
                changed = change(self._read() if self._path.exists() else {})
                self._write(changed)
                return changed
        except Timeout as error:
            raise SitesUnusable(
                f"Another program holds {self._path}.lock; try again when it has finished."
            ) from error
        except OSError as error:
            raise self._unusable(error) from error

    def _write(self, sites: AllSites) -> None:
        """Replace the file as a whole: whoever reads sees the old one or the new one."""
        rows = [asdict(site) for site in sites.values()]
        with NamedTemporaryFile("w", dir=self._path.parent, delete=False, encoding="utf-8") as new:
            try:
                json.dump({"sites": rows}, new, ensure_ascii=False, indent=1)
                new.flush()
                os.fsync(new.fileno())
                Path(new.name).replace(self._path)  # made with 0600
            except BaseException:
                Path(new.name).unlink(missing_ok=True)
                raise

    def _read(self) -> AllSites:
        try:
            rows = json.loads(self._path.read_text(encoding="utf-8"))["sites"]
            sites = [Site.from_row(row) for row in rows]
        except OSError as error:
            raise self._unusable(error) from error
        except (ValueError, TypeError, KeyError, RecursionError, InputError) as error:
            raise SitesUnusable(
                f"{self._path} is no file of sites ({error}); restore it, or move it away and add "
                "sites with `policyqa site add`."
            ) from error
        return {site.name: site for site in sites}

    def _state(self) -> tuple[int, ...]:
        """Changes whenever the file does; empty if there is none."""
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise self._unusable(error) from error
        return found.st_mtime_ns, found.st_size, found.st_ino

    def _unusable(self, error: OSError) -> SitesUnusable:
        why = error.strerror or error
        return SitesUnusable(f"{self._path} cannot be used ({why}); check its permissions.")


def _named(sites: AllSites, name: str) -> Site:
    site = sites.get(name)
    if site is None:
        raise SiteError(f"There is no site {name!r}; `policyqa site list` shows which there are.")
    return site
