"""The reader's days: conversations are listed by the day on which they were last used.

The browser sends the name of its time zone with each request, because a day in UTC is nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ui.keeping.kept import Heading

_ZONE_CHARS = 64


def zone_of(name: object) -> tzinfo:
    """The time zone of this name, as in `Europe/Paris`; UTC if there is none of it."""
    if not isinstance(name, str) or not 0 < len(name) <= _ZONE_CHARS:
        return UTC
    try:
        return ZoneInfo(name)
    except (
        ZoneInfoNotFoundError,
        ValueError,
        OSError,
    ):  # no zone, no name of one, a folder of them
        return UTC


def by_day(headings: Sequence[Heading], zone: tzinfo) -> list[tuple[date, list[Heading]]]:
    """The conversations of each day of that zone, days and conversations in the order given."""
    return [
        (day, list(group))
        for day, group in groupby(headings, lambda h: h.changed.astimezone(zone).date())
    ]


def clock_time(at: datetime, zone: tzinfo) -> str:
    """The time of day in that zone, as in `14:05`."""
    return f"{at.astimezone(zone):%H:%M}"
