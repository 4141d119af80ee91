"""What stays of a question when it has been answered: a record, spans, and the answer itself.

The first two are off unless the settings switch them on. Answers that a model wrote are kept in a
file, quoted ones in memory where a server wants it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.clock import Clock
from rag.closing import Closing
from rag.journal import Journal
from rag.kept_answers import KeptAnswers, answer_key, given_again, is_worth_keeping
from rag.models import Answer, Filters, Turn
from rag.recent_answers import RecentAnswers, recent_key
from rag.settings import Settings
from rag.telemetry import Telemetry


class Recording(Closing):
    """Records answers as the settings say, and gives kept ones again.

    Raises:
        SettingsError: the record cannot be written, or the extra 'telemetry' is missing.
    """

    def __init__(self, settings: Settings, recent: int = 0) -> None:
        """Of quoted answers so many recent ones are kept."""
        file = settings.trace.file
        self._settings = settings
        self._journal = Journal(file) if file else None
        self._telemetry = Telemetry(settings) if settings.trace.spans else None
        self._writes = settings.engine == "generative"
        self._kept = _kept(settings, recent)

    def key(
        self,
        question: str,
        history: Sequence[Turn],
        filters: Filters | None,
        index_version: str,
    ) -> str:
        """Under which an answer is kept; nothing where none is."""
        if self._kept is None:
            return ""
        if not self._writes:
            return recent_key(question, history, filters)
        return answer_key(question, history, filters, index_version, self._settings)

    def given(self, key: str, question: str, clock: Clock) -> Answer | None:
        """The answer that was kept under a key, as the answer to this question."""
        kept = self._kept.get(key) if self._kept is not None else None
        return given_again(kept, question, clock) if kept else None

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer under a key, if the same would come about again."""
        if self._kept is not None and (not self._writes or is_worth_keeping(answer)):
            self._kept.put(key, answer)

    def record(self, answer: Answer, clock: Clock, history: Sequence[Turn]) -> None:
        """Write down how an answer came about."""
        if self._journal:
            self._journal.write(answer, len(history))
        if self._telemetry:
            self._telemetry.record(answer, clock)

    def close(self) -> None:
        """Send what waits, and let go of the files."""
        for part in (self._kept, self._telemetry):
            if part is not None:
                part.close()


def _kept(settings: Settings, recent: int) -> KeptAnswers | RecentAnswers | None:
    """Where answers are kept, by the engine."""
    if settings.engine == "generative":
        most = settings.chat.kept_answers
        return KeptAnswers(settings.answers_file, most) if most else None
    return RecentAnswers(recent) if recent else None
