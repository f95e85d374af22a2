"""Words and symbols of the health check."""

from gradcore.guide import places
from gradcore.guide.model import HEALTH, Term, link

THRESHOLDS = link(HEALTH, "Exploding, warned above", "the thresholds of the rules")
TERMS = (
    Term("gradient_norm", "Gradient norm", "The length of the gradient of all variables together (global norm), "
         "of one layer, or of one variable. Measured before any clipping.",
         r"\lVert g \rVert = \sqrt{\textstyle\sum_i g_i^2}", (places.SIGMOIDS,), ("global norm", "layer norms")),
    Term("delta", "δ", "The gradient of the loss with respect to z: the signal that comes back to a layer.",
         r"\delta_l = \partial L / \partial z_l", (places.SIGMOIDS,), ("signal", "dLoss/dz")),
    Term("backprop_ratio", "a_l", "The signal at a layer in parts of the signal at the head, each as root mean "
         "square; the median of the first ten steps. 1: it arrives as it left. Free of the loss's scale. In a "
         "recurrent layer: the first time step against the last.",
         r"a_l = \mathrm{rms}(\delta_l) / \mathrm{rms}(\delta_L)", (places.SIGMOIDS,), ("back-propagated signal",
         "signal relative to the output's")),
    Term("error", "e", "How far the outputs are from the targets, in parts of a guess's distance: 1 is chance, 0 "
         "is fitted. It tells 'nothing left to learn' from 'cannot learn'.",
         r"e = \overline{\lVert p - y \rVert} / \sqrt{1 - 1/C}", (places.CONVERGED,)),
    Term("kappa", "κ", "How much of δ is left when it is summed over the rows, as in the gradient of a bias. At "
         "rounding (64 machine epsilons) the sum cancels by construction: a structural zero.",
         r"\kappa_l = \lVert \sum_i \delta_l^{(i)} \rVert / \sum_i \lVert \delta_l^{(i)} \rVert", (
         places.NOTEBOOK_NETWORK,), ("kappa", "machine epsilon")),
    Term("cosine_of_rows", "c_l", "The mean cosine between the z of two different rows. Near 1, all inputs look "
         "alike to the layers above, however healthy the gradient.", r"c_l = \overline{\cos(z_l^{(i)}, z_l^{(j)})}", (
         places.HE_36,), ("rows alike",)),
    Term("variance_of_z", "v_l", "The variance of z in a layer: the scale of the signal on its way forward.",
         r"v_l = \mathrm{Var}(z_l)", (places.SIGMOIDS,)),
    Term("update_ratio", "u", "The length of a step in parts of the weights' length. Late in a training about "
         "1e-3 is usual; below 3e-4 the rate is likely too small, above 1e-2 too large.",
         r"u_v = \lVert \Delta w_v \rVert / \lVert w_v \rVert", (places.SIGMOIDS,), ("update to weight ratio",)),
    Term("gradient_ratio", "r", "The gradient in parts of the weights' length. Unlike u it does not know the "
         "learning rate.", r"r_v = \lVert g_v \rVert / \lVert w_v \rVert", (places.SIGMOIDS,)),
    Term("dead", "Dead share", "The share of a layer's units whose activation is flat on every one of 256 probe "
         "rows: no gradient reaches their weights. Through a smooth activation a little does, and its noise moves "
         "them; what counts there is whether the layer wakes, so that late in a check more of it is not flat than at "
         "first.", seen=(places.DYING,), also=(
         "dead or saturated units", "dead units", "probe rows", "share of dead or saturated units")),
    Term("saturated", "Saturated", "Where an activation is flat: |tanh| above 0.99, a sigmoid outside 0.01 to "
         "0.99, an ELU, SELU, GELU, SiLU or softplus whose slope is below an eighth of its steepest. A layer counts as "
         "saturated when fewer than a quarter of its elements are not flat, a sixteenth where one side is.", seen=(
         places.SATURATED,), also=("elements not flat", "active share")),
    Term("signal_to_noise", "Signal to noise", "The squared norm of the gradient in parts of the variance of a "
         "batch's gradient. Below 1 a step is more noise than direction.",
         r"\mathrm{SNR} = \lVert G \rVert^2 B / \mathrm{tr}\,\Sigma", (THRESHOLDS,), ("SNR",)),
    Term("noise_scale", "Noise scale", "The batch size at which noise and signal are equal (McCandlish 2018), "
         "estimated from two halves of each batch, averages first.",
         r"B_\mathrm{simple} = \mathrm{tr}\,\Sigma / \lVert G \rVert^2", (THRESHOLDS,)),
    Term("structural_zero", "Zero by construction", "A gradient that is zero by construction, such as that of a bias "
         "in front of batch normalisation, which takes every constant away again. No disease, and never counted.",
         seen=(places.NOTEBOOK_NETWORK,)),
    Term("verdict", "Verdict", "What a check comes to, the first that holds of: not finite, diverged, all units "
         "alike, dead or saturated units, converged, vanishing gradient, exploding gradient, inputs become alike, "
         "noise floor, cut off from the loss; else healthy.", seen=(places.SIGMOIDS,)),
    Term("finding", "Finding", "What a rule found: layer, step, formula, value, threshold, and what to do. "
         "Critical ones decide the verdict, warnings and notes do not.", seen=(places.SIGMOIDS,), also=("severity",
         "evidence", "advice")),
    Term("threshold_of_a_rule", "Thresholds of the rules", "From where on a check calls something sick. Beyond "
         "the fail threshold it changes the verdict, within the warn band it gives a finding.", seen=(THRESHOLDS,),
         also=("warn band", "warned below", "warned above")),
    Term("vanishing", "Vanishing gradient", "The least a_l of a layer is below 0.005 (warned below 0.01), while "
         "the network does not train and a layer stands still: the share of its weights by which a step moves it, "
         "times the growth of the signal since the start, is below 3e-4.",
         r"\min_l a_l < 5 \cdot 10^{-3}", (places.SIGMOIDS,), ("plateau", "moves", "signal grows")),
    Term("exploding", "Exploding gradient", "The greatest a_l is above 15 (warned above 10), while the network does "
         "not train; above 30 at the end, though it trains.", r"\max_l a_l > 15", (
         places.LARGE_RELU,)),
    Term("symmetric", "All units alike", "All units of each hidden layer have the same incoming weights: each layer is "
         "worth one unit.", seen=(places.ZEROS,)),
    Term("converged", "Converged", "The error e is below 0.05: gradients are small because the task is done.",
         r"e < 0.05", (places.CONVERGED,)),
    Term("correlation_collapse", "Inputs become alike", "Different rows have become alike: c_l above 0.95. "
         "Invisible to gradient norms.", r"c_l > 0.95", (places.HE_36,)),
    Term("noise_floor", "Noise floor", "The loss no longer falls and the signal is below the noise: the targets "
         "hold no more, or the steps are too long.", seen=(THRESHOLDS,)),
    Term("disconnected", "Cut off from the loss", "A variable whose gradient does not exist, because the loss does not "
         "depend on it.", seen=(places.UNUSED,)),
    Term("non_finite", "Not finite", "NaN (not a number) or Inf. Always shown, never dropped: one of them is in "
         "all weights a step later.", seen=(places.NAN_INPUT,), also=("NaN",
         "Inf")),
    Term("diverged", "Diverged", "The loss is not finite, or above 1,000 times the first one.", r"L_t > 1000\, L_0", (
         places.RATE_OF_TEN,), ("blown up",)),
    Term("early_warning", "Early warning", "The first step, from step 10 on, at which the last five promised more "
         "than there is to lose: gradient norm times update norm, on average above the loss at the start.",
         r"\overline{\lVert g_t \rVert\, \lVert u_t \rVert} > L_0", (places.STOPS_AT_WARNING,)),
    Term("theory_line", "Theory line", "What a_l must be before the first update, in closed form, for this "
         "network. It holds at initialisation only.", seen=(places.SIGMOIDS,)),
    Term("loss_at_start", "Loss at the start", "A network that knows nothing should start at a guess, ln C. What "
         "is above it is half of the logits' variance, about.", r"L_0 - \ln C", (places.NOTEBOOK_NETWORK,)),
    Term("incident", "Vanished, weak, exploding", "The notebook's counts of variables at a step: norm below 1e-6, "
         "below 1e-4, above 10. Range ratio: the largest norm over the smallest.", seen=(
         places.NOTEBOOK_NETWORK,), also=("range ratio",)),
    Term("patient", "Patient, ward", "Networks that are sick in a known way, ready to be checked.", seen=(
         places.SIGMOIDS,)),
    Term("prescription", "Prescription", "A treatment that the findings ask for: what it changes in the network "
         "or its training, and what it gave back on a network with the same disease, where that was measured.", seen=(
         places.DYING,), also=("treatment",)),
    Term("paired_rerun", "Proof in pairs", "Both networks, untreated and treated, train from the same five seeds "
         "on the same batches. Each gets the smallest rate of the same grid at which three other seeds train as well "
         "as at the best. Cured: the verdict changed, and the interval of the loss difference lies below zero; of what "
         "was never trained it is enough that parameters are saved and the loss is no worse.", seen=(places.DYING,),
         also=("cured", "in pairs")),
    Term("costly_measures", "Costly measures", "Signal, dead units, noise and histograms are measured at the "
         "first ten steps and then at every so many; norms and loss at every step.", seen=(
         link(HEALTH, "Costly measures every", "how often costly measures are taken", every="10"),)),
)  # fmt: skip
