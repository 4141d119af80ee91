"""How often visitors may ask: by visitor, by address, by site, and all together."""

from __future__ import annotations

import threading
from collections import OrderedDict

from rag.site_settings import SiteSettings
from ui.people.limits import Limit, TooOften
from ui.sites.site import Site
from ui.sites.tickets import household

_MINUTE_S = 60.0
_BEHIND_ONE = 5
"""How many visitors may come by one address, as those of a school or a library do."""
_SHARE = 2
"""Part of what all may ask that one address may take at most, so that it shuts nobody else out."""
_REPEATS = 6
"""How often, for each question, a visitor may come back for an answer or judge one."""
_MOST_RATES = 1000


class SiteLimits:
    """The limits of all sites; safe from any thread."""

    def __init__(self, settings: SiteSettings) -> None:
        self._visits = Limit(settings.visits_per_minute, _MINUTE_S)
        self._pages = Limit(settings.pages_per_minute, _MINUTE_S)
        self._all = Limit(settings.questions_per_minute, _MINUTE_S)
        self._anywhere = Limit(max(1, settings.questions_per_minute // _SHARE), _MINUTE_S)
        self._by_rate: OrderedDict[tuple[str, int], Limit] = OrderedDict()
        self._lock = threading.Lock()

    def may_visit(self, site: Site, address: str) -> None:
        """Count one ticket; raises `TooOften`."""
        self._take([(self._visits, f"{site.name} {household(address)}")])

    def may_open(self, address: str) -> None:
        """Count one public page; raises `TooOften`."""
        self._take([(self._pages, household(address))])

    def may_repeat(self, site: Site, visitor: str) -> None:
        """Count what is asked of an answer that is there already; raises `TooOften`."""
        self._take([(self._at("repeats", site.rate * _REPEATS), f"{site.name} {visitor}")])

    def may_ask(self, site: Site, visitor: str, address: str) -> None:
        """Count one question by every limit, or by none of them.

        Raises:
            TooOften: there are too many by one of them.
        """
        self._take(
            [
                (self._at("visitor", site.rate), f"{site.name} {visitor}"),
                (self._at("address", _of_one_address(site)), f"{site.name} {household(address)}"),
                (self._anywhere, household(address)),
                (self._at("site", site.site_rate), site.name),
                (self._all, ""),
            ]
        )

    def _take(self, wanted: list[tuple[Limit, str]]) -> None:
        taken: list[tuple[Limit, str]] = []
        for limit, key in wanted:
            wait = limit.take(key)
            if wait:
                for earlier, kept in taken:
                    earlier.give_back(kept)
                raise TooOften("There are many questions just now; try again in a moment.", wait)
            taken.append((limit, key))

    def _at(self, kind: str, count: int) -> Limit:
        """The limit of a kind for all sites of the same rate; a changed rate begins anew."""
        with self._lock:
            limit = self._by_rate.setdefault((kind, count), Limit(count, _MINUTE_S))
            self._by_rate.move_to_end((kind, count))
            while len(self._by_rate) > _MOST_RATES:
                self._by_rate.popitem(last=False)
            return limit


def _of_one_address(site: Site) -> int:
    """How often a minute may be asked from one address: by some visitors, but not by all."""
    return max(site.rate, min(site.rate * _BEHIND_ONE, site.site_rate // _SHARE))
