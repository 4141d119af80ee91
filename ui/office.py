"""Everything that the page and the routes are made around."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.live import AnyPipeline
from rag.past import PastTexts
from rag.settings import Settings
from ui.admission import Admission, open_admission
from ui.judging.judging import Judging
from ui.judging.store import JudgementStore
from ui.keeping.conversations import Conversations
from ui.keys.store import Keys, open_keys
from ui.library.library import Library
from ui.metrics import Metrics
from ui.pages import Pages
from ui.people.access import Access, open_access
from ui.people.audit import Audit
from ui.quality.quality import Quality
from ui.sites.desk import SiteDesk, open_desk


@dataclass(frozen=True)
class Office:
    """What a server has. Its stores open their files for each operation, so any thread may use it.

    `examples` are questions to start from; `None` makes them from the documents.
    """

    pipeline: AnyPipeline
    settings: Settings
    past: PastTexts
    pages: Pages
    audit: Audit
    access: Access
    keys: Keys
    sites: SiteDesk
    conversations: Conversations
    judging: Judging
    quality: Quality
    library: Library
    admission: Admission
    metrics: Metrics
    examples: Sequence[str] | None = None


def open_office(
    pipeline: AnyPipeline, settings: Settings, examples: Sequence[str] | None = None
) -> Office:
    """The office of a server, with its stores under `settings.office_dir`."""
    folder = settings.office_dir
    audit = Audit(
        folder / "audit.sqlite3",
        days=settings.access.audit_days,
        entries=settings.access.audit_entries,
    )
    conversations = Conversations(
        folder / "conversations.sqlite3", keep_days=settings.office.keep_days
    )
    judgements = JudgementStore(folder / "judgements.sqlite3")
    return Office(
        pipeline,
        settings,
        past=PastTexts(settings.index_dir),
        pages=Pages(settings.index_dir),
        audit=audit,
        access=open_access(settings),
        keys=open_keys(folder),
        sites=open_desk(settings),
        conversations=conversations,
        judging=Judging(judgements, conversations, settings.review_file, audit),
        quality=Quality(settings, audit.note),
        library=Library(pipeline, settings),
        admission=open_admission(settings),
        metrics=Metrics(settings.engine),
        examples=examples,
    )
