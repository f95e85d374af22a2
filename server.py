"""The server around app.py: loads what pages need before the first visitor, starts the workers, names each browser.

Started by `make run` (`streamlit run server.py`). `streamlit run app.py` works too, a little slower at first and
with one visitor per browser tab.
"""

import gc
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gradcore.documents import example_document, trace_from_document
from gradcore.figures import race as figures
from gradcore.figures import theme
from ui import services

COOKIE_SECONDS = 365 * 24 * 3600


class VisitorCookie:
    """Gives every browser an opaque name of its own, so that a page can show the visitor's latest run."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, with the cookie where a page is asked for and the browser has none."""
        if scope["type"] != "http" or _named(Headers(scope=scope)):
            await self._app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _cookie())
            await send(message)

        await self._app(scope, receive, send_named)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Start the workers and warm the pages' libraries up; stop the workers cleanly at the end."""
    lab = services.lab()
    theme.to_json(figures.loss_curves(trace_from_document(example_document())))
    gc.collect()
    gc.freeze()
    yield {}
    lab.close()


def _named(headers: Headers) -> bool:
    cookie = SimpleCookie(headers.get("cookie", "")).get(services.VISITOR_COOKIE)
    return cookie is not None and re.fullmatch(services.VISITOR, cookie.value) is not None


def _cookie() -> str:
    value = secrets.token_urlsafe(16)
    return f"{services.VISITOR_COOKIE}={value}; Max-Age={COOKIE_SECONDS}; Path=/; HttpOnly; SameSite=Lax"


app = st.App(Path(__file__).with_name("app.py"), lifespan=lifespan, middleware=[Middleware(VisitorCookie)])
