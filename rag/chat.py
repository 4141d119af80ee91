"""The only home of LangChain's chat model: a server of OpenAI's protocol, read as a stream.

Every way in which such a server fails becomes one `ChatError`, in time. The call runs on an event
loop of its own thread, so that a deadline or a reader who goes away ends it at once, whatever the
server is doing.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Coroutine, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.breaker import Breaker
from rag.chat_protocol import End, is_unknown_option, options_of, require_whole, usage_of
from rag.chat_protocol import Message as Message
from rag.chat_protocol import Piece as Piece
from rag.closing import Closing
from rag.errors import ChatError, Failure, SettingsError
from rag.failures import explain
from rag.settings import ChatSettings

if TYPE_CHECKING:
    from langchain_core.messages import AIMessageChunk
    from langchain_openai import ChatOpenAI

_FAILURES = 3
_PAUSE_SECONDS = 30.0
_BEAT_SECONDS = 0.5
_REACH_SECONDS = 3.0
_NO_KEY = "none"
"""Sent where no key is set: local servers take any, and the client insists on one."""
_BY_THE_MODEL = (Failure.TOO_LONG, Failure.EMPTY)
"""What a model does with one question, while its server is well."""


class ChatModel(Closing):
    """A chat model behind `settings.base_url`; safe to share between threads."""

    def __init__(self, settings: ChatSettings, breaker: Breaker | None = None) -> None:
        self._settings = settings
        self._key = read_key(settings)
        self._breaker = breaker or Breaker(_FAILURES, _PAUSE_SECONDS)
        self._structured = settings.structured == "auto"
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

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
            if error.failure in _BY_THE_MODEL:
                self._breaker.succeeded()
            else:
                self._breaker.failed()
            raise
        except BaseException:
            self._breaker.abandoned()
            raise
        self._breaker.succeeded()

    def reachable(self) -> str:
        """One sentence for `policyqa status`: the model answers, or why it does not."""
        import httpx

        try:
            with httpx.Client(timeout=_REACH_SECONDS, trust_env=self._by_proxy) as client:
                found = client.get(f"{self._base}/models", headers=self._headers)
                found.raise_for_status()
            names = [str(row["id"]) for row in found.json()["data"]]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            return str(explain(error, self._base))
        if self.name not in names:
            known = ", ".join(names[:5]) or "none"
            return f"{self._base} answers, but lists no model {self.name!r} (it has: {known})."
        return f"{self._base} answers and has the model {self.name!r}."

    def close(self) -> None:
        """End what is under way, and the thread."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is not None and thread is not None:
            shut = asyncio.run_coroutine_threadsafe(self._shut(), loop)
            # A loop that is busy (its first call may still load the client) ends with the process.
            wait([shut], _REACH_SECONDS)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_REACH_SECONDS)

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
        call = self._start(self._pump(messages, options, arrived))
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
            said: list[tuple[str, str]] = [(message.role, message.text) for message in messages]
            async for chunk in self._chunks(said, options):
                finish = chunk.response_metadata.get("finish_reason") or finish
                arrived.put(Piece(str(chunk.text), usage_of(chunk)))
        except Exception as error:  # noqa: BLE001 - told to the thread that reads
            arrived.put(End(error))
        else:
            arrived.put(End(finish=finish))

    def _chunks(
        self, said: list[tuple[str, str]], options: Mapping[str, Any]
    ) -> AsyncIterator[AIMessageChunk]:
        return self._model.astream(said, extra_body=dict(options))

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
            max_retries=0,  # a repeated call would break the deadline
            timeout=self._settings.timeout,
            stream_usage=False,
            use_responses_api=False,
            http_async_client=httpx.AsyncClient(
                timeout=self._settings.timeout, trust_env=self._by_proxy
            ),
        )

    async def _shut(self) -> None:
        """Cancel all calls; close their connections if there were any."""
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if "_model" in self.__dict__:
            client = self.__dict__.pop("_model").http_async_client
            await client.aclose()

    def _start(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=_run, args=(self._loop,), name="chat-model", daemon=True
                )
                self._thread.start()
            return asyncio.run_coroutine_threadsafe(work, self._loop)

    @property
    def _base(self) -> str:
        return (self._settings.base_url or "").rstrip("/")

    @property
    def _headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self._key}"}

    @property
    def _by_proxy(self) -> bool:
        """Whether the machine's proxy settings count; they do not for this machine itself."""
        host = urlsplit(self._base).hostname or ""
        try:
            return not ip_address(host).is_loopback
        except ValueError:
            return host != "localhost"


def read_key(settings: ChatSettings) -> str:
    """The key, from the variable or the file; a placeholder if there is none.

    Raises:
        SettingsError: the file cannot be read or is empty.
    """
    if settings.api_key:
        return settings.api_key.get_secret_value()
    if settings.api_key_file is None:
        return _NO_KEY
    try:
        key = settings.api_key_file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"The key file {settings.api_key_file} cannot be read "
            f"({getattr(error, 'strerror', None) or 'it is no text'}); correct chat.api_key_file."
        ) from error
    if not key:
        raise SettingsError(f"The key file {settings.api_key_file} is empty; put the key in it.")
    return key


def _load_client() -> None:
    import langchain_openai  # noqa: F401  its import is what takes seconds


def _run(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


def _next(arrived: queue.SimpleQueue[Piece | End], deadline: float, server: str) -> Piece | End:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ChatError(Failure.SLOW, f"{server} did not finish in time; the answer is quoted.")
    try:
        return arrived.get(timeout=min(left, _BEAT_SECONDS))
    except queue.Empty:
        return Piece()
