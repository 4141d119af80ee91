"""The whole answer path on one screen: `Pipeline.ask()`, and `build_pipeline(settings)`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag.models import Answer, Claim, Document, Filters, Turn
from rag.settings import Settings


class Pipeline:
    """Answers questions from one generation of the index."""

    @property
    def index_version(self) -> str:
        """The version of the index generation that answers."""
        raise NotImplementedError

    @property
    def documents(self) -> Sequence[Document]:
        """All documents of the index, by title."""
        raise NotImplementedError

    def document(self, document_id: str) -> Document:
        """One document by its id; raises `SourceError` when there is none."""
        raise NotImplementedError

    def ask(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Answer:
        """Answer a question, or abstain; raises `QuestionError` when it cannot be asked."""
        raise NotImplementedError

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        """Like `ask`, but yields status lines (`str`), then claims, then the whole answer."""
        raise NotImplementedError


def build_pipeline(settings: Settings) -> Pipeline:
    """Load the models and open the current generation of the index."""
    raise NotImplementedError
