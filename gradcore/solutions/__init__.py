"""Solutions: the notebook's and ours, on which sick networks they are measured, and which stacks are recommended."""

from gradcore.solutions.catalogue import NOTEBOOK, SOLUTIONS, Demands, Solution, Textbook
from gradcore.solutions.diseases import DISEASES, FEED_FORWARD, SICK, Disease
from gradcore.solutions.documents import as_text, measurement_document, read_measurement, solutions_document
from gradcore.solutions.effects import Effect, best_of, gain, mean_effect, strongest
from gradcore.solutions.measurement import Cost, Measurement
from gradcore.solutions.protocol import cell_groups, full_measurement, quick_measurement, rates_of, trial_of
from gradcore.solutions.recommend import Candidate, candidates, level_with_best, recommended
from gradcore.solutions.scenarios import CANDIDATES, MODERN_STACK, NEAR_BEST, SCENARIOS, STEP_BUDGET, Scenario
from gradcore.solutions.shipped import FULL, PROTOCOLS, QUICK, protocol_of, shipped
from gradcore.solutions.stacks import applies, parts_that_apply, sick, treated

__all__ = [
    "CANDIDATES",
    "DISEASES",
    "FEED_FORWARD",
    "FULL",
    "MODERN_STACK",
    "NEAR_BEST",
    "NOTEBOOK",
    "PROTOCOLS",
    "QUICK",
    "SCENARIOS",
    "SICK",
    "SOLUTIONS",
    "STEP_BUDGET",
    "Candidate",
    "Cost",
    "Demands",
    "Disease",
    "Effect",
    "Measurement",
    "Scenario",
    "Solution",
    "Textbook",
    "applies",
    "as_text",
    "best_of",
    "candidates",
    "cell_groups",
    "full_measurement",
    "gain",
    "level_with_best",
    "mean_effect",
    "measurement_document",
    "parts_that_apply",
    "protocol_of",
    "quick_measurement",
    "rates_of",
    "read_measurement",
    "recommended",
    "shipped",
    "sick",
    "solutions_document",
    "strongest",
    "treated",
    "trial_of",
]
