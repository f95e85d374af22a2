"""What this product cannot tell, or not well."""

from gradcore.guide import places
from gradcore.guide.model import CLIPPING, HEALTH, RACE, Limit, link

LIMITS = (
    Limit(
        "Everything here is small: networks of at most two million parameters, tasks of a few hundred or thousand "
        "rows, some hundred steps. What holds at this size need not hold at a larger one.",
        link(RACE, "Task", "the tasks, and how many rows each has"),
    ),
    Limit(
        "Theory's line is about the first step. After it the weights are no longer random, and the line says nothing "
        "of them.",
        places.SIGMOIDS,
    ),
    Limit(
        "One look at initialisation cannot settle where a greatest a_l above 15 leads: some of these "
        "networks train after all. The rules therefore look at the error e too, and call sick what does not train.",
        link(HEALTH, "Exploding, warned above", "the thresholds of the rules"),
    ),
    Limit(
        "A dead layer is told from 256 probe rows. A unit that fires on rarer rows counts as dead: a share p of the "
        "rows escapes with a chance of (1 − p) to the 256th.",
        places.DYING,
    ),
    Limit(
        "An early warning came at least 15 steps before the loss doubled in seven of ten divergences; on all rows at "
        "once it comes a step ahead. It also comes in one of eight trainings at the best learning rate, and with Lion "
        "in most: its steps have one length whatever the gradient. It is information and changes no verdict.",
        places.STOPS_AT_WARNING,
    ),
    Limit(
        "A tie is not equality: it says that these seeds do not tell the two apart. How many would, stands below the "
        "ranking.",
        link(RACE, "Seeds", "six optimizers over twenty seeds", seeds="20"),
    ),
    Limit(
        "The score of a performance profile depends on the tasks that were raced. Another pool, another order.",
        link(RACE, "Tasks", "a profile, and the choice of its tasks", view="Several tasks"),
    ),
    Limit(
        "The advisor's interval is about a stream that goes on as it was recorded. A drift slower than the record is "
        "not in it, and a rule that acts would have changed what came after.",
        link(CLIPPING, "Wanted clip rate", "an advised threshold and its interval", part="Advisor"),
    ),
    Limit(
        "The effect of a solution depends on the best loss that was seen on the disease and on the number of steps: "
        "it is an effect within this budget, on this data.",
        places.ALL_SOLUTIONS,
    ),
    Limit(
        "Times are those of this machine, under whatever else it does. Step-time ratios are measured in alternating "
        "rounds so that a busy machine slows both sides; seconds are not.",
        link(RACE, "Time in", "a profile in seconds", view="Several tasks", time="seconds"),
    ),
    Limit(
        "The formulas of other tools in the accuracy table are restated from their documentation; where that is not "
        "exact, `bench/_other_rules.py` says so.",
    ),
)  # fmt: skip
