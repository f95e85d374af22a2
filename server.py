"""The server around app.py: loads what pages need while the first browser loads the front end, and names each browser.

Started by `make run` (`streamlit run server.py`). `streamlit run app.py` works too, a little slower at first and
with one visitor per browser tab.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.bundle import FOLDER, bundle
from ui.first_picture import FirstPicture
from ui.page_html import KnownBase
from ui.visitors import VISITOR, VISITOR_COOKIE

COOKIE_SECONDS = 365 * 24 * 3600
State = Callable[[], dict[str, Any]]


class PagesWhenWarm:
    """Lets a browser open its session only when what pages need is loaded; files are served at once."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        """Wrap an application; `state` gives what its lifespan yielded."""
        self._app, self._state = app, state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "websocket":
            await asyncio.wait({self._state()["warm"]})  # where it failed, the page says why
        await self._app(scope, receive, send)


class PageHeaders:
    """Gives every browser an opaque name of its own, to show the visitor's latest run, and the chart library early."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app
        self._charts = f"<{FOLDER}/{bundle()}>; rel="

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a page is told which script it will need, and a browser without a name gets one."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        nameless = not _named(Headers(scope=scope))
        # The reception draws no chart, but the next page will.
        when = "prefetch" if scope["path"].endswith("/") else "modulepreload"

        async def send_more(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", self._charts + when)
                    if nameless:
                        headers.append("set-cookie", _cookie())
            await send(message)

        await self._app(scope, receive, send_more)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Warm up beside the requests; stop the workers cleanly at the end."""
    warm = asyncio.ensure_future(asyncio.to_thread(_warm_up))
    yield {"warm": warm}
    await asyncio.wait({warm})
    if warm.exception() is None:
        warm.result().close()


def _warm_up() -> Any:
    """Load what pages need, draw one figure, and return the Lab."""
    from ui.warm_up import warm_up  # imports for two seconds

    return warm_up()


def _named(headers: Headers) -> bool:
    cookie = SimpleCookie(headers.get("cookie", "")).get(VISITOR_COOKIE)
    return cookie is not None and re.fullmatch(VISITOR, cookie.value) is not None


def _cookie() -> str:
    value = secrets.token_urlsafe(16)
    return f"{VISITOR_COOKIE}={value}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax"


def middleware(state: State) -> list[Middleware]:
    """Return what stands around an app, outermost first."""
    return [
        Middleware(PagesWhenWarm, state=state),
        Middleware(PageHeaders),
        Middleware(FirstPicture),
        Middleware(KnownBase),
    ]


app: st.App = st.App(Path(__file__).with_name("app.py"), lifespan=lifespan, middleware=middleware(lambda: app.state))
