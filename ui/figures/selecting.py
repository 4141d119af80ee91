"""What is asked of the register, in the words of a command, a page or an address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from rag.errors import InputError
from rag.models import Document, Filters
from rag.period import Status
from rag.register import Selection
from ui.cli_ask import no_document


def selection_of(
    documents: Iterable[Document],
    *,
    measure: str = "",
    year: int | None = None,
    status: str | None = None,
    unit: str | None = None,
    titles: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
) -> Selection:
    """A selection of the figures of these documents.

    Raises:
        InputError: a title that no document has, dates the wrong way round, an unknown status.
    """
    if since and until and since > until:
        raise InputError(f"{since:%F} is later than {until:%F}; swap the two dates.")
    if status not in (None, *Status):
        raise InputError(f"The status {status!r} is unknown; say achieved or planned.")
    held = list(documents)
    for title in titles:
        if not any(Filters(documents=(title,)).admits(document) for document in held):
            raise InputError(no_document(title))
    filters = Filters(documents=tuple(titles), since=since, until=until)
    return Selection(filters, measure, year, Status(status) if status else None, unit)
