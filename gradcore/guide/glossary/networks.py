"""Words of networks and their training."""

from gradcore.guide import places
from gradcore.guide.model import HEALTH, RACE, Term, link

BUILD = link(HEALTH, "Hidden layers", "a network's controls")
START = link(RACE, "Learning rates", "a race of six optimizers")
LSUV_START = link(HEALTH, "lsuv", "a network that starts with LSUV", kernel_initializer="lsuv")
BATCH_NORM = link(HEALTH, "batch", "batch normalisation in a network", normalization="batch")
LAYER_NORM = link(HEALTH, "layer", "layer normalisation in a network", normalization="layer")
SHORTCUTS = link(HEALTH, "scaled", "scaled shortcuts in a network", residual="scaled")
DECAYS = link(RACE, "AdamW against Adam", "Adam and AdamW over ten seeds", preset="weight_decay")
TERMS = (
    Term("layer", "Layer", "A step of the network with weights of its own. Layers are counted from the input "
         "side; the last one is the head.", seen=(BUILD,), also=("depth", "hidden layers")),
    Term("unit", "Unit", "One output of a layer. The number of units of a layer is its width.", seen=(BUILD,), also=(
         "width",)),
    Term("parameter", "Parameter", "A number that training changes: a weight or a bias.", seen=(BUILD,), also=(
         "variable", "weights", "bias")),
    Term("pre_activation", "z", "What a layer computes before its activation: weights times input, plus bias.",
         r"z_l = W_l x_{l-1} + b_l", (BUILD,), ("pre-activation",)),
    Term("activation", "Activation", "The function that a layer applies to each z. Where its slope is 0, no "
         "gradient passes.", r"x_l = \varphi(z_l)", (BUILD,)),
    Term("initialiser", "Initialiser", "How the weights are drawn before the first step. He: variance 2 / inputs; "
         "LeCun: 1 / inputs; Glorot: 2 / (inputs + outputs); orthogonal: a rotation, times a gain; scaled normal: "
         "gain² / inputs.", r"\mathrm{Var}(W) = 2 / n_\mathrm{in} \;\text{(He)}", (BUILD,), ("He", "Glorot",
         "orthogonal")),
    Term("lsuv", "LSUV", "Layer-sequential unit-variance: orthogonal weights, scaled layer by layer with a batch "
         "of data until each output has variance 1 (Mishkin & Matas 2016).",
         r"W_l \leftarrow W_l / \sqrt{\mathrm{Var}(z_l)}", (LSUV_START,)),
    Term("batch_norm", "Batch normalisation", "Brings each unit to mean 0 and variance 1 over the rows of the "
         "batch; at inference it uses running means instead, so both behave differently.",
         r"\hat z = (z - \mu_B) / \sqrt{\sigma_B^2 + \epsilon}", (BATCH_NORM,)),
    Term("layer_norm", "Layer and RMS normalisation", "Brings each row to mean 0 and variance 1 over the units of "
         "a layer; RMS only divides by the root mean square. Neither looks at other rows.",
         r"z / \mathrm{rms}(z) \;\text{(RMS)}", (LAYER_NORM,)),
    Term("residual", "Shortcut", "A block returns what came in plus what it made of it. Plain: the sum as it is. "
         "Scaled: the branch divided by the root of the number of blocks. Pre-activation: nothing is applied "
         "after the sum. Where the width changes the shortcut is projected, by weights of its own.",
         r"x_{l+1} = x_l + f(x_l) / \sqrt{L}", (SHORTCUTS,), ("residual connection",
         "projection", "pre-activation block")),
    Term("dropout", "Dropout", "Sets a share of a layer's outputs to zero at each step, at random; never at "
         "inference.", seen=(link(HEALTH, "Dropout", "dropout in a network", dropout="0.3"),)),
    Term("recurrent", "Recurrent cell", "A layer that reads a sequence step by step and passes its own state on. "
         "The gradient goes back through every time step.", r"h_t = \tanh(U h_{t-1} + W x_t + b)", (
         link(HEALTH, "Recurrent cell", "a recurrent network", task="adding_problem",
         cell="simple_rnn"),), ("time step",)),
    Term("attention", "Attention pooling", "Instead of the last time step alone, a weighted mean of all of them "
         "goes on; the weights are learned.", seen=(link(HEALTH, "Pooling of time steps", "attention over time steps",
         task="adding_problem", pooling="attention"),), also=("pooling",)),
    Term("head", "Head", "The last layer. Logits: its z as they are. Probabilities: after a softmax, of which the "
         "loss takes the logarithm, as the notebook does.", r"p_k = e^{z_k} / \sum_j e^{z_j}", (BUILD,), ("logits",
         "probabilities", "softmax")),
    Term("task", "Task", "Data, loss and target. Real ones ship with scikit-learn; synthetic ones are drawn from "
         "the seed or known in closed form.", seen=(START,)),
    Term("training_loss", "Training loss", "The mean loss of the rows of a step, measured before its update. "
         "Validation loss: that of rows that no training saw.", seen=(START,), also=("validation loss", "loss")),
    Term("chance", "Chance", "The loss of the best constant answer: guessing. For classes that are equally "
         "frequent, the logarithm of their number.", r"\ln C, \quad \ln 10 = 2.303", (START,), ("a constant answer",
         "guessing")),
    Term("metric", "Accuracy, R², mean absolute error", "What a task is judged by besides its loss: the share of "
         "right answers; the share of the variance that is explained; the mean distance from the targets.", seen=(
         START,)),
    Term("target", "Target", "A fixed training loss of the task. Steps to the target: the first step at which a "
         "seed's training loss is at most the target.", seen=(START,), also=("steps to target", "time to target")),
    Term("step", "Step", "One batch, one gradient, one update. An epoch is one pass over all training rows.", seen=(
         START,), also=("epoch",)),
    Term("batch_size", "Batch size", "Rows of one step. A full batch takes all rows, so its gradient has no noise.",
         seen=(START,), also=("full batch",)),
    Term("seed", "Seed", "The number from which weights and batches follow. The same seed gives the same bits "
         "again on the same machine; every optimizer trains once from each.", seen=(START,), also=("first seed",)),
    Term("learning_rate", "Learning rate", "What the update is multiplied by. On a quadratic, gradient descent is "
         "stable below 2 / λ, λ being the largest curvature.",
         r"w \leftarrow w - \eta\, g, \qquad \eta < 2 / \lambda_{\max}", (places.RATE_TOO_HIGH,), ("curvature",)),
    Term("schedule", "Schedule", "What the learning rate becomes over the steps: constant, cosine, exponential, "
         "in steps, or with a warm-up, whose first steps are small.", seen=(places.SCHEDULES,),
         also=("warm-up",)),
    Term("momentum", "Momentum", "The update is a running sum of the gradients, so that what they share adds up "
         "and what changes sign cancels.", r"m \leftarrow \beta m - \eta g, \quad w \leftarrow w + m", (
         places.WHY_MOMENTUM,), ("heavy ball",)),
    Term("adam", "Adam", "Momentum of the gradient, divided by the root of the running mean of its square. "
         "RMSprop has the division without the momentum and without the correction of the first steps; Adagrad "
         "sums all squares.", r"w \leftarrow w - \eta\, \hat m / (\sqrt{\hat v} + \epsilon)", (
         link(RACE, "RMSprop's large first step", "Adam and RMSprop over their first steps",
         preset="first_step"),), ("RMSprop", "Adagrad")),
    Term("weight_decay", "Weight decay", "Each step also shrinks each weight by a share. AdamW does it beside "
         "Adam's division, not through it.", r"w \leftarrow (1 - \eta \lambda)\, w", (DECAYS,), ("AdamW",)),
)  # fmt: skip
