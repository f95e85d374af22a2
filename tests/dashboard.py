"""A dashboard without pages, for tests that kill it: `python -m tests.dashboard DATABASE [WORKERS]`.

Reads one race as JSON from each line of standard input, submits it and prints its id; leaves on SIGTERM.
"""

import signal
import sys
import threading
from typing import NoReturn

from gradcore import strict_json
from gradcore.jobs import Cluster
from gradcore.lab import Lab
from gradcore.settings import Settings
from gradcore.specs import RaceSpec
from gradcore.store import RunStore


def main() -> None:
    store = RunStore(sys.argv[1])
    workers = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    lab = Lab(store, Cluster(store.database, workers).start(), Settings(sys.argv[1], workers))
    signal.signal(signal.SIGTERM, leave)
    print("ready", flush=True)
    try:
        for line in sys.stdin:
            print(lab.submit(RaceSpec.from_json(strict_json.loads(line)), again=True), flush=True)
        threading.Event().wait()
    finally:
        lab.close()


def leave(*_: object) -> NoReturn:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
