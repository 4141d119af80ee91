"""What the widget costs a page: `python tests/load/widget_speed.py [--loads N] [--slowdown N]`.

The demo page is loaded with and without the widget's line, in turn, each time by a browser that has
nothing in store. How long the widget takes is read from the page's own clock, and how long the main
thread was blocked from the browser's trace: of every task, what it took beyond 50 ms, up to two
seconds after the load event. Times are medians; `--slowdown 4` is a phone of the middle range.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from docs.demo.serve import FOLDER, town_server
from rag.settings import Settings
from tests.e2e.browsing import CHROMIUM, DESKTOP, FLAGS
from tests.ui.fake_pipeline import FakePipeline
from tests.ui.serving import served
from ui.sites.site import Site
from ui.sites.store import FILE, Sites

LONG_MS = 50.0
AFTER_MS = 2000
MOST_READY_MS = 100.0
MOST_BLOCKED_MS = 10.0
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "blink.user_timing"]
WITHOUT = "/without.html"
# Says when the launcher can be pressed: it is in the page then, and what it does is attached.
_NOTE_READY = """
new MutationObserver((_, observer) => {
  const button = document.querySelector('policy-qa')?.shadowRoot?.querySelector('button');
  if (!button) return;
  observer.disconnect();
  window.launcherReady = performance.now();
}).observe(document, { childList: true, subtree: true });
"""
_TIMES = """() => {
  const [page] = performance.getEntriesByType('navigation');
  const script = performance.getEntriesByType('resource').find(({ name }) =>
    name.endsWith('/widget.js'));
  return { load: page.loadEventEnd, ready: window.launcherReady ?? null,
    arrived: script?.responseEnd ?? null, bytes: script?.encodedBodySize ?? 0 };
}"""


@dataclass(frozen=True)
class Load:
    """One load of the page; times in milliseconds, `None` where there is no widget."""

    after_load: float | None
    after_script: float | None
    scripting: float
    blocked: float
    longest: float


def main() -> int:
    """Measure, and print a table; 1 if the widget costs more than it may."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--slowdown", type=float, default=1, help="slow the page's processor down")
    chosen = parser.parse_args()
    with _town() as town, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        _load(browser, f"{town}/index.html", 1)  # the first page of a browser waits for its parts
        pairs = [
            (
                _load(browser, f"{town}{WITHOUT}", chosen.slowdown),
                _load(browser, f"{town}/index.html", chosen.slowdown),
            )
            for _ in range(chosen.loads)
        ]
        browser.close()
    without, with_it = zip(*pairs, strict=True)
    return _report(without, with_it)


@contextmanager
def _town() -> Iterator[str]:
    """The address of the demo pages, and beside them the first one without the widget."""
    with tempfile.TemporaryDirectory() as name:
        pages, office = Path(name, "pages"), Path(name, "office")
        shutil.copytree(FOLDER, pages)
        bare, count = re.subn(
            r"\s*<script [^>]*></script>", "", (pages / "index.html").read_text("utf-8")
        )
        assert count == 1
        (pages / WITHOUT.strip("/")).write_text(bare, encoding="utf-8")
        with (
            served(FakePipeline(), settings=Settings(office_dir=office)) as address,
            town_server(0, address, pages) as server,
        ):
            threading.Thread(target=server.serve_forever, daemon=True).start()
            origin = f"http://localhost:{server.server_port}"
            Sites(office / FILE).add(Site("ellerford", (origin,)))
            yield origin
            server.shutdown()


def _load(browser: Browser, address: str, slowdown: float) -> Load:
    with browser.new_context(viewport=DESKTOP) as context:
        context.add_init_script(_NOTE_READY)
        page = context.new_page()
        page.goto("about:blank")
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": slowdown})
        browser.start_tracing(page=page, categories=CATEGORIES)
        page.goto(address, wait_until="load")
        page.wait_for_timeout(AFTER_MS)
        times = page.evaluate(_TIMES)
        trace = json.loads(browser.stop_tracing())["traceEvents"]
    scripting, tasks = _work(trace, address)
    ready, arrived = times["ready"], times["arrived"]
    return Load(
        after_load=None if ready is None else max(0.0, ready - times["load"]),
        after_script=None if ready is None else ready - arrived,
        scripting=scripting,
        blocked=sum(max(0.0, task - LONG_MS) for task in tasks),
        longest=max(tasks),
    )


def _work(trace: Sequence[dict[str, Any]], address: str) -> tuple[float, list[float]]:
    """Milliseconds that the widget's script ran, and those of each task of the page's thread."""
    whole = [event for event in trace if event.get("ph") == "X"]
    parsed = next(
        event
        for event in whole
        if event["name"] == "ParseHTML"
        and event["args"].get("beginData", {}).get("url", "").startswith(address)
    )
    thread = parsed["pid"], parsed["tid"]
    mine = [event for event in whole if (event["pid"], event["tid"]) == thread]
    since = parsed["ts"]
    tasks = [e["dur"] / 1000 for e in mine if e["name"] == "RunTask" and e["ts"] + e["dur"] > since]
    outer = [e for e in mine if e["name"] in ("EvaluateScript", "FunctionCall", "v8.compile")]
    scripts = [e for e in outer if "/widget.js" in str(e["args"].get("data", {}).get("url", ""))]
    return _covered(scripts) / 1000, tasks


def _covered(events: Sequence[dict[str, Any]]) -> float:
    """The time that events take together, where some lie within others."""
    total, until = 0.0, 0.0
    for event in sorted(events, key=lambda e: (e["ts"], -e["dur"])):
        end = event["ts"] + event["dur"]
        total += max(0.0, end - max(until, event["ts"]))
        until = max(until, end)
    return total


def _report(without: Sequence[Load], with_it: Sequence[Load]) -> int:
    ready = _median([load.after_load for load in with_it])
    added = _median([load.blocked for load in with_it]) - _median([x.blocked for x in without])
    rows = [
        ("launcher ready after the load event", "", ready, f"≤ {MOST_READY_MS:.0f}"),
        ("launcher ready after the script arrived", "", _of(with_it, "after_script"), ""),
        ("the widget's own script ran", "", _of(with_it, "scripting"), ""),
        ("longest task", _of(without, "longest"), _of(with_it, "longest"), ""),
        ("blocking time", _of(without, "blocked"), _of(with_it, "blocked"), ""),
        ("blocking time added", "", added, f"≤ {MOST_BLOCKED_MS:.0f}"),
    ]
    print(f"| median of {len(with_it)} loads, ms | without | with the widget | bound |")
    print("|---|---|---|---|")
    for name, *values in rows:
        cells = [f"{value:.1f}" if isinstance(value, float) else value for value in values]
        print(f"| {name} | {' | '.join(cells)} |")
    return 0 if ready <= MOST_READY_MS and added <= MOST_BLOCKED_MS else 1


def _of(loads: Sequence[Load], name: str) -> float:
    return _median([getattr(load, name) for load in loads])


def _median(values: Sequence[float | None]) -> float:
    return float(statistics.median([value for value in values if value is not None]))


if __name__ == "__main__":
    sys.exit(main())
