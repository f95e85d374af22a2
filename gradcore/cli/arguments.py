"""What can be typed: the commands, their options, and an example of each."""

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any, NoReturn

from gradcore.errors import RefusedError

KINDS = ("race", "health", "treatment", "solutions")
FIRST = ""  # prescription
MOST_RUNS = 1_000_000  # that one list may hold
SOLUTIONS = "list the solutions, each opinion beside its measurement"


class Parser(argparse.ArgumentParser):
    """A parser whose refusal is one sentence, like every other refusal."""

    def error(self, message: str) -> NoReturn:
        """Refuse what was typed."""
        raise RefusedError(f"{message}; see `{self.prog} --help`.")


def build_parser() -> Parser:
    """Return the parser of `gradcore`."""
    parser = Parser(
        prog="gradcore",
        description="See, measure and cure the gradient problems of deep networks.",
        epilog="example:\n  gradcore race --preset default",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _race(_add(commands, "race", "race:race", "race optimizers from the same start", EXAMPLES["race"]))
    summary = "race optimizers over several tasks: performance profile and score"
    _profile(_add(commands, "profile", "profile:profile", summary, EXAMPLES["profile"]))
    summary = "check a network layer by layer, and prove a treatment"
    _health(_add(commands, "health", "health:health", summary, EXAMPLES["health"]))
    _solutions(_add(commands, "solutions", "solutions:solutions", SOLUTIONS, EXAMPLES["solutions"]))
    _clip(_add(commands, "clip", "clip:clip", "see what clip rules do to gradients", EXAMPLES["clip"]))
    _runs(_add(commands, "runs", None, "list, show and cancel stored runs", EXAMPLES["runs"]))
    doctor = _add(commands, "doctor", "doctor:doctor", "check this installation", EXAMPLES["doctor"])
    _json(doctor)
    _db(doctor)
    return parser


EXAMPLES = {
    "race": """\
  gradcore race --preset default
  gradcore race --preset notebook --json > notebook.json
  echo '{"entrants": [{"optimizer": "SGD"}, {"optimizer": "Adam"}], "seeds": 3}' | gradcore race --spec - --json""",
    "profile": """\
  gradcore profile --preset default
  gradcore profile --spec FILE --tasks digits,wine,quadratic --json
  gradcore profile --runs RUN_ID,RUN_ID""",
    "health": """\
  gradcore health --preset sigmoid_stack
  gradcore health --preset sigmoid_stack --treat --json
  gradcore health --spec FILE --treat residual_scaled""",
    "solutions": """\
  gradcore solutions --json
  gradcore solutions measure --quick""",
    "measure": """\
  gradcore solutions measure --quick --json
  gradcore solutions measure --first-seed 100 --out FILE""",
    "clip": """\
  echo '{"scenario": "explosive", "rules": [{"rule": "clip_by_global_norm", "max_norm": 5}]}' | gradcore clip --spec -
  echo '{"stream": {"kind": "notebook"}, "rules": [{"rule": "autoclip"}]}' | gradcore clip --spec - --json
  gradcore clip --from-run RUN_ID --entrant Adam --rate 0.05""",
    "runs": "  gradcore runs list --status finished --limit 5",
    "list": "  gradcore runs list --kind race --status finished --limit 5 --json",
    "show": "  gradcore runs show RUN_ID --json",
    "cancel": "  gradcore runs cancel RUN_ID",
    "doctor": "  gradcore doctor",
}


def _race(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--spec", metavar="FILE", help="the race as JSON; - reads standard input")
    source.add_argument(
        "--preset",
        metavar="NAME",
        help="a race that is ready: default, notebook, exploding_rnn or steady, or one that tells a story: "
        "why_momentum, badly_scaled, first_step, weight_decay or rate_too_high",
    )
    stop = "end a seed where its gradient norm warns of a divergence; it is not judged then"
    parser.add_argument("--stop-at-warning", action="store_true", help=stop)
    parser.add_argument("--again", action="store_true", help="train again even if the store has this very race")
    parser.add_argument("--verbose", action="store_true", help="show what TensorFlow prints, and tracebacks")
    _layer_norms(parser)
    _json(parser)
    _db(parser)


def _profile(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--spec", metavar="FILE", help="a race as JSON, raced on each task; - reads standard input")
    source.add_argument("--preset", metavar="NAME", help="a race that is ready, raced on each task")
    source.add_argument("--runs", metavar="ID,...", help="the profile of stored races; nothing is trained")
    parser.add_argument("--tasks", metavar="NAME,...", help="tasks with a target (default: six that train in seconds)")
    parser.add_argument("--again", action="store_true", help="train again even what the store has")
    parser.add_argument("--verbose", action="store_true", help="show what TensorFlow prints, and tracebacks")
    _json(parser)
    _db(parser)


def _health(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--spec", metavar="FILE", help="the check as JSON; - reads standard input")
    source.add_argument("--preset", metavar="NAME", help="a patient of the ward; notebook is its robust network")
    parser.add_argument(
        "--treat",
        nargs="?",
        const=FIRST,
        metavar="ID",
        help="then try the first prescription, or the solution of this name, in pairs",
    )
    parser.add_argument("--again", action="store_true", help="train again even if the store has this very check")
    parser.add_argument("--verbose", action="store_true", help="show what TensorFlow prints, and tracebacks")
    _json(parser)
    _db(parser)


def _solutions(parser: Parser) -> None:
    _json(parser)
    _db(parser)
    commands = parser.add_subparsers(metavar="COMMAND")
    measure = _add(commands, "measure", "solutions:measure", "measure what each solution does", EXAMPLES["measure"])
    measure.add_argument("--quick", action="store_true", help="fewer rates, seeds, steps and stacks: minutes")
    measure.add_argument("--first-seed", type=_seed, default=0, metavar="N", help="the first of the seeds (default 0)")
    measure.add_argument("--out", metavar="FILE", help="write the whole measurement there, as the one that ships")
    measure.add_argument("--again", action="store_true", help="open no measurement that the store has")
    measure.add_argument("--verbose", action="store_true", help="show what TensorFlow prints, and tracebacks")
    _json(measure)
    _db(measure)


def _clip(parser: Parser) -> None:
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--spec", metavar="FILE", help="gradients and rules as JSON; - reads standard input")
    source.add_argument("--from-run", metavar="ID", help="advise a threshold from a stored run's gradient norms")
    parser.add_argument("--entrant", metavar="LABEL", help="whose norms to read (default: the run's first entrant)")
    parser.add_argument("--rate", metavar="SHARE", help="wanted clip rate, above 0 and below 1 (default 0.05)")
    parser.add_argument("--first-step", metavar="N", help="leave earlier steps out (default 0)")
    _json(parser)
    _db(parser)


def _runs(parser: Parser) -> None:
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    listing = _add(commands, "list", "runs:list_runs", "list stored runs, the newest first", EXAMPLES["list"])
    listing.add_argument("--kind", choices=KINDS, help="only runs of this kind")
    listing.add_argument("--status", metavar="STATUS", help="only runs that are queued, running, finished, ...")
    listing.add_argument("--tag", help="only runs with this tag")
    listing.add_argument("--limit", type=_count, default=50, metavar="N", help="at most this many (default 50)")
    show = _add(commands, "show", "runs:show", "show a stored run", EXAMPLES["show"])
    _layer_norms(show)
    cancel = _add(commands, "cancel", "runs:cancel", "cancel a queued or running run", EXAMPLES["cancel"])
    for command in (show, cancel):
        command.add_argument("run_id", metavar="ID", help="the run's id, as `runs list` shows it")
    for command in (listing, show, cancel):
        _json(command)
        _db(command)


def _add(commands: Any, name: str, handler: str | None, summary: str, example: str) -> Parser:
    """Add a command; its handler, "module:function" inside this package, is imported when it runs."""
    parser: Parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"example:\n{example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    if handler:
        parser.set_defaults(command=_late(handler))
    return parser


def _late(handler: str) -> Callable[[argparse.Namespace], int]:
    module, function = handler.split(":")

    def run(arguments: argparse.Namespace) -> int:
        found: int = getattr(import_module(f"gradcore.cli.{module}"), function)(arguments)
        return found

    return run


def _json(parser: Parser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")


def _db(parser: Parser) -> None:
    parser.add_argument("--db", metavar="URL", help="the run store (default GRADCORE_DB, else the dashboard's file)")


def _layer_norms(parser: Parser) -> None:
    parser.add_argument("--layer-norms", action="store_true", help="add every layer's gradient norm to the JSON")


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 on. Received: {text}")
    return int(text)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_RUNS:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MOST_RUNS}. Received: {text}")
    return int(text)
