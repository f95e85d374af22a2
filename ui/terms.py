"""Words that lead to the glossary: a help text or caption links them, so that a hover explains itself."""

from gradcore.guide.glossary import GLOSSARY

ADDRESS = "Guide?term="  # beside the page that links it, also below a server's own path


def term(name: str, text: str = "") -> str:
    """Return a word as a Markdown link to its entry in the glossary; KeyError where there is no such entry.

    Example:
        >>> term("backprop_ratio"), term("clip_rate", "clip rate")
        ('[a_l](Guide?term=backprop_ratio)', '[clip rate](Guide?term=clip_rate)')
    """
    return f"[{text or GLOSSARY[name].title}]({ADDRESS}{GLOSSARY[name].name})"


def explained(text: str, *names: str) -> str:
    """Return a help text with links to the words that it uses, after it.

    Example:
        >>> explained("All start alike.", "seed", "tie")
        'All start alike.  \\nGlossary: [Seed](Guide?term=seed), [Tie](Guide?term=tie).'
    """
    return f"{text}  \nGlossary: {', '.join(map(term, names))}."
