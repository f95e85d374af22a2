"""Viewers of a running race that speak Streamlit's own protocol, as its front end does, without drawing.

A viewer opens the race page by its address, sends a rerun of each fragment at the interval that the server asks
for, whether the last one is answered or not, says which large messages it still has, and notes when which state of
the loss chart arrived. Many fit into one process where as many browsers would not.
"""

import asyncio
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

PAGE = "Optimizer_Race"
PROTOCOLS = [Subprotocol("streamlit"), Subprotocol("PLACEHOLDER_AUTH_TOKEN")]  # what the front end sends
LARGEST_MESSAGE = 200 * 1024 * 1024
KEPT_MESSAGES = 16


@dataclass
class Seen:
    """What one viewer has seen; times are time.time()."""

    charts: list[tuple[float, bytes]] = field(default_factory=list)  # when which text of the loss chart arrived
    looks: list[float] = field(default_factory=list)  # seconds from asking for a fragment to its last message
    received: int = 0  # bytes
    pages: int = 0  # runs of the whole page
    intervals: list[float] = field(default_factory=list)  # that the server asked for


class Texts:
    """Keeps one copy of what all viewers receive."""

    def __init__(self) -> None:
        self._known: dict[bytes, bytes] = {}

    def only(self, text: bytes) -> bytes:
        """Return the copy that is kept."""
        return self._known.setdefault(text, text)


async def watch(port: int, run_id: str, viewers: int, seconds: float) -> list[Seen]:
    """Let some viewers look at a run for a while, each out of step with the others."""
    texts = Texts()
    made = [_Viewer(port, run_id, texts) for _ in range(viewers)]
    until = time.monotonic() + seconds
    await asyncio.gather(*(viewer.look(number * 0.37 % 1, until) for number, viewer in enumerate(made)))
    return [viewer.seen for viewer in made]


class _Viewer:
    def __init__(self, port: int, run_id: str, texts: Texts) -> None:
        self._port, self._texts = port, texts
        self._query = f"run={run_id}"  # the address, which the page may add to
        self._page_hash = ""
        self._timers: dict[str, tuple[float, asyncio.Task[None]]] = {}  # fragment -> interval, timer
        self._asked: dict[str, float] = {}  # fragment -> when it was asked for
        self._running: tuple[str, ...] = ()  # the fragments of the run that goes on
        self._kept: OrderedDict[str, bytes | None] = OrderedDict()  # hash -> the loss chart in that message
        self.seen = Seen()

    async def look(self, delay: float, until: float) -> None:
        await asyncio.sleep(delay)
        address = f"ws://127.0.0.1:{self._port}/_stcore/stream"
        origin = f"http://127.0.0.1:{self._port}"
        async with connect(address, subprotocols=PROTOCOLS, additional_headers={"Origin": origin},
                           max_size=LARGEST_MESSAGE) as socket:  # fmt: skip
            try:
                await self._ask(socket, "")
                while (left := until - time.monotonic()) > 0:
                    with suppress(TimeoutError):
                        data = await asyncio.wait_for(socket.recv(decode=False), left)
                        self._take(socket, data, time.time())
            finally:
                for _, timer in self._timers.values():
                    timer.cancel()

    async def _ask(self, socket: ClientConnection, fragment: str) -> None:
        """Ask for a rerun of the page, or of one fragment of it."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self._query
        asked.page_name, asked.page_script_hash = ("", self._page_hash) if self._page_hash else (PAGE, "")
        asked.fragment_id, asked.is_auto_rerun = fragment, bool(fragment)
        asked.cached_message_hashes.extend(self._kept)
        asked.widget_states.SetInParent()
        asked.context_info.timezone = "UTC"
        if fragment:
            self._asked.setdefault(fragment, time.monotonic())
        await socket.send(message.SerializeToString())

    async def _repeat(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        due = time.monotonic()
        with suppress(ConnectionClosed):
            while True:
                due += interval
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await self._ask(socket, fragment)

    def _take(self, socket: ClientConnection, data: bytes, now: float) -> None:
        self.seen.received += len(data)
        message = ForwardMsg.FromString(data)
        match message.WhichOneof("type"):
            case "new_session":
                self._running = tuple(message.metadata.run.fragment_ids)
                self.seen.pages += not self._running
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self._query = message.page_info_changed.query_string
            case "delta":
                self._draw(message, now)
            case "ref_hash":
                if chart := self._kept.get(message.ref_hash):
                    self.seen.charts.append((now, chart))
            case "auto_rerun":
                self._set_timer(socket, message.auto_rerun.fragment_id, message.auto_rerun.interval)
            case "stop_auto_rerun":
                for fragment in message.stop_auto_rerun.fragment_ids:
                    self._stop_timer(fragment)
            case "script_finished":
                self._answered()

    def _draw(self, message: ForwardMsg, now: float) -> None:
        element = message.delta.new_element
        chart = None
        if message.delta.WhichOneof("type") == "new_element" and element.WhichOneof("type") == "bidi_component":
            text = element.bidi_component.bytes
            if b'"key": "loss"' in text[:400]:
                chart = self._texts.only(text)
                self.seen.charts.append((now, chart))
        if message.metadata.cacheable:
            self._kept[message.hash] = chart
            if len(self._kept) > KEPT_MESSAGES:
                self._kept.popitem(last=False)

    def _set_timer(self, socket: ClientConnection, fragment: str, interval: float) -> None:
        if fragment in self._timers and self._timers[fragment][0] == interval:
            return
        self._stop_timer(fragment)
        self.seen.intervals.append(interval)
        self._timers[fragment] = (interval, asyncio.create_task(self._repeat(socket, fragment, interval)))

    def _stop_timer(self, fragment: str) -> None:
        if fragment in self._timers:
            self._timers.pop(fragment)[1].cancel()

    def _answered(self) -> None:
        for fragment in self._running:
            if (at := self._asked.pop(fragment, None)) is not None:
                self.seen.looks.append(time.monotonic() - at)
