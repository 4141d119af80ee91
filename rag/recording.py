"""What stays of a question when it has been answered: a record, spans, and the answer itself.

All three are off unless the settings switch them on; an answer is kept only where a model wrote it.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.clock import Clock
from rag.closing import Closing
from rag.journal import Journal
from rag.kept_answers import KeptAnswers, answer_key, given_again, is_worth_keeping
from rag.models import Answer, Filters, Turn
from rag.settings import Settings
from rag.telemetry import Telemetry


class Recording(Closing):
    """Records answers as the settings say, and gives kept ones again.

    Raises:
        SettingsError: the record cannot be written, or the extra 'telemetry' is missing.
    """

    def __init__(self, settings: Settings) -> None:
        file, most = settings.trace.file, settings.chat.kept_answers
        writes = settings.engine == "generative"
        self._settings = settings
        self._journal = Journal(file) if file else None
        self._telemetry = Telemetry(settings) if settings.trace.spans else None
        self._kept = KeptAnswers(settings.answers_file, most) if writes and most else None

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
        return answer_key(question, history, filters, index_version, self._settings)

    def given(self, key: str, question: str, clock: Clock) -> Answer | None:
        """The answer that was kept under a key, as the answer to this question."""
        kept = self._kept.get(key) if self._kept else None
        return given_again(kept, question, clock) if kept else None

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer under a key, if a model wrote it without trouble."""
        if self._kept and is_worth_keeping(answer):
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
