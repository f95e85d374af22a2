"""The first thing that the fork server loads: it and its workers leave the cores to the dashboard where both want them.

With a class looking on, the dashboard needs most of a core. A fork server runs nothing but imports, hence at import.
"""

import os

NICENESS = 10
os.nice(NICENESS)
