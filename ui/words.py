"""Texts that came from somewhere else, made safe for Streamlit's Markdown."""

import re

SPECIAL = re.compile(r"(`\w+`)|([\\`*_{}\[\]()#+!|<>~$:-])")


def escaped(text: str) -> str:
    r"""Return a text that Markdown shows as it is: no links, pictures or colours; only `names` stay code.

    Example:
        >>> print(escaped("`run` must exist. Received: [me](evil)"))
        `run` must exist. Received\: \[me\]\(evil\)
    """
    return SPECIAL.sub(lambda match: match[1] or "\\" + match[2], text)
