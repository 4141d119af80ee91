from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rag.models import Answer, Claim, Filters, Turn
from rag.site_settings import SiteSettings
from tests.ui.fake_pipeline import FERRIES, RECORD, FakePipeline
from tests.ui.sites.visiting import (
    ADDRESS,
    ORIGIN,
    TOWN,
    Server,
    Visitor,
    answer_of,
    events_of,
)
from ui.people.audit import Audit
from ui.sites.tickets import SECRET_FILE, Tickets

CONTAINERS, FERRY = "How many containers were there?", "When do ferries leave?"


class Watched(FakePipeline):
    """Counts what it is asked, within which bounds, and waits where a test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.bounds: list[Filters | None] = []
        self.closed = 0
        self.go_on = threading.Event()
        self.go_on.set()

    def stream(
        self, question: str, *, history: Sequence[Turn] = (), filters: Filters | None = None
    ) -> Iterator[str | Claim | Answer]:
        self.asked.append(question)
        self.bounds.append(filters)
        try:
            for event in super().stream(question, history=history, filters=filters):
                if not isinstance(event, str):
                    assert self.go_on.wait(10)
                yield event
        finally:
            self.closed += 1


@pytest.fixture
def pipeline() -> Watched:
    return Watched()


@pytest.fixture
def server(tmp_path: Path, pipeline: Watched) -> Server:
    return Server(tmp_path / "office", pipeline=pipeline)


def test_a_visitor_asks_and_opens_the_cited_page(visitor: Visitor) -> None:
    response = visitor.ask(CONTAINERS)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events_of(response)
    assert [number for number, _, _ in told] == list(range(1, len(told) + 1))
    assert [name for _, name, _ in told] == ["status", "claim", "claim", "answer"]
    answer = answer_of(response)
    assert answer["claims"][0]["text"] == RECORD
    for citation in (*answer["citations"], *told[1][2]["citations"]):
        page = visitor.client.get(citation["url"])
        assert page.status_code == 200
        assert "<mark" in page.text


def test_an_abstention_links_the_nearest_passages(visitor: Visitor) -> None:
    answer = answer_of(visitor.ask("What of the moon?"))
    assert answer["abstained"]
    assert FERRIES in {citation["quote"] for citation in answer["nearest"]}
    for citation in answer["nearest"]:
        assert visitor.client.get(citation["url"]).status_code == 200


def test_a_visit_tells_what_the_widget_shows_first(server: Server) -> None:
    server.sites.change("town", lambda site: replace(site, title="Ask the town"))
    with server.client() as client:
        told = Visitor(client).visit(language="zh").json()
    assert len(told.pop("visitor")) == 22
    assert told.pop("ticket")
    assert told == {
        "expires_in": 600,
        "title": "Ask the town",
        "suggestions": ["When do ferries leave?"],
        "index_version": "fake-1",
    }


# tickets


def test_without_a_good_ticket_nothing_is_asked(visitor: Visitor, pipeline: Watched) -> None:
    ticket = visitor.ticket or ""
    for wrong in (None, "", "x", ticket[:-1], f"{ticket}x", ticket.swapcase()):
        visitor.ticket = wrong
        for response in (
            visitor.ask(FERRY),
            visitor.post("feedback", {"answer": "x", "helpful": True}),
            visitor.post("stop", {"ask": "a" * 20}),
        ):
            assert (response.status_code, response.json()["code"]) == (401, "ticket-invalid")
            assert response.headers["access-control-allow-origin"] == ORIGIN
    for header in ("Basic " + ticket, ticket, "Bearer"):
        assert visitor.ask(FERRY, authorization=header).status_code == 401
    assert pipeline.asked == []


def test_an_ended_ticket_is_told_apart_so_that_a_new_one_is_got(
    visitor: Visitor, server: Server
) -> None:
    path = server.settings.office_dir / SECRET_FILE
    long_ago = Tickets(path, 600, clock=lambda: 1_000_000.0)
    visitor.ticket = long_ago.give("town", ORIGIN, visitor.visitor, ADDRESS)
    response = visitor.ask(FERRY)
    assert (response.status_code, response.json()["code"]) == (401, "ticket-expired")


def test_a_ticket_from_another_address_page_or_site_is_refused(
    visitor: Visitor, server: Server, pipeline: Watched
) -> None:
    server.sites.add(replace(TOWN, name="village"))
    server.sites.change("town", lambda s: replace(s, origins=(ORIGIN, "https://shop.example")))
    for stolen in (
        Visitor(server.client("203.0.113.8"), ticket=visitor.ticket),
        Visitor(visitor.client, origin="https://shop.example", ticket=visitor.ticket),
        Visitor(visitor.client, "village", ticket=visitor.ticket),
    ):
        response = stolen.ask(FERRY)
        assert (response.status_code, response.json()["code"]) == (401, "ticket-invalid")
    assert pipeline.asked == []


def test_a_forwarded_address_of_a_stranger_is_not_believed(visitor: Visitor) -> None:
    response = visitor.ask(FERRY, **{"x-forwarded-for": "198.51.100.1"})
    assert response.status_code == 403, "nobody proxies a server of one machine"


def test_a_ticket_outlives_the_server(visitor: Visitor, server: Server) -> None:
    again = Server.__new__(Server)
    again.settings, again.pipeline = server.settings, FakePipeline()
    from ui.api import create_app

    again.app = create_app(again.pipeline, again.settings, examples=[])
    with again.client() as client:
        assert answer_of(Visitor(client, ticket=visitor.ticket).ask(FERRY))["claims"]


def test_a_visitor_is_known_again_by_the_last_ticket_only(visitor: Visitor, server: Server) -> None:
    first, ticket = visitor.visitor, visitor.ticket
    client = visitor.client
    assert visitor.visit(visitor=first, ticket=ticket).json()["visitor"] == first
    other = Visitor(client)
    other.visit()
    wrong: list[dict[str, Any]] = [
        {"visitor": first},
        {"ticket": ticket},
        {"visitor": first, "ticket": "x"},
        {"visitor": first, "ticket": other.ticket},
        {"visitor": other.visitor, "ticket": ticket},
        {"visitor": "v" * 22, "ticket": ticket},
    ]
    for body in wrong:
        assert Visitor(client).visit(**body).json()["visitor"] not in (first, other.visitor)
    elsewhere = Visitor(server.client("203.0.113.8"))
    assert elsewhere.visit(visitor=first, ticket=ticket).json()["visitor"] != first


def test_a_lately_ended_ticket_still_tells_who_it_was(visitor: Visitor, server: Server) -> None:
    path = server.settings.office_dir / SECRET_FILE
    first = visitor.visitor
    import time

    for ago, known in ((600 + 3000, True), (600 + 4000, False)):
        earlier = time.time() - ago
        ticket = Tickets(path, 600, clock=lambda at=earlier: at).give(  # type: ignore[misc]
            "town", ORIGIN, first, ADDRESS
        )
        again = visitor.visit(visitor=first, ticket=ticket).json()["visitor"]
        assert (again == first) is known


# asking once, and coming back


def test_the_same_id_is_asked_once_and_told_again(visitor: Visitor, pipeline: Watched) -> None:
    first = visitor.ask(CONTAINERS)
    again = visitor.ask(CONTAINERS)
    assert events_of(again) == events_of(first)
    assert pipeline.asked == [CONTAINERS]
    visitor.ask(CONTAINERS, "b" * 20)
    assert pipeline.asked == [CONTAINERS] * 2


@pytest.mark.parametrize(("last", "missing"), [("0", 0), ("2", 2), ("4", 4), ("99", 4)])
def test_a_reader_comes_back_for_the_rest(visitor: Visitor, last: str, missing: int) -> None:
    whole = events_of(visitor.ask(CONTAINERS))
    rest = visitor.ask(CONTAINERS, **{"last-event-id": last})
    assert events_of(rest) == whole[missing:]


@pytest.mark.parametrize("last", ["", "-1", "x", "1e3", b"\xb2", "9" * 5000])
def test_an_event_id_that_is_none_is_before_the_first(visitor: Visitor, last: str | bytes) -> None:
    whole = events_of(visitor.ask(FERRY))
    rest = visitor.ask(FERRY, **{"last-event-id": last})
    assert rest.status_code == 200
    assert events_of(rest) == whole


def test_an_id_belongs_to_one_visitor_and_one_question(visitor: Visitor, pipeline: Watched) -> None:
    visitor.ask(CONTAINERS)
    other = Visitor(visitor.client)
    other.visit()
    assert answer_of(other.ask(FERRY))["question"] == FERRY
    clash = visitor.ask(FERRY)
    assert (clash.status_code, clash.json()["code"]) == (422, "bad-request")
    assert pipeline.asked == [CONTAINERS, FERRY]


@pytest.mark.parametrize("ask", ["", "a" * 15, "a" * 65, "a b" * 8, "../" * 8, "é" * 20])
def test_an_id_of_another_form_is_refused(visitor: Visitor, ask: str) -> None:
    assert visitor.ask(FERRY, ask).status_code == 422


def test_two_who_ask_by_one_id_at_once_ask_once(visitor: Visitor, pipeline: Watched) -> None:
    pipeline.go_on.clear()
    found: list[list[Any]] = []
    readers = [
        threading.Thread(target=lambda: found.append(events_of(visitor.ask(CONTAINERS))))
        for _ in range(4)
    ]
    for reader in readers:
        reader.start()
    threading.Timer(0.3, pipeline.go_on.set).start()
    for reader in readers:
        reader.join(10)
    assert pipeline.asked == [CONTAINERS]
    assert len(found) == 4
    assert all(events == found[0] for events in found)


def test_what_failed_is_asked_anew(visitor: Visitor, pipeline: Watched) -> None:
    told = events_of(visitor.ask("break"))
    assert [name for _, name, _ in told] == ["status", "error"]
    assert told[-1][2]["status"] == 500
    assert "broken on purpose" not in str(told)
    visitor.ask("break")
    assert len(pipeline.asked) == 2


@pytest.mark.parametrize("question", ["", "   ", "x" * 3000])
def test_an_unusable_question_is_refused_before_the_stream(visitor: Visitor, question: str) -> None:
    response = visitor.ask(question)
    assert response.status_code == 422
    assert response.headers["access-control-allow-origin"] == ORIGIN


def test_a_stopped_answer_ends_its_work(visitor: Visitor, pipeline: Watched) -> None:
    pipeline.go_on.clear()
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.extend(events_of(visitor.ask(CONTAINERS))))
    reader.start()
    while not pipeline.asked:
        pass
    assert visitor.post("stop", {"ask": "a" * 20}).status_code == 204
    reader.join(10)
    assert not reader.is_alive()
    assert "answer" not in [name for _, name, _ in found]
    pipeline.go_on.set()
    assert visitor.post("stop", {"ask": "z" * 20}).status_code == 204


def test_nobody_stops_the_answer_of_another(visitor: Visitor, pipeline: Watched) -> None:
    pipeline.go_on.clear()
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.append(answer_of(visitor.ask(CONTAINERS))))
    reader.start()
    while not pipeline.asked:
        pass
    other = Visitor(visitor.client)
    other.visit()
    assert other.post("stop", {"ask": "a" * 20}).status_code == 204
    pipeline.go_on.set()
    reader.join(10)
    assert found[0]["claims"]


# the visit


def test_follow_ups_are_understood_within_a_visit(visitor: Visitor, pipeline: Watched) -> None:
    visitor.ask(CONTAINERS, "a" * 20)
    visitor.ask("And ferries?", "b" * 20)
    other = Visitor(visitor.client)
    other.visit()
    other.ask(FERRY)
    assert [[turn.question for turn in turns] for turns in pipeline.histories] == [
        [],
        [CONTAINERS],
        [],
    ]


def test_a_visit_goes_on_with_a_new_ticket(visitor: Visitor, pipeline: Watched) -> None:
    visitor.ask(CONTAINERS)
    visitor.visit(visitor=visitor.visitor, ticket=visitor.ticket)
    visitor.ask("And ferries?", "b" * 20)
    assert [turn.question for turn in pipeline.histories[-1]] == [CONTAINERS]


def test_an_opinion_is_kept_once_and_may_change(visitor: Visitor, server: Server) -> None:
    answer = answer_of(visitor.ask(FERRY))
    for helpful in (True, True, False):
        said = visitor.post("feedback", {"answer": answer["id"], "helpful": helpful})
        assert said.status_code == 204
    from ui.judging.store import JudgementStore

    store = JudgementStore(server.settings.office_dir / "judgements.sqlite3")
    judged = store.judged(f"site:town/{visitor.visitor}", answer["id"])
    assert judged is not None
    assert judged.opinion is not None
    assert judged.opinion.verdict == "wrong"
    assert judged.given.answer.question == FERRY


def test_nobody_judges_the_answer_of_another(visitor: Visitor) -> None:
    answer = answer_of(visitor.ask(FERRY))
    other = Visitor(visitor.client)
    other.visit()
    for id_ in (answer["id"], "0" * 32, ""):
        said = other.post("feedback", {"answer": id_, "helpful": True})
        assert (said.status_code, said.json()["code"]) == (404, "unknown-answer")


def test_nothing_of_a_question_is_written_unless_it_is_judged(
    visitor: Visitor, server: Server
) -> None:
    question = "When do ferries leave for Xanadu?"
    answer = answer_of(visitor.ask(question))
    assert not _on_disk(server, b"Xanadu")
    assert not _on_disk(server, visitor.visitor.encode())
    assert not _on_disk(server, ADDRESS.encode())
    visitor.post("feedback", {"answer": answer["id"], "helpful": True})
    assert _on_disk(server, b"Xanadu")
    assert not _on_disk(server, ADDRESS.encode())


def _on_disk(server: Server, text: bytes) -> bool:
    files = [path for path in server.settings.office_dir.rglob("*") if path.is_file()]
    assert files
    return any(text in path.read_bytes() for path in files)


def test_a_question_is_noted_as_the_sites(visitor: Visitor, server: Server) -> None:
    visitor.ask(FERRY)
    audit = Audit(server.settings.office_dir / "audit.sqlite3")
    assert [(entry.person, entry.action) for entry in audit.entries()][:1] == [("site:town", "ask")]


# the switch, and documents


def test_a_site_that_is_off_answers_nothing_also_in_the_middle_of_a_visit(
    visitor: Visitor, server: Server, pipeline: Watched
) -> None:
    url = answer_of(visitor.ask(FERRY))["citations"][0]["url"]
    server.sites.change("town", lambda site: replace(site, on=False))
    for response in (
        visitor.visit(),
        visitor.ask(FERRY),
        visitor.ask(CONTAINERS, "b" * 20),
        visitor.post("feedback", {"answer": "x", "helpful": True}),
    ):
        assert (response.status_code, response.json()["code"]) == (403, "site-off")
        assert response.headers["access-control-allow-origin"] == ORIGIN
    assert visitor.client.get(url).status_code == 404
    assert pipeline.asked == [FERRY]
    server.sites.change("town", lambda site: replace(site, on=True))
    assert visitor.ask(CONTAINERS, "b" * 20).status_code == 200
    assert visitor.client.get(url).status_code == 200


@pytest.mark.parametrize("change", [{"on": False}, {"documents": ("/notice.txt",)}])
def test_an_answer_under_way_ends_when_the_site_is_switched_off_or_loses_documents(
    visitor: Visitor, server: Server, pipeline: Watched, change: dict[str, Any]
) -> None:
    pipeline.go_on.clear()
    found: list[Any] = []
    reader = threading.Thread(target=lambda: found.extend(events_of(visitor.ask(CONTAINERS))))
    reader.start()
    while not pipeline.asked:
        pass
    server.sites.change("town", lambda site: replace(site, **change))
    pipeline.go_on.set()
    reader.join(10)
    assert [name for _, name, _ in found] == ["status", "error"]
    assert found[-1][2]["code"] == "site-off"


def test_a_removed_site_is_unknown_at_once(visitor: Visitor, server: Server) -> None:
    server.sites.remove("town")
    response = visitor.ask(FERRY)
    assert (response.status_code, response.json()["code"]) == (404, "no-site")


def test_questions_look_in_the_documents_of_the_site_only(
    visitor: Visitor, server: Server, pipeline: Watched
) -> None:
    for number, (documents, sources) in enumerate(
        (
            ((), None),
            (("/notice.txt",), ("notice.txt",)),
            (("/reports/", "Notice on ferries"), ("notice.txt", "reports/")),
            (("No such thing",), ()),
            (("/gone.txt",), ("gone.txt",)),
        )
    ):
        server.sites.change("town", lambda s, d=documents: replace(s, documents=d))  # type: ignore[misc]
        assert visitor.ask(FERRY, f"{number:020}").status_code == 200
        bound = pipeline.bounds[-1]
        assert (bound.sources if bound else None) == sources


def test_an_answer_from_before_is_not_told_again_once_documents_are_taken_away(
    visitor: Visitor, server: Server, pipeline: Watched
) -> None:
    visitor.ask(CONTAINERS)
    server.sites.change("town", lambda site: replace(site, documents=("/notice.txt",)))
    visitor.ask(CONTAINERS)
    assert pipeline.asked == [CONTAINERS] * 2


# limits


def test_a_visitor_who_asks_too_often_is_told_when_to_come_again(
    visitor: Visitor, server: Server, pipeline: Watched
) -> None:
    server.sites.change("town", lambda site: replace(site, rate=2))
    statuses = [visitor.ask(FERRY, f"{i:020}").status_code for i in range(3)]
    assert statuses == [200, 200, 429]
    response = visitor.ask(FERRY, "c" * 20)
    assert response.json()["code"] == "too-often"
    assert 1 <= int(response.headers["retry-after"]) <= 60
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "retry-after" in response.headers["access-control-expose-headers"].lower()
    assert len(pipeline.asked) == 2
    assert visitor.ask(FERRY, f"{0:020}").status_code == 200, "coming back costs no question"


@pytest.mark.parametrize("limit", ["address", "site", "all"])
def test_new_visits_get_around_no_limit(tmp_path: Path, limit: str) -> None:
    most = {"questions_per_minute": 5} if limit == "all" else {}
    site = replace(TOWN, rate=1, site_rate=5 if limit == "site" else 120)
    server = Server(tmp_path / "office", site)
    server.settings = server.settings.model_copy(update={"sites": SiteSettings(**most)})
    from ui.api import create_app

    server.app = create_app(server.pipeline, server.settings, examples=[])
    found = []
    with server.client() as client:
        for number in range(8):
            address = ADDRESS if limit == "address" else f"203.0.113.{number}"
            visitor = Visitor(client if limit == "address" else server.client(address))
            visitor.visit()
            response = visitor.ask(FERRY)
            found.append(response.status_code)
    assert found == [200] * 5 + [429] * 3
    assert int(response.headers["retry-after"]) >= 1


def test_tickets_are_limited_by_address(tmp_path: Path) -> None:
    server = Server(tmp_path / "office")
    with server.client() as client:
        statuses = [Visitor(client).visit().status_code for _ in range(61)]
        assert statuses == [200] * 60 + [429]
        assert Visitor(server.client("203.0.113.8")).visit().status_code == 200


def test_the_limit_of_people_who_sign_in_is_not_that_of_a_site(tmp_path: Path) -> None:
    server = Server(tmp_path / "office", replace(TOWN, rate=100))
    with server.client() as client:
        visitor = Visitor(client)
        visitor.visit()
        statuses = {visitor.ask(FERRY, f"{i:020}").status_code for i in range(40)}
    assert statuses == {200}
