"""The command line: the same backend, words and numbers as the pages.

Every command imports what it needs when it runs, so that none but `race` loads TensorFlow. Standard output holds
the answer, standard error everything else.
"""

import io
import os
import sys
from collections.abc import Sequence

from gradcore.cli.arguments import build_parser
from gradcore.errors import GradcoreError, RefusedError, UnknownRunError

DONE, FAILED, REFUSED = 0, 1, 2
INTERRUPTED, BROKEN_PIPE = 130, 141


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 done, 1 the run failed or the store cannot be used, 2 refused input, 130 and 143 stopped by Ctrl-C and SIGTERM.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):  # JSON is UTF-8, whatever the terminal's language
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        arguments = build_parser().parse_args(words)
        status: int = arguments.command(arguments)
        sys.stdout.flush()
    except (RefusedError, UnknownRunError) as error:
        return _say(error, REFUSED)
    except GradcoreError as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader has seen enough, as in `gradcore runs list | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return status


def _say(error: GradcoreError, status: int) -> int:
    print(f"gradcore: {' '.join(str(error).split())}", file=sys.stderr)
    return status
