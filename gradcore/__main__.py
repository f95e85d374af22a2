"""`python -m gradcore`: the command line."""

import sys

from gradcore.cli import main

if __name__ == "__main__":
    sys.exit(main())
