"""The HTTP side: the API, plain pages for permalinks, and the staff page mounted at `/`."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI

from rag.live import AnyPipeline
from rag.settings import Settings
from ui.access_log import AccessLog
from ui.api_docs import add_docs
from ui.ask_api import router as ask_router
from ui.completions.errors import OpenAIErrors
from ui.completions.routes import router as completions_router
from ui.documents_api import router as documents_router
from ui.exposed import OnlyNeeded, for_people
from ui.figures.routes import router as figures_router
from ui.guard import BodyLimit, SecurityHeaders
from ui.health import Ending
from ui.health import router as health_router
from ui.judging.routes import router as judging_router
from ui.keeping.routes import router as keeping_router
from ui.keys.bearer import key_authenticator
from ui.library.routes import PATH as LIBRARY
from ui.library.routes import router as library_router
from ui.metrics_api import Requests
from ui.metrics_api import router as metrics_router
from ui.missing import add_missing
from ui.office import open_office
from ui.openapi import describe
from ui.pages_api import router as pages_router
from ui.people.gate import Gate
from ui.people.signing import router as signing_router
from ui.problems import Faults, handle_problems
from ui.request_ids import RequestIds
from ui.sites.cors import SiteDoor
from ui.sites.page import router as site_pages_router
from ui.sites.routes import PUBLIC as SITES
from ui.sites.routes import router as sites_router
from ui.turnstile import Turnstile
from ui.widget.routes import PUBLIC as WIDGET
from ui.widget.routes import router as widget_router

_PUBLIC: tuple[str, ...] = (*WIDGET, *SITES)
"""What the paths begin with that anybody may reach, from other sites' pages too."""


def create_app(
    pipeline: AnyPipeline, settings: Settings, *, examples: Sequence[str] | None = None
) -> FastAPI:
    """The whole web application around one pipeline; `examples` replace the derived questions."""
    from ui.staff import mount_page  # gradio takes seconds to load: only when it is served

    # FastAPI's own pages of documentation load scripts from another host; see ui.api_docs.
    app = FastAPI(title="policy-qa", openapi_url=None)
    office = open_office(pipeline, settings, examples)
    by_key = key_authenticator(office.keys, office.audit, settings.access.sign_in_attempts)
    app.add_middleware(Turnstile, admission=office.admission, metrics=office.metrics)
    app.add_middleware(Gate, access=office.access, authenticators=[by_key], open_below=_PUBLIC)
    app.add_middleware(BodyLimit, larger={LIBRARY: office.library.uploads.file_limit()})
    app.add_middleware(OnlyNeeded)
    app.add_middleware(Faults)
    app.add_middleware(SiteDoor, sites=office.sites.sites)
    app.add_middleware(OpenAIErrors)
    app.add_middleware(SecurityHeaders)
    if settings.server.log != "off":
        app.add_middleware(AccessLog)
    app.add_middleware(Requests, metrics=office.metrics)
    app.add_middleware(RequestIds)
    handle_problems(app)
    app.include_router(ask_router(office))
    app.include_router(completions_router(office))
    app.include_router(documents_router(pipeline))
    app.state.ending = Ending()
    app.include_router(health_router(pipeline, app.state.ending))
    app.include_router(metrics_router(office))
    app.include_router(judging_router(office.judging))
    app.include_router(keeping_router(office))
    app.include_router(pages_router(office))
    app.include_router(figures_router(office))
    app.include_router(library_router(office))
    app.include_router(signing_router(office.access, office.audit))
    app.include_router(widget_router())
    app.include_router(sites_router(office))
    app.include_router(site_pages_router(office))
    describe(app)
    add_docs(app)
    office.library.resume()
    add_missing(app)
    mount_page(app, office)
    for_people(app)
    return app
