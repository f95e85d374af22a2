"""What a visitor of the reception sees while the browser still loads the front end: its picture, in the page itself.

It is put in front of the front end's root, and leaves as soon as the page has drawn its own, or says what is wrong.
`python -m bench._first_picture` made `first_picture.html`. Light, because server.py needs it before anything else.
"""

from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILE = Path(__file__).with_name("first_picture.html")
ROOT = b'<div id="root">'


class FirstPicture:
    """Puts the picture into the reception's HTML; everything else passes as it is."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._picture = FILE.read_bytes()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not _of_reception(scope):
            await self._app(scope, receive, send)
            return
        began: list[Message] = []
        body = bytearray()

        async def send_whole(message: Message) -> None:
            if message["type"] == "http.response.start":
                began.append(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                await send(_with_length(began[0], self._pictured(body), len(body)))
                await send({"type": "http.response.body", "body": self._pictured(body)})

        await self._app(scope, receive, send_whole)

    def _pictured(self, body: bytes | bytearray) -> bytes:
        return bytes(body).replace(ROOT, self._picture + ROOT, 1)


def _of_reception(scope: Scope) -> bool:
    """Return whether a request is for the reception as a first visitor opens it: no page, no parameters."""
    asked = scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]
    return bool(asked and scope["path"].endswith("/"))


def _with_length(start: Message, body: bytes, before: int) -> Message:
    """Return the start of an answer whose body has grown."""
    if len(body) != before:
        MutableHeaders(scope=start)["content-length"] = str(len(body))
    return start
