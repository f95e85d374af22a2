"""The sections of the guide in their order, and all claims by name."""

from collections.abc import Mapping
from types import MappingProxyType

from gradcore.guide import analogy, framework, journey, pitfalls, practice
from gradcore.guide.model import Claim, Section

SECTIONS: Mapping[str, Section] = MappingProxyType(
    {
        section.name: section
        for section in (
            *analogy.SECTIONS,
            *framework.SECTIONS,
            *practice.SECTIONS,
            *pitfalls.SECTIONS,
            *journey.SECTIONS,
        )
    }
)
CLAIMS: Mapping[str, Claim] = MappingProxyType(
    {claim.name: claim for section in SECTIONS.values() for claim in section.claims}
)
