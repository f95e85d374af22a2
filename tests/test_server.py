import asyncio
import re

import server
from ui.bundle import bundle


def answered(content_type: str, cookie: str = "", path: str = "/Health_Check") -> dict[str, str]:
    """The headers that a browser gets from behind the middleware, one line for each name."""
    sent = []

    async def app(scope, receive, send):
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", content_type.encode())]}
        )
        await send({"type": "http.response.body", "body": b""})

    async def send(message):
        sent.append(message)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    asyncio.run(server.PageHeaders(app)({"type": "http", "path": path, "headers": headers}, None, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return {name.decode(): value.decode() for name, value in sent[0]["headers"]}


def test_a_page_names_the_chart_library_and_the_browser():
    found = answered("text/html; charset=utf-8")
    assert found["link"] == f"<static/js/{bundle()}>; rel=modulepreload"
    assert re.fullmatch(
        r"gradcore_visitor=[\w-]{22}; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax", found["set-cookie"]
    )


def test_the_reception_draws_no_chart_and_fetches_the_library_without_hurry():
    assert answered("text/html", path="/")["link"] == f"<static/js/{bundle()}>; rel=prefetch"
    assert answered("text/html", path="/clinic/")["link"] == f"<static/js/{bundle()}>; rel=prefetch"


def test_a_browser_keeps_its_name_and_one_that_cannot_be_ours_is_replaced():
    assert "set-cookie" not in answered("text/html", "gradcore_visitor=abcdefghijklmnopqrstuv")
    assert "set-cookie" in answered("text/html", "gradcore_visitor=<script>")


def test_what_is_no_page_is_left_alone():
    assert answered("application/javascript") == {"content-type": "application/javascript"}


def test_a_session_waits_until_pages_are_warm_and_files_do_not():
    async def story() -> list[str]:
        warm = asyncio.get_running_loop().create_future()
        served = []

        async def app(scope, receive, send):
            served.append(scope["type"])

        gate = server.PagesWhenWarm(app, lambda: {"warm": warm})
        session = asyncio.ensure_future(gate({"type": "websocket"}, None, None))
        await gate({"type": "http"}, None, None)
        before = list(served)
        warm.set_exception(RuntimeError("no store"))  # then the page says why
        await session
        warm.exception()
        return [*before, "|", *served]

    assert asyncio.run(story()) == ["http", "|", "http", "websocket"]
