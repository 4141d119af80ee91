"""What an application sends, watched on its way."""

from __future__ import annotations

from starlette.types import Message, Send


class Sending:
    """Passes messages on; `status` is that of the answer once it has begun, 0 before."""

    def __init__(self, send: Send) -> None:
        self.status = 0
        self._send = send

    async def __call__(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)
