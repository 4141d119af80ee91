from __future__ import annotations

import pytest

from rag.site_settings import SiteSettings
from ui.people.limits import TooOften
from ui.sites.limits import SiteLimits
from ui.sites.site import Site

ADDRESS = "203.0.113.7"


def asks(limits: SiteLimits, site: Site, visitor: str, address: str = ADDRESS) -> bool:
    try:
        limits.may_ask(site, visitor, address)
    except TooOften:
        return False
    return True


def test_a_visitor_asks_as_often_as_the_site_says() -> None:
    limits, site = SiteLimits(SiteSettings()), Site("town", rate=3)
    assert [asks(limits, site, "one") for _ in range(4)] == [True, True, True, False]
    assert asks(limits, site, "other")
    assert asks(limits, Site("village", rate=3), "one")


def test_new_visitors_do_not_help_behind_one_address() -> None:
    limits, site = SiteLimits(SiteSettings()), Site("town", rate=3)
    assert sum(asks(limits, site, f"v{i}") for i in range(40)) == 15
    assert asks(limits, site, "elsewhere", "203.0.113.8")


def test_a_home_network_is_one_address() -> None:
    limits, site = SiteLimits(SiteSettings()), Site("town", rate=3)
    asked = [asks(limits, site, f"v{i}", f"2001:db8:1:2::{i:x}") for i in range(40)]
    assert sum(asked) == 15


def test_many_addresses_do_not_help_a_site() -> None:
    limits, site = SiteLimits(SiteSettings()), Site("town", rate=3, site_rate=20)
    assert sum(asks(limits, site, f"v{i}", f"203.0.113.{i}") for i in range(40)) == 20
    assert asks(limits, Site("village"), "v", "203.0.113.1")


def test_many_sites_do_not_help_either() -> None:
    limits = SiteLimits(SiteSettings(questions_per_minute=20))
    found = [asks(limits, Site(f"s{i}"), "v", f"203.0.113.{i}") for i in range(40)]
    assert sum(found) == 20


def test_a_refused_question_is_counted_by_no_limit() -> None:
    limits, site = SiteLimits(SiteSettings(questions_per_minute=10)), Site("town", rate=2)
    assert [asks(limits, site, "one") for _ in range(100)].count(True) == 2
    others = [asks(limits, site, f"v{i}", f"203.0.113.{i}") for i in range(20)]
    assert sum(others) == 8


def test_a_changed_rate_holds_at_once() -> None:
    limits = SiteLimits(SiteSettings())
    assert [asks(limits, Site("town", rate=1), "one") for _ in range(2)] == [True, False]
    assert asks(limits, Site("town", rate=4), "one")


def test_tickets_and_pages_are_limited_by_address() -> None:
    limits = SiteLimits(SiteSettings(visits_per_minute=2, pages_per_minute=3))
    site = Site("town")
    for _ in range(2):
        limits.may_visit(site, ADDRESS)
    with pytest.raises(TooOften):
        limits.may_visit(site, ADDRESS)
    limits.may_visit(site, "203.0.113.8")
    for _ in range(3):
        limits.may_open(ADDRESS)
    with pytest.raises(TooOften):
        limits.may_open(ADDRESS)


def test_coming_back_is_counted_apart_from_asking() -> None:
    limits, site = SiteLimits(SiteSettings()), Site("town", rate=2)
    for _ in range(12):
        limits.may_repeat(site, "one")
    with pytest.raises(TooOften):
        limits.may_repeat(site, "one")
    assert asks(limits, site, "one")
