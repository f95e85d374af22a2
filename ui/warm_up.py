"""What server.py loads before the first page: the Lab, and the libraries that pages draw with."""

import gc

from gradcore.documents import example_document, trace_from_document
from gradcore.figures import race as figures
from gradcore.figures import theme
from gradcore.lab import Lab
from ui import reception_doors, reception_picture, services


def warm_up() -> Lab:
    """Return the Lab, with one figure drawn and all that is loaded frozen for the garbage collector."""
    lab = services.lab()
    reception_doors.warm_up()
    reception_picture.both()
    theme.to_json(figures.loss_curves(trace_from_document(example_document())))
    gc.collect()
    gc.freeze()
    return lab
