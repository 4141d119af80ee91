"""A chat server of OpenAI's protocol in a process of its own, that answers and fails as told.

A real server over real sockets: only its words are scripted. `Script` orders what it does with the
calls to come; `calls` tells what it was asked and whether who asked hung up before the end.

Run as a script it serves on a free port of the loopback, which it prints.
"""

from __future__ import annotations

import json
import re
import select
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MODEL = "scripted"


@dataclass(frozen=True)
class Script:
    """What the server does with one call.

    `text` is streamed word by word, `pause` seconds apart, after `wait` seconds; `stop_after`
    pieces of it the stream stalls (`fault="stall"`) or the connection is broken (`fault="cut"`).
    `fault="rubbish"` sends no JSON; `finish=None` leaves the end out. `status` above 399 is an
    error; `schemaless` answers 400 to a request for JSON by a schema. With `obey` it does what a
    planted order wants: it writes that sentence, citing every passage whose frame or text tells it,
    and claims nothing where none does.
    """

    text: str = ""
    status: int = 200
    wait: float = 0.0
    pause: float = 0.0
    stop_after: int = 1_000_000
    fault: str = ""
    finish: str | None = "stop"
    schemaless: bool = False
    obey: str = ""


class ChatServer:
    """The running server, as tests see it."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.base_url = f"{self.origin}/v1"

    def play(self, *scripts: Script | str) -> None:
        """What is done with the calls to come, in turn; the last is done again and again."""
        rows = [asdict(s if isinstance(s, Script) else Script(s)) for s in scripts]
        self._send("/script", rows)

    def calls(self) -> list[dict[str, Any]]:
        """The calls since the last `play`: `body`, `authorization`, `hung_up` (when, or `None`)."""
        found: list[dict[str, Any]] = self._send("/calls", None)
        return found

    def _send(self, path: str, data: Any) -> Any:
        body = None if data is None else json.dumps(data).encode()
        with urllib.request.urlopen(self.origin + path, body, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """A server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__))], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        yield ChatServer(int(process.stdout.readline()))
    finally:
        process.kill()
        process.communicate()


def claims(*pairs: tuple[str, Sequence[int]]) -> str:
    """An answer as the schema wants it."""
    return json.dumps({"claims": [{"text": text, "citations": list(n)} for text, n in pairs]})


class _State:
    """What the threads of the server share."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.scripts: list[Script] = [Script("")]
        self.calls: list[dict[str, Any]] = []

    def restart(self, rows: list[dict[str, Any]]) -> None:
        with self.lock:
            self.scripts = [Script(**row) for row in rows]
            self.calls = []

    def begin(self, call: dict[str, Any]) -> Script:
        with self.lock:
            script = self.scripts[min(len(self.calls), len(self.scripts) - 1)]
            self.calls.append(call)
            return script


class _Handler(BaseHTTPRequestHandler):
    state = _State()

    def log_message(self, *args: Any) -> None:
        """Nothing is logged."""

    def do_GET(self) -> None:
        if self.path == "/v1/models":
            self._json({"object": "list", "data": [{"id": MODEL, "object": "model"}]})
        elif self.path == "/calls":
            self._json(self.state.calls)
        else:
            self._json({"error": {"message": "no such address"}}, 404)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/script":
            self.state.restart(body)
            self._json({})
            return
        key = self.headers.get("authorization")
        call: dict[str, Any] = {"body": body, "authorization": key, "hung_up": None}
        script = self.state.begin(call)
        try:
            self._complete(script, body, call)
        except (OSError, TimeoutError):
            call["hung_up"] = time.time()
        self.close_connection = True

    def _complete(self, script: Script, body: dict[str, Any], call: dict[str, Any]) -> None:
        if not self._sleep(script.wait, call):
            return
        refused = script.schemaless and "response_format" in body
        if refused or script.status >= 400:
            error = {"error": {"message": f"no: {self.headers.get('authorization')}"}}
            self._json(error, 400 if refused else script.status)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        if script.fault == "rubbish":
            self.wfile.write(b"data: {<html>nothing of the kind\n\n")
            return
        if script.obey:
            told = body["messages"][1]["content"]
            script = replace(script, text=_obeying(script.obey, told))
        if self._pieces(script, call):
            self._end(script)

    def _pieces(self, script: Script, call: dict[str, Any]) -> bool:
        for number, word in enumerate(_pieces(script.text)):
            if number >= script.stop_after:
                if script.fault == "stall":
                    self._sleep(3600, call)
                elif script.fault == "cut":
                    linger = b"\x01\0\0\0\0\0\0\0"  # on, for no time: the connection is reset
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    self.connection.close()
                return False
            self._event({"delta": {"content": word}, "index": 0, "finish_reason": None})
            if not self._sleep(script.pause, call):
                return False
        return True

    def _end(self, script: Script) -> None:
        if script.finish is None:
            return
        self._event({"delta": {}, "index": 0, "finish_reason": script.finish})
        usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
        self._line({**_ENVELOPE, "choices": [], "usage": usage})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, choice: dict[str, Any]) -> None:
        self._line({**_ENVELOPE, "choices": [choice]})

    def _line(self, data: dict[str, Any]) -> None:
        self.wfile.write(f"data: {json.dumps(data)}\n\n".encode())
        self.wfile.flush()

    def _sleep(self, seconds: float, call: dict[str, Any]) -> bool:
        """Wait; whoever asked and hangs up meanwhile is noticed at once."""
        if seconds and select.select([self.connection], [], [], seconds)[0]:
            call["hung_up"] = time.time()
            return False
        return True

    def _json(self, data: Any, status: int = 200) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_PASSAGE = re.compile(r'<passage number="(\d+)"(.*?)</passage>', re.S)
_ENVELOPE = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": MODEL}


def _obeying(sentence: str, told: str) -> str:
    passages = _PASSAGE.findall(told)
    obeyed = [int(number) for number, text in passages if letters(sentence) in letters(text)]
    return claims((sentence, obeyed)) if obeyed else claims()


def letters(text: str) -> str:
    """The letters and digits of a text, by which it is told whether it says something."""
    return "".join(filter(str.isalnum, text.lower()))


def _pieces(text: str) -> list[str]:
    return [word + " " for word in text.split(" ")] if text else []


def _serve() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    # Ends with the process that started it, also when that is killed.
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    _serve()
