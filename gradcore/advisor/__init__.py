"""The threshold advisor: what recorded gradient norms say about clipping, and whether training proves it."""

from gradcore.advisor.advice import WANTED, Advice, Rates, Suggestion, advise
from gradcore.advisor.proof import (
    Proof,
    Side,
    counted_steps,
    is_proof,
    proof_sentences,
    proof_spec,
    read_proof,
    window_losses,
    window_of,
)
from gradcore.advisor.reading import advice_document, advice_sentences
from gradcore.advisor.replay import Replay, compared_rules, replay
from gradcore.advisor.stream import NormStream
from gradcore.advisor.verdict import Verdict, verdict

__all__ = [
    "WANTED",
    "Advice",
    "NormStream",
    "Proof",
    "Rates",
    "Replay",
    "Side",
    "Suggestion",
    "Verdict",
    "advice_document",
    "advice_sentences",
    "advise",
    "compared_rules",
    "counted_steps",
    "is_proof",
    "proof_sentences",
    "proof_spec",
    "read_proof",
    "replay",
    "verdict",
    "window_losses",
    "window_of",
]
