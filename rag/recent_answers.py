"""Quoted answers of late, kept in memory to be given again to an equal question.

Many people ask the same: what a page suggests, or what is in the news. Quoting the same index gives
the same answer every time, so nothing is lost but the time it takes. A pipeline has its own, which
goes with its generation of the index; nothing is written to a disk.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from rag.models import Answer, Filters, Turn


class RecentAnswers:
    """At most `most` answers, by key; those not used for the longest go first. Safe to share."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> Answer | None:
        """The answer kept under this key, or none; it counts as used now."""
        with self._lock:
            answer = self._answers.get(key)
            if answer is not None:
                self._answers.move_to_end(key)
            return answer

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, and let go of those not used for the longest."""
        with self._lock:
            self._answers[key] = answer
            self._answers.move_to_end(key)
            while len(self._answers) > self._most:
                self._answers.popitem(last=False)

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            self._answers.clear()


def recent_key(question: str, history: Sequence[Turn], filters: Filters | None) -> str:
    """What two questions to one pipeline must share to have the same answer; blanks aside."""
    return repr((" ".join(question.split()), tuple(history), filters or Filters()))
