from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import InputError
from ui.sites.site import NoSite, Site, SiteError, usable_name
from ui.sites.store import FILE, Sites, SitesUnusable

TOWN = Site(
    "town",
    ("https://town.example",),
    ("/public/", "Ferry timetable"),
    rate=5,
    site_rate=50,
    title="Ask “the town”",
    suggestions=("When?",),
)


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path / "office" / FILE)


def test_a_site_is_kept_as_it_was_given(sites: Sites, tmp_path: Path) -> None:
    sites.add(TOWN)
    assert dict(Sites(tmp_path / "office" / FILE).all()) == {"town": TOWN}
    assert stat.S_IMODE((tmp_path / "office" / FILE).stat().st_mode) == 0o600


def test_another_process_sees_each_change_at_once(sites: Sites, tmp_path: Path) -> None:
    server = Sites(tmp_path / "office" / FILE)
    assert dict(server.all()) == {}
    sites.add(TOWN)
    assert server.known("town") == TOWN
    sites.change("town", lambda site: replace(site, on=False))
    assert not server.known("town").on
    sites.remove("town")
    with pytest.raises(NoSite):
        server.known("town")


def test_nobody_changes_what_is_not_there_and_names_are_taken_once(sites: Sites) -> None:
    sites.add(TOWN)
    with pytest.raises(SiteError, match="already"):
        sites.add(replace(TOWN, rate=1))
    with pytest.raises(SiteError, match="no site 'village'"):
        sites.change("village", lambda site: site)
    with pytest.raises(SiteError, match="no site 'village'"):
        sites.remove("village")
    assert sites.known("town") == TOWN


def test_changes_at_the_same_time_are_all_kept(sites: Sites) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda i: sites.add(Site(f"s{i}")), range(24)))
    assert len(sites.all()) == 24


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"sites": 3}',
        '{"sites": [{}]}',
        '{"sites": [{"name": "town"}]}',
        '{"sites": [{"name": "A B", "origins": [], "documents": [], "suggestions": []}]}',
        '{"sites": [{"name": "a", "origins": [], "documents": [], "suggestions": [], "z": 1}]}',
    ],
)
def test_a_file_of_something_else_lets_nobody_in(sites: Sites, tmp_path: Path, text: str) -> None:
    path = tmp_path / "office" / FILE
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(SitesUnusable, match="no file of sites"):
        sites.all()
    with pytest.raises(SitesUnusable):
        sites.add(TOWN)
    assert path.read_text() == text


def test_the_last_good_file_is_not_used_once_it_is_damaged(sites: Sites, tmp_path: Path) -> None:
    sites.add(TOWN)
    assert sites.known("town") == TOWN
    (tmp_path / "office" / FILE).write_text("damaged")
    with pytest.raises(SitesUnusable):
        sites.known("town")


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "-a", "a-", "ä", "a" * 64, "a.b", "a\n"])
def test_names_are_such_as_stand_in_an_address(name: str) -> None:
    if name.strip() == "a":
        assert usable_name(name) == "a"
        return
    with pytest.raises(SiteError):
        usable_name(name)
    with pytest.raises(SiteError):
        Site(name)


@pytest.mark.parametrize(
    "changed",
    [
        {"rate": 0},
        {"site_rate": -1},
        {"title": "x" * 201},
        {"title": "two\nlines"},
        {"suggestions": ("a",) * 9},
        {"suggestions": ("\x00",)},
        {"on": "false"},
        {"origins": ("null",)},
        {"origins": ("*",)},
        {"origins": ("https://Town.example",)},
        {"origins": tuple(f"https://a{i}.example" for i in range(101))},
    ],
)
def test_a_site_has_only_usable_values(changed: dict[str, object]) -> None:
    with pytest.raises(InputError):
        replace(TOWN, **changed)  # type: ignore[arg-type]


def test_the_file_is_readable_for_people(sites: Sites, tmp_path: Path) -> None:
    sites.add(TOWN)
    row = json.loads((tmp_path / "office" / FILE).read_text())["sites"][0]
    assert row["title"] == "Ask “the town”"
