"""How fast the staff page is: `python tests/load/page_speed.py [--index DIR] [--people N]`.

First the page in a browser, from a click to a question box that takes letters; then so many people
who ask at once through the page's own queue, as the browser does, and how long each of them waits
for the first claim. The engine is the extractive one, over the sample documents.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import sync_playwright

from ingest.pipeline import ingest
from rag.pipeline import build_pipeline
from rag.settings import Settings
from tests.e2e.browsing import CHROMIUM, FLAGS
from tests.ui.serving import served
from ui.examples import example_questions

DOCUMENTS = Path(__file__).parents[2] / "data" / "documents"


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, help="an index that is there already")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--no-browser", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        settings = Settings(index_dir=chosen.index or Path(folder) / "index")
        if chosen.index is None:
            ingest([DOCUMENTS], settings)
        with build_pipeline(settings) as pipeline:
            questions = example_questions(pipeline, limit=8)
            with served(pipeline, questions) as address:
                if not chosen.no_browser:
                    _browser(address)
                for people in (1, chosen.people):
                    waits = asyncio.run(_crowd(address, questions, people, chosen.rounds))
                    _row(f"first claim, {people} at once", [first for first, _ in waits])
                    _row(f"whole answer, {people} at once", [whole for _, whole in waits])


def _browser(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _row("usable, new browser", [_usable(browser, address) for _ in range(5)])
        context = browser.new_context()
        _usable(context, address)
        _row("usable, seen before", [_usable(context, address) for _ in range(5)])
        browser.close()


def _usable(browser: Any, address: str) -> float:
    """Milliseconds from the click until the question box has the focus and takes letters."""
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator("#question textarea").fill("x")
    took = time.perf_counter() - began
    page.close()
    return took * 1000


async def _crowd(
    address: str, questions: Sequence[str], people: int, rounds: int
) -> list[tuple[float, float]]:
    async with httpx.AsyncClient(base_url=address, timeout=60) as client:
        config = (await client.get("/config")).json()
        event = _asking(config)
        await _ask(client, event, questions[0])  # warm
        waits = []
        for turn in range(rounds):
            each = [questions[(turn + n) % len(questions)] for n in range(people)]
            waits += await asyncio.gather(*(_ask(client, event, q) for q in each))
        return waits


def _asking(config: dict[str, Any]) -> dict[str, Any]:
    """The event of the page that asks what stands in the question box."""
    box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
    found = (d for d in config["dependencies"] if [box, "submit"] in d["targets"])
    return dict(next(found))


async def _ask(
    client: httpx.AsyncClient, event: dict[str, Any], question: str
) -> tuple[float, float]:
    """Milliseconds until the first claim and until the end."""
    session = uuid.uuid4().hex
    began = time.perf_counter()
    asked = {
        "data": [question, *([None] * (len(event["inputs"]) - 1))],
        "fn_index": event["id"],
        "session_hash": session,
        "event_data": None,
        "trigger_id": None,
    }
    (await client.post("/gradio_api/queue/join", json=asked)).raise_for_status()
    first = None
    url = f"/gradio_api/queue/data?session_hash={session}"
    async with client.stream("GET", url) as stream:
        async for line in stream.aiter_lines():
            if not line.startswith("data:"):
                continue
            told = json.loads(line[5:])
            if first is None and 'class=\\"claim\\"' in line:
                first = time.perf_counter() - began
            if told["msg"] == "process_completed":
                assert told["success"], told
                break
    whole = time.perf_counter() - began
    return (whole if first is None else first) * 1000, whole * 1000


def _row(what: str, milliseconds: Sequence[float]) -> None:
    ordered = sorted(milliseconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{what:32} n={len(ordered):<4} p50 {statistics.median(ordered):7.0f} ms"
        f"  p95 {p95:7.0f} ms  most {ordered[-1]:7.0f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
