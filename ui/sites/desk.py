"""All that a server keeps for its sites."""

from __future__ import annotations

from dataclasses import dataclass

from rag.settings import Settings
from ui.sites.limits import SiteLimits
from ui.sites.store import FILE, Sites
from ui.sites.tickets import SECRET_FILE, Tickets
from ui.sites.visits import Visits


@dataclass(frozen=True, slots=True)
class SiteDesk:
    """The sites, and what their visitors need; any thread may use it."""

    sites: Sites
    tickets: Tickets
    limits: SiteLimits
    visits: Visits


def open_desk(settings: Settings) -> SiteDesk:
    """The desk of an office by its settings; nothing is read or written yet."""
    folder, own = settings.office_dir, settings.sites
    return SiteDesk(
        sites=Sites(folder / FILE),
        tickets=Tickets(folder / SECRET_FILE, own.ticket_seconds),
        limits=SiteLimits(own),
        visits=Visits(own.visit_minutes * 60.0),
    )
