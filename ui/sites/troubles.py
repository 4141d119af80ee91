"""What visitors are told of the server's own troubles: that there are some.

What is wrong with a file or a model, and where it lies, is for the log and the administrator.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from rag.errors import PolicyQAError
from ui.admission import Busy

_log = logging.getLogger(__name__)


class OutOfOrder(PolicyQAError):
    """A trouble of the server as a visitor is told of it; status and code stay what they were."""

    def __init__(self, trouble: PolicyQAError) -> None:
        super().__init__("Questions cannot be answered here just now; please try again later.")
        self.http_status = trouble.http_status
        self.code = trouble.code


def for_visitors(error: Exception) -> Exception:
    """The error that takes the place of another; what a visitor has done is told as it is."""
    if not isinstance(error, PolicyQAError) or isinstance(error, Busy | OutOfOrder):
        return error
    if error.http_status < 500:
        return error
    _log.error("A visitor of a site could not be served: %s", error)
    return OutOfOrder(error)


class VisitorsRoute(APIRoute):
    """A route whose errors are told to visitors."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As of every route, with the errors replaced."""
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await handle(request)
            except PolicyQAError as error:
                raise for_visitors(error) from error

        return told
