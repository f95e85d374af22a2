"""The clipping lab's first two parts, and `gradcore clip`: from a changed control to the server's last message.

Visitors speak Streamlit's own protocol, as its front end does, without drawing: each opens a part, then changes the
value of one control, waits for the answer, reads for a while, and changes it again. No two ask for the same value, so
that nobody is served what was drawn for another.
"""

import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from bench._served import ROOT, dashboard
from bench._viewers import LARGEST_MESSAGE, PROTOCOLS

PAGE = "Clipping_Lab"
VISITORS = 10
CHANGES = 15  # of each visitor
READS = (0.5, 1.5)  # seconds between an answer and the next change
GOAL, GOAL_COMMAND = 0.15, 1.5  # seconds
PARTS = {  # the address, and the control that is changed
    "one_step": ("part=One+step&gradient=Explosive", "Global norm: max norm"),
    "one_step_all_rules": (
        "part=One+step&step_match=true&step_rules=By+value&step_rules=Per+tensor&step_rules=Global+norm"
        "&step_rules=Ten+percent&step_rules=Recent+percentile&step_rules=AutoClip&step_rules=Adaptive+%28AGC%29"
        "&step_rules=ZClip&step_rules=AdaGC&step_rules=Normalized",
        "Norm after, for all",
    ),
    "stream": ("part=Stream", "Global norm: max norm"),
    "stream_of_200_steps": (
        "part=Stream&stream_normal_steps=60&stream_rise_steps=20&stream_explosion_steps=60&stream_recovery_steps=60",
        "Global norm: max norm",
    ),
}
CLIP = ["clip", "--spec", "-", "--json"]
STREAM = {"stream": {"kind": "notebook"}, "rules": [{"rule": "adaptive_percentile"}, {"rule": "autoclip"}]}


def main() -> None:
    """Measure and print."""
    before = os.getloadavg()[0]
    found: dict[str, Any] = {"visitors": VISITORS, "goal_seconds": GOAL, "goal_command_seconds": GOAL_COMMAND}
    with tempfile.TemporaryDirectory() as folder, dashboard(Path(folder)) as served:
        served.listening()
        _rest(served.server.pid)  # workers load TensorFlow at first, on the cores that are measured
        for part, (address, control) in PARTS.items():
            asyncio.run(_visit(served.port, address, control, 1, 3))  # libraries are loaded by the first visitor
            found[part] = _summary(asyncio.run(_visit(served.port, address, control, VISITORS, CHANGES)))
            begun = _cpu(served.server.pid)
            alone = asyncio.run(_visit(served.port, address, control, 1, CHANGES, first=VISITORS))
            found[part]["alone"] = _summary(alone)
            found[part]["cpu_seconds_per_change"] = round((_cpu(served.server.pid) - begun) / (CHANGES + 1), 3)
    found["command"] = _summary([_command(CLIP, json.dumps(STREAM)) for _ in range(7)])
    with tempfile.TemporaryDirectory() as folder:
        store = f"sqlite:///{folder}/runs.db"
        run_id = json.loads(_output(["race", "--preset", "default", "--json", "--db", store]))["run_id"]
        words = ["clip", "--from-run", run_id, "--json", "--db", store]
        found["command_from_run"] = _summary([_command(words) for _ in range(7)])
    print(json.dumps({**found, "load_before": before, "load_after": os.getloadavg()[0]}, indent=2))


async def _visit(port: int, address: str, control: str, visitors: int, changes: int, first: int = 0) -> list[float]:
    """Return the seconds of every change of all visitors; those with the same numbers ask for the same."""
    made = [_Visitor(port, address, control, number) for number in range(first, first + visitors)]
    waits = await asyncio.gather(*(visitor.stay(changes) for visitor in made))
    return [wait for one in waits for wait in one]


class _Visitor:
    def __init__(self, port: int, address: str, control: str, number: int) -> None:
        self._port, self._query, self._control = port, address, control
        self._random = random.Random(number)
        self._page_hash, self._id = "", ""

    async def stay(self, changes: int) -> list[float]:
        """Open the part, then change the control again and again."""
        await asyncio.sleep(self._random.uniform(0, 1))
        origin = f"http://127.0.0.1:{self._port}"
        async with connect(
            f"ws://127.0.0.1:{self._port}/_stcore/stream",
            subprotocols=PROTOCOLS,
            additional_headers={"Origin": origin},
            max_size=LARGEST_MESSAGE,
            open_timeout=60,
        ) as socket:
            await self._ask(socket, None)
            await self._answer(socket)
            waits = []
            for _ in range(changes):
                await asyncio.sleep(self._random.uniform(*READS))
                began = time.perf_counter()
                await self._ask(socket, self._random.uniform(0.5, 20))
                await self._answer(socket)
                waits.append(time.perf_counter() - began)
            return waits

    async def _ask(self, socket: ClientConnection, value: float | None) -> None:
        """Ask for the page, with the control at a value."""
        message = BackMsg()
        asked = message.rerun_script
        asked.query_string = self._query
        asked.page_name, asked.page_script_hash = ("", self._page_hash) if self._page_hash else (PAGE, "")
        asked.widget_states.SetInParent()
        asked.context_info.timezone = "UTC"
        if value is not None:
            state = asked.widget_states.widgets.add()
            state.id, state.double_value = self._id, value
        await socket.send(message.SerializeToString())

    async def _answer(self, socket: ClientConnection) -> None:
        """Take messages until the page has run; fragments of its menu are not waited for."""
        whole = False
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(socket.recv(decode=False), 60))
            match message.WhichOneof("type"):
                case "new_session":
                    whole = not message.metadata.run.fragment_ids
                case "navigation":
                    self._page_hash = message.navigation.page_script_hash
                case "page_info_changed":
                    self._query = message.page_info_changed.query_string
                case "delta":
                    element = message.delta.new_element
                    if element.WhichOneof("type") == "number_input" and element.number_input.label == self._control:
                        self._id = element.number_input.id
                case "script_finished" if whole:
                    if not self._id:
                        raise RuntimeError(f"the page has no control called {self._control}")
                    return


def _rest(pid: int) -> None:
    """Wait until the server and its workers have little to do."""
    for _ in range(60):
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        begun = sum(_cpu(one.pid) for one in family)
        time.sleep(2)
        if sum(_cpu(one.pid) for one in family) - begun < 0.3:
            return
    raise RuntimeError("the workers were still busy after two minutes")


def _cpu(pid: int) -> float:
    """Return the seconds of processor time that the server has taken; unlike waits, other work does not add to it."""
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _command(words: list[str], given: str = "") -> float:
    began = time.perf_counter()
    _output(words, given)
    return time.perf_counter() - began


def _output(words: list[str], given: str = "") -> str:
    command = [sys.executable, "-m", "gradcore", *words]
    return subprocess.run(command, input=given, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout


def _summary(seconds: list[float]) -> dict[str, float | int]:
    ordered = sorted(seconds)
    return {
        "p50_seconds": round(statistics.median(ordered), 3),
        "p95_seconds": round(ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))], 3),
        "measured": len(ordered),
    }


if __name__ == "__main__":
    main()
