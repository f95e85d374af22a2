"""Words of the race and its statistics, and of the measured solutions."""

from gradcore.guide import places
from gradcore.guide.model import RACE, Term, link

RANKS = link(RACE, "Rank", "the ranking of a race")
PROFILE = link(RACE, "Tasks", "a race over several tasks", view="Several tasks")
EFFECT = places.ALL_SOLUTIONS
TERMS = (
    Term("entrant", "Entrant", "An optimizer with its settings, in a race. All entrants start a seed from the "
         "same weights and see the same batches.", seen=(RANKS,)),
    Term("shared_weights", "Same initial weights for all", "Off, each optimizer starts from weights of its own, "
         "as in the notebook: luck then counts as skill.", seen=(places.NOTEBOOK_RACE,)),
    Term("tuned", "Tuned learning rates", "Each entrant is first trained at seven rates around its own, half a "
         "decade apart, on three other seeds; where the best lies on the edge, further. It then races at its best.",
         seen=(places.SIX_TUNED,), also=("edge", "half a decade")),
    Term("band", "Median and band", "The line is the median of the seeds, the band their 10th to 90th percentile; "
         "with fewer than five seeds there is a thin line for each.", seen=(RANKS,)),
    Term("rank", "Rank", "One more than the number of entrants that are told apart as better.", seen=(RANKS,)),
    Term("tie", "Tie", "Nothing separates two entrants: the paired test over the seeds finds no difference. No "
         "medal is given for it.", seen=(RANKS,), also=("tied", "no difference from")),
    Term("interval", "95 % interval", "Where the true value lies, in 95 of 100 repetitions of the whole "
         "experiment. In the ranking: of the ratio of final losses to the best entrant's, over the seeds.",
         r"\bar d \pm t_{n-1}\, s_d / \sqrt{n}", (RANKS,), ("times the best", "loss ratio")),
    Term("paired_test", "Paired t-test", "Looks at the difference of two entrants on each seed, so that what a "
         "seed does to both falls out.", r"t = \bar d / (s_d / \sqrt{n})", (RANKS,), ("paired",)),
    Term("holm", "Holm's correction", "Many pairs are tested, so the most unlikely must be more unlikely: the "
         "smallest p-value is held against 0.05 / m, the next against 0.05 / (m − 1), and so on.",
         r"p_{(k)} \le 0.05 / (m - k + 1)", (RANKS,), ("Holm",)),
    Term("seeds_needed", "Seeds needed", "How many seeds would tell the first two apart four times in five, as "
         "far as these seeds say.", r"n = 7.85\, (s_d / D)^2", (RANKS,)),
    Term("stability", "Stability", "The mean gradient norm against its standard deviation over the steps, as the "
         "notebook has it. Most of the deviation is the trend of a falling loss.", seen=(RANKS,), also=(
         "standard deviation",)),
    Term("beats", "Each against each other", "On which share of the seeds one entrant ends below another.", seen=(
         RANKS,)),
    Term("overlay", "Compare with", "A second race over the first; for each entrant of both, the ratio of the "
         "final losses with its interval.", seen=(link(RACE, "Compare with", "a second race over the first"),)),
    Term("notebook_score", "Score, convergence speed", "The notebook's: loss plus deviation of the norm minus "
         "fall of the loss, three units in one sum.", seen=(places.NOTEBOOK_RACE,),
         also=("convergence speed", "medal")),
    Term("profile", "Performance profile", "For each entrant the share of tasks that it solves within a multiple "
         "of the best one's time (Dolan & Moré 2002).", r"\rho(\tau) = \#\{w : t_w \le \tau\, t_w^*\} / W", (PROFILE,)),
    Term("profile_score", "Score of a profile", "The mean height of the profile from 1 to 4; 1 for who is best "
         "everywhere. It depends on the tasks that were raced.", r"\tfrac13 \int_1^4 \rho(\tau)\, d\tau", (PROFILE,)),
    Term("rate_of_convergence", "Rate", "What the loss is multiplied by at each step. For gradient descent on a "
         "quadratic of condition k, at best:", r"\left((k - 1) / (k + 1)\right)^2", (places.WHY_MOMENTUM,),
         ("condition", "theory")),
    Term("effectiveness", "E", "The share of what a disease costs in loss that a solution gives back: 1 cured, 0 "
         "no effect, below 0 harmful. Learning rates are tuned equally for both.",
         r"E = (L_\mathrm{sick} - L_\mathrm{treated}) / (L_\mathrm{sick} - L_\mathrm{ref})", (EFFECT,), (
         "effectiveness",)),
    Term("disease", "Disease", "A sick network on which solutions are measured. Not applicable: the solution is "
         "already there, or has nothing to act on; shown as such, never as zero.", seen=(EFFECT,), also=(
         "not applicable",)),
    Term("add_one_in", "Add one in, leave one out", "The solution alone on the sick network; and what is lost "
         "when it is taken out of the full stack.", seen=(EFFECT,), also=("leave one out",)),
    Term("interaction", "Interaction", "What two solutions do together beyond what each does alone.",
         r"E_{ab} - E_a - E_b", (EFFECT,)),
    Term("step_time_ratio", "Step-time ratio", "How much longer a step takes than without the solution, measured "
         "in alternating rounds so that a busy machine slows both.", seen=(EFFECT,), also=("cost",)),
    Term("extra_state", "Optimizer state for each weight", "Numbers that the optimizer keeps beside each weight: "
         "none for SGD, 1 with momentum, 2 for Adam.", seen=(EFFECT,)),
    Term("complexity", "Complexity", "Counted, not judged: new hyper-parameters, new tensors, rules to be kept, "
         "whether inference differs, rows depend on each other, or the start needs data, and lines of the script "
         "that change.", seen=(EFFECT,)),
    Term("pareto", "Pareto front", "The solutions for which nothing as simple is more effective.", seen=(EFFECT,)),
    Term("textbook", "Textbook score", "The notebook's opinion from 1 to 10. Nobody measured it.", seen=(EFFECT,)),
)  # fmt: skip
