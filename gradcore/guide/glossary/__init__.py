"""Every word and symbol that the pages use: what it means, its formula, and where it is seen."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.guide.glossary import clipping, networks, races, signals
from gradcore.guide.model import Term

SUBJECTS: Mapping[str, tuple[Term, ...]] = MappingProxyType(
    {
        "Networks and training": networks.TERMS,
        "Health check": signals.TERMS,
        "Clipping": clipping.TERMS,
        "Races, statistics, solutions": races.TERMS,
    }
)
GLOSSARY: Mapping[str, Term] = MappingProxyType({term.name: term for terms in SUBJECTS.values() for term in terms})
