"""The child process of `rag.local_server`, run as a script: it serves until its parent is gone.

It reads one line of JSON, answers with one (`{"origin": "http://127.0.0.1:40123"}`), and imports
nothing else of this program, so that it starts at once and needs no path to it.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import IO, Any

_LOOPBACK = "127.0.0.1"
_ERRORS_ONLY = 1
_BATCH_TOKENS = 16
"""Read at once; a cancelled call ends between two batches. 64 would spare 15 % of the reading."""
_PING_SECONDS = 1
"""A reader who left is noticed by writing to him, also before there is a text to write."""
_HTTP_THREADS = 4
_WATCH_SECONDS = 1.0


def main() -> None:
    """Serve what the first line of the input orders, until the input ends."""
    parent = os.getppid()
    told = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the native code prints belongs in the log
    server = _serve(json.loads(sys.stdin.buffer.readline()))
    told.write(json.dumps({"origin": server.listening_address}) + "\n")
    told.flush()
    _outlive(sys.stdin.buffer, parent)
    os._exit(0)  # an orderly end would finish the text it is writing first


def _serve(order: dict[str, Any]) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = order["weights"]
    params.model_alias = {order["alias"]}
    params.n_ctx = order["context_tokens"]
    params.n_batch = params.n_ubatch = _BATCH_TOKENS
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = order["threads"]
        threads.poll = 0  # a waiting thread leaves the core to others
    params.hostnames = [_LOOPBACK]
    params.port = 0
    params.api_keys = [order["key"]]  # its server lets any web page ask, but for this
    params.ui = False
    params.n_threads_http = _HTTP_THREADS
    params.cache_ram_mib = 0  # the prefix stays in the one slot; more would take gigabytes
    params.sse_ping_interval = _PING_SECONDS
    params.verbosity = _ERRORS_ONLY
    return xllamacpp.Server(params)


def _outlive(stream: IO[bytes], parent: int) -> None:
    """Wait for the parent's end, however it ends.

    Its pipe closes then, unless a process that it forked holds that open.
    """
    while not select.select([stream], [], [], _WATCH_SECONDS)[0]:
        if os.getppid() != parent:
            return


if __name__ == "__main__":
    main()
