import threading

import pytest

from ui.shared import Shared


def test_who_comes_within_the_pause_gets_the_same_value() -> None:
    seen: list[int | None] = []
    shared: Shared[int] = Shared(seconds=60)

    def make(before: int | None) -> int:
        seen.append(before)
        return len(seen)

    assert [shared.get("run", make) for _ in range(3)] == [1, 1, 1]
    assert seen == [None]


def test_after_the_pause_it_is_made_from_the_one_before() -> None:
    shared: Shared[int] = Shared(seconds=0, share=float("inf"))
    assert [shared.get("run", lambda before: (before or 0) + 1) for _ in range(3)] == [1, 2, 3]


def test_while_it_is_made_others_get_the_one_before_at_once() -> None:
    shared: Shared[str] = Shared(seconds=0, share=float("inf"))
    shared.get("run", lambda _: "old")
    begun, go_on = threading.Event(), threading.Event()

    def slow(_: str | None) -> str:
        begun.set()
        assert go_on.wait(10)
        return "new"

    thread = threading.Thread(target=shared.get, args=("run", slow))
    thread.start()
    assert begun.wait(10)
    assert shared.get("run", lambda _: "never made") == "old"
    go_on.set()
    thread.join(10)
    assert shared.get("run", lambda before: f"after {before}") == "after new"


def test_a_failure_is_the_callers_and_the_next_one_tries_again() -> None:
    shared: Shared[int] = Shared(seconds=0)
    with pytest.raises(ZeroDivisionError):
        shared.get("run", lambda _: 1 // 0)
    assert shared.get("run", lambda _: 1) == 1


def test_the_oldest_keys_are_forgotten() -> None:
    shared: Shared[int] = Shared(seconds=60, most=2)
    for key in ("a", "b", "c"):
        shared.get(key, lambda _: 1)
    assert [shared.get(key, lambda _: 2) for key in ("c", "a")] == [1, 2]
