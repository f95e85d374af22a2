"""Puts something into the HTML of a page on its way to the browser; light, because server.py needs it at once."""

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Streamlit looks for its server below a page's own address first, which costs a request and leaves two lines "404" in
# the browser's console. A page lies beside its server's root, also below another server's path.
BASE = b'<script>window.__streamlit = { BACKEND_BASE_URL: new URL("./", location.href).href };</script>'
HEAD = b"<head>"


class KnownBase:
    """Tells the front end of every page but the reception, whose address is the root, where its server is."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if not _of_page(scope):
            await self._app(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]  # 8 kB, uncompressed
        asked = {**scope, "headers": plain}
        await changed(self._app, asked, receive, send, lambda body: body.replace(HEAD, HEAD + BASE, 1))


async def changed(app: ASGIApp, scope: Scope, receive: Receive, send: Send, change: Callable[[bytes], bytes]) -> None:
    """Answer a request; where the answer is HTML, `change` its body."""
    began: list[Message] = []
    body = bytearray()

    async def send_whole(message: Message) -> None:
        if message["type"] == "http.response.start":
            if _is_html(message):
                began.append(message)
                return
        elif began:
            body.extend(message.get("body", b""))
            if not message.get("more_body", False):
                whole = change(bytes(body))
                await send(_with_length(began[0], whole, len(body)))
                await send({"type": "http.response.body", "body": whole})
            return
        await send(message)

    await app(scope, receive, send_whole)


def _of_page(scope: Scope) -> bool:
    """Return whether a request may be for a page: neither the root nor a file."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    name = scope["path"].rpartition("/")[2]
    return bool(name) and "." not in name


def _is_html(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _with_length(start: Message, body: bytes, before: int) -> Message:
    """Return the start of an answer whose body has grown."""
    if len(body) != before:
        MutableHeaders(scope=start)["content-length"] = str(len(body))
    return start
