"""The reception's picture is part of the HTML that a first visitor gets, and of nothing else."""

import asyncio

import pytest

from ui.first_picture import FILE, ROOT, FirstPicture
from ui.page_html import KnownBase
from ui.reception_picture import first_picture

PAGE = b'<html><body><div id="root"></div></body></html>'
PICTURE = FILE.read_bytes()


HTML = (b"content-type", b"text/html; charset=utf-8")


def answered(path="/", query=b"", method="GET", status=200, parts=(PAGE,), kind=(HTML,), around=FirstPicture):
    """The status, the length that is named, and the body that a browser gets."""
    sent = []

    async def app(scope, receive, send):
        length = str(sum(map(len, parts))).encode()
        await send({"type": "http.response.start", "status": status, "headers": [*kind, (b"content-length", length)]})
        for number, part in enumerate(parts):
            await send({"type": "http.response.body", "body": part, "more_body": number < len(parts) - 1})

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "query_string": query, "headers": []}
    asyncio.run(around(app)(scope, None, send))
    start, *bodies = sent
    return start["status"], int(dict(start["headers"])[b"content-length"]), b"".join(one["body"] for one in bodies)


def test_the_file_is_what_is_drawn_now():
    assert FILE.read_text(encoding="utf-8") == first_picture(), "draw it anew: python -m bench._first_picture"


def test_it_needs_no_script_and_names_nothing_twice():
    text = first_picture()
    assert "<script" not in text
    assert "data-" not in text.replace("[data-testid", "")
    assert text.count('id="first_sick_loss"') == text.count("url(#first_sick_loss)") == 1


@pytest.mark.parametrize("path", ["/", "/clinic/"])
def test_the_reception_gets_the_picture_before_the_root_of_the_front_end(path):
    status, length, body = answered(path)
    assert status == 200
    assert body == PAGE.replace(ROOT, PICTURE + ROOT)
    assert length == len(body)


def test_a_body_in_parts_gets_it_too():
    assert answered(parts=(PAGE[:20], PAGE[20:]))[2] == answered()[2]


@pytest.mark.parametrize(
    "asked",
    [
        {"path": "/Health_Check"},
        {"query": b"demo=3"},
        {"method": "HEAD"},
        {"path": "/static/js/index.js"},
        {"parts": (b"not a page",)},
        {"status": 304, "parts": (b"",)},
        {"kind": ((b"content-type", b"text/javascript"),)},
        {"kind": ()},
    ],
)
def test_everything_else_passes_as_it_is(asked):
    parts = asked.get("parts", (PAGE,))
    assert answered(**asked) == (asked.get("status", 200), sum(map(len, parts)), b"".join(parts))


def test_a_page_knows_where_its_server_is_and_the_reception_needs_not_to():
    page = b"<html><head><title>Guide</title></head></html>"
    status, length, body = answered("/clinic/Guide", b"term=tie", parts=(page[:9], page[9:]), around=KnownBase)
    assert (status, length) == (200, len(body))
    assert body.startswith(b"<html><head><script>window.__streamlit = { BACKEND_BASE_URL: new URL(")
    assert body.endswith(b"</script><title>Guide</title></head></html>")
    for asked in (
        {"path": "/"},
        {"path": "/Guide", "method": "HEAD"},
        {"path": "/media/report.html"},
        {"path": "/x", "kind": ()},
    ):
        assert answered(parts=(page,), around=KnownBase, **asked)[2] == page
