"""What is evaluated: the shipped pipeline in this process, or a running server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from eval.corpus import Corpus
from eval.dataset import Case
from eval.run import Asker, clocked
from rag.errors import IndexUnusable, InputError, QuestionError
from rag.generations import Generations
from rag.models import Answer, Document, Filters
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.wire import answer_from_json

if TYPE_CHECKING:
    from httpx import Client, Response

_PATIENCE_S = 60.0
"""How long a server may take for one answer: twice a language model's own deadline."""


def unkept(settings: Settings) -> Settings:
    """The settings under which every answer is made anew: a kept one measures nothing."""
    return settings.model_copy(
        update={"chat": settings.chat.model_copy(update={"kept_answers": 0})}
    )


def pipeline_asker(pipeline: Pipeline, settings: Settings) -> Asker:
    """The shipped `Pipeline.ask`; a generation that becomes current meanwhile is noticed."""

    documents = {document.id: document for document in pipeline.documents}
    version = Generations(settings.index_dir).current_version
    return Asker(partial(ask_pipeline, pipeline), Corpus(documents, pipeline.passages), version)


def ask_pipeline(pipeline: Pipeline, case: Case) -> Answer:
    """The answer of the shipped `Pipeline.ask` to a case."""
    return pipeline.ask(case.question, history=case.history, filters=_filters(case))


@contextmanager
def server_asker(url: str, jobs: int = 1) -> Iterator[Asker]:
    """A running server, asked over its HTTP API; its documents are read first.

    Raises:
        InputError: the address is no policy-qa server, or it stops answering.
        IndexUnusable: the server has no index that can serve.
    """
    import httpx

    limits = httpx.Limits(max_connections=jobs)
    try:
        with httpx.Client(base_url=url, timeout=_PATIENCE_S, limits=limits) as client:
            server = _Server(client, url)
            version = server.version()
            timed = partial(clocked, server.ask, alone=False)
            yield Asker(server.ask, Corpus(server.documents()), lambda: version, timed)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InputError(
            f"The server at {url} does not answer ({error or type(error).__name__}); "
            "check the address, and that 'policyqa serve' runs there."
        ) from error


class _Server:
    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self._url = url

    def version(self) -> str:
        """The version of the index that serves."""
        ready = self._json(self._client.get("/readyz"))
        try:
            return str(ready["index_version"])
        except (TypeError, KeyError) as error:
            raise self._foreign(error) from error

    def documents(self) -> dict[str, Document]:
        """All documents with their stored text, by id."""
        listed = self._json(self._client.get("/api/documents"))
        try:
            return {row["id"]: self._document(row) for row in listed}
        except (TypeError, KeyError, ValueError) as error:
            raise self._foreign(error) from error

    def ask(self, case: Case) -> Answer:
        """One answer, with its trace."""
        body = {
            "question": case.question,
            "history": [{"question": t.question, "answer": t.answer} for t in case.history],
            "documents": list(case.documents),
            "trace": True,
        }
        value = self._json(self._client.post("/api/ask", json=body))
        try:
            return answer_from_json(value)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise self._foreign(error) from error

    def _document(self, row: Mapping[str, Any]) -> Document:
        place = f"/api/documents/{quote(row['id'])}/text"
        published = row["published"]
        return Document(
            id=row["id"],
            source=row["source"],
            title=row["title"],
            text=self._checked(self._client.get(place)).content.decode(),
            sha256=row["sha256"],
            publisher=row["publisher"],
            published=date.fromisoformat(published) if published else None,
            language=row["language"],
            media_type=row["media_type"],
        )

    def _json(self, response: Response) -> Any:
        try:
            return self._checked(response).json()
        except ValueError as error:
            raise self._foreign(error) from error

    def _checked(self, response: Response) -> Response:
        """The response, if it is a good one; else the error that the server's problem tells."""
        if response.is_success:
            return response
        problem = _problem(response)
        detail = f"{problem.get('detail') or response.reason_phrase}"
        if problem.get("code") == QuestionError.code:
            raise QuestionError(detail)
        if response.status_code == IndexUnusable.http_status:
            raise IndexUnusable(f"The server at {self._url} cannot serve: {detail}")
        raise InputError(f"The server at {self._url} refused ({response.status_code}): {detail}")

    def _foreign(self, error: Exception) -> InputError:
        return InputError(
            f"What answers at {self._url} is no policy-qa server of this version ({error!r}); "
            "give the address of one that 'policyqa serve' started."
        )


def _filters(case: Case) -> Filters | None:
    return Filters(documents=case.documents) if case.documents else None


def _problem(response: Response) -> Mapping[str, Any]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
