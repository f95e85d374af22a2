"""What a visitor of the reception sees while the browser still loads the front end: its picture, in the page itself.

It is put in front of the front end's root, and leaves as soon as the page has drawn its own, or says what is wrong.
`python -m bench._first_picture` made `first_picture.html`. Light, because server.py needs it before anything else.
"""

from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from ui.page_html import changed

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
        await changed(self._app, scope, receive, send, self._pictured)

    def _pictured(self, body: bytes) -> bytes:
        return body.replace(ROOT, self._picture + ROOT, 1)


def _of_reception(scope: Scope) -> bool:
    """Return whether a request is for the reception as a first visitor opens it: no page, no parameters."""
    asked = scope["type"] == "http" and scope["method"] == "GET" and not scope["query_string"]
    return bool(asked and scope["path"].endswith("/"))
