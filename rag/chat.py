"""The only home of LangChain's chat model: a server of OpenAI's protocol, read as a stream.

Every way in which such a server fails becomes one `ChatError`, in time. The call runs on an event
loop of its own thread, so that a deadline or a reader who goes away ends it at once, whatever the
server is doing.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from rag.breaker import Breaker
from rag.chat_key import read_key
from rag.chat_loop import CallLoop
from rag.chat_protocol import End, is_unknown_option, options_of, piece_of, require_whole
from rag.chat_protocol import Message as Message
from rag.chat_protocol import Piece as Piece
from rag.chat_reach import base_url, by_proxy
from rag.closing import Closing
from rag.errors import ChatError, Failure
from rag.failures import is_by_the_question
from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.outputs import ChatGenerationChunk
    from langchain_openai import ChatOpenAI

_FAILURES = 3
_PAUSE_SECONDS = 30.0
_BEAT_SECONDS = 0.5

_open: WeakSet[ChatModel] = WeakSet()


def close_all() -> None:
    """Close every model of this process, which ends soon: who waits for one is told at once."""
    for model in list(_open):
        model.close()


class ChatModel(Closing):
    """A chat model behind `settings.base_url`; safe to share between threads."""

    def __init__(self, settings: ChatSettings, breaker: Breaker | None = None) -> None:
        self._settings = settings
        self._key = read_key(settings)
        self._breaker = breaker or Breaker(_FAILURES, _PAUSE_SECONDS)
        self._structured = settings.structured == "auto"
        self._loop = CallLoop()
        self._base = base_url(settings)
        _open.add(self)

    @property
    def name(self) -> str:
        """The model's name."""
        return self._settings.model or ""

    @staticmethod
    def warm() -> threading.Thread:
        """Load LangChain's client in the background, which would hold up a first question."""
        thread = threading.Thread(target=_load_client, name="chat-client", daemon=True)
        thread.start()
        return thread

    def stream(
        self,
        messages: Sequence[Message],
        *,
        deadline: float,
        schema: Mapping[str, Any] | None = None,
    ) -> Generator[Piece]:
        """The model's text in pieces, as they come, until `deadline` (of `time.monotonic()`).

        An empty piece comes at least every half second that nothing else does, so that whoever
        reads can stop; closing the iterator ends the call on the server. `schema` asks for JSON,
        which a server that cannot do so answers with plain text.

        Raises:
            ChatError: the server failed, or did not finish by the deadline.
        """
        if not self._breaker.enter():
            raise ChatError(
                Failure.RESTING,
                f"The chat model failed several times and is left alone for another "
                f"{self._breaker.rests_for:.0f} seconds; see 'policyqa status'.",
            )
        try:
            yield from self._tried(messages, deadline, schema)
        except ChatError as error:
            if is_by_the_question(error):
                self._breaker.succeeded()
            else:
                self._breaker.failed()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()

    def close(self) -> None:
        """End what is under way, at once for whoever reads it; the model is of no use any more."""
        _open.discard(self)
        self._loop.close(self._disconnect)

    def _tried(
        self, messages: Sequence[Message], deadline: float, schema: Mapping[str, Any] | None
    ) -> Iterator[Piece]:
        """The text; asked without the options that the server turned out not to know."""
        plain = {"max_tokens": self._settings.answer_tokens}
        if not self._structured:
            yield from self._read(messages, deadline, plain)
            return
        try:
            yield from self._read(messages, deadline, {**plain, **options_of(schema)})
        except ChatError as error:
            if not is_unknown_option(error):
                raise
        else:
            return
        yield from self._read(messages, deadline, plain)
        self._structured = False  # it was the options, not the question, that it refused

    def _read(
        self, messages: Sequence[Message], deadline: float, options: Mapping[str, Any]
    ) -> Iterator[Piece]:
        arrived: queue.SimpleQueue[Piece | End] = queue.SimpleQueue()
        call = self._loop.start(self._pump(messages, options, arrived))
        call.add_done_callback(lambda _: arrived.put(End()))  # also of one that never began
        written = False
        try:
            while not isinstance(item := _next(arrived, deadline, self._base), End):
                written = written or bool(item.text.strip())
                yield item
            require_whole(item, written, self._base)
        finally:
            call.cancel()

    async def _pump(
        self,
        messages: Sequence[Message],
        options: Mapping[str, Any],
        arrived: queue.SimpleQueue[Piece | End],
    ) -> None:
        """Put the pieces of one call, then its end, where they are read."""
        finish = None
        try:
            async for chunk in self._chunks(messages, options):
                finish = (chunk.generation_info or {}).get("finish_reason") or finish
                arrived.put(piece_of(chunk))
        except Exception as error:  # noqa: BLE001 - told to the thread that reads
            arrived.put(End(error))
        else:
            arrived.put(End(finish=finish))

    def _chunks(
        self, messages: Sequence[Message], options: Mapping[str, Any]
    ) -> AsyncIterator[ChatGenerationChunk]:
        """Asked below LangChain's callbacks.

        There, variables meant for other programs (LANGSMITH_TRACING, LANGCHAIN_TRACING) send
        prompts elsewhere, or fail the call.
        """
        from langchain_core.messages import convert_to_messages

        said = convert_to_messages([(message.role, message.text) for message in messages])
        return self._model._astream(said, extra_body=dict(options))

    @cached_property
    def _model(self) -> ChatOpenAI:
        import httpx
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        return ChatOpenAI(
            model=self.name,
            base_url=self._base,
            api_key=SecretStr(self._key),
            temperature=self._settings.temperature,
            openai_proxy=None,  # or a variable sets one, beside which no client of ours may be
            max_retries=0,  # a repeated call would break the deadline
            timeout=self._settings.timeout,
            stream_usage=False,
            use_responses_api=False,
            http_async_client=httpx.AsyncClient(
                timeout=self._settings.timeout, trust_env=by_proxy(self._settings)
            ),
        )

    async def _disconnect(self) -> None:
        """Close the connections, if there were any."""
        if "_model" in self.__dict__:
            await self.__dict__.pop("_model").http_async_client.aclose()


def _load_client() -> None:
    import langchain_openai  # noqa: F401  its import is what takes seconds


def _next(arrived: queue.SimpleQueue[Piece | End], deadline: float, server: str) -> Piece | End:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ChatError(Failure.SLOW, f"{server} did not finish in time; the answer is quoted.")
    try:
        return arrived.get(timeout=min(left, _BEAT_SECONDS))
    except queue.Empty:
        return Piece()
