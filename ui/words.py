"""Texts that came from somewhere else, made sentences, and safe for Streamlit's Markdown."""

import re

from gradcore.figures import theme
from gradcore.titles import typeset

WORD = re.compile(r"[a-z']+ ")
SPECIAL = re.compile(r"(`\w+`)|([\\`*_{}\[\]()#+!|<>~$:-])")


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no links, pictures or colours; only `names` stay code.

    Its numbers are typeset.

    Example:
        >>> print(escaped("`run` must exist. Received: [me](evil)"), escaped("-0.5"))
        `run` must exist. Received\: \[me\]\(evil\) −0.5
    """
    return SPECIAL.sub(lambda match: match[1] or "\\" + match[2], typeset(text))


def unbroken(text: str) -> str:
    """Return a text, safe for Markdown, whose words stay on one line: a name in a table.

    Example:
        >>> unbroken("Global norm")
        'Global\\xa0norm'
    """
    return escaped(text).replace(" ", "\u00a0")


def unbroken_number(value: float) -> str:
    """Return a number for a table, with true minus signs: at a hyphen 3.9e-7 would be broken.

    Example:
        >>> unbroken_number(3.905e-7)
        '3.905e−7'
    """
    return typeset(theme.number(value))


def as_sentence(error: Exception | str, then: str = "") -> str:
    """Return what an error or a message says with a capital, which it has not on the command line, and a next sentence.

    Example:
        >>> as_sentence(ValueError("the number must be > 0. Received: -1"), then="The default is used.")
        'The number must be > 0. Received: -1. The default is used.'
    """
    text = str(error)
    start = text[:1].upper() if WORD.match(text) else text[:1]  # names of files and parameters stay as they are
    end = f"{'' if text.endswith(('.', '?')) else '.'} {then}" if then else ""
    return start + text[1:] + end
