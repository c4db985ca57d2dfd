"""Trains an expert: a tongue family's rows, and USE's network for them.

The loss of a text is in-batch contrast against USE's vectors of the English
sides (scale 20) plus 5 (1 - cosine) to its own. Checkpoints every few minutes;
a run that was cut goes on where it was.
"""

import os
import time

import numpy as np
import torch
import torch.nn.functional as F

import network

SCALE = 20.0


def learning_rate(step, steps):
    """Linear warm-up over 2 %, then linear decay to a tenth."""
    warm = max(1, steps // 50)
    if step < warm:
        return (step + 1) / warm
    return 1 - .9 * (step - warm) / max(1, steps - warm)


class RowAdam:
    """Adam on the rows of a table that a batch touches."""

    def __init__(self, table, rate):
        self.table, self.rate = table, rate
        self.m = torch.zeros_like(table)
        self.v = torch.zeros(table.shape[0], 1)
        self.t = torch.zeros(table.shape[0], 1)

    def step(self, rows, gradient, factor):
        """`gradient` of `rows` (sorted, each once). One second moment for a
        row: the direction of its gradient is kept."""
        self.t[rows] += 1
        t = self.t[rows]
        m = self.m[rows].mul_(.9).add_(gradient, alpha=.1)
        v = self.v[rows].mul_(.99).add_(
            gradient.pow(2).mean(1, keepdim=True), alpha=.01)
        self.m[rows], self.v[rows] = m, v
        update = (m / (1 - .9 ** t)) / ((v / (1 - .99 ** t)).sqrt() + 1e-8)
        self.table[rows] -= self.rate * factor * update


def train(texts, targets, weights, first, own, frozen, options, say=print,
          checkpoint=None):
    """Trains in place: `own` (rows from number `first` on) and `weights`.

    texts    lists of row numbers: below `first` of `frozen`, then of `own`
    targets  [texts, 512] half floats: USE's vectors of the English sides
    options  {epochs, tokens, rows_rate, network_rate, seed, seconds}, and
             batches, lists of numbers of texts, in place of those by length
    Returns the number of steps that were made.
    """
    rng = np.random.default_rng(options["seed"])
    lengths = np.array([len(t) for t in texts])
    tokens = options["tokens"]
    plan = []
    for _ in range(options["epochs"]):
        noisy = lengths * np.exp(rng.normal(0, .25, len(texts)))
        order = np.argsort(noisy, kind="stable")
        ends = np.cumsum(lengths[order])
        cuts = np.searchsorted(ends, np.arange(tokens, ends[-1], tokens))
        parts = [p for p in np.split(order, cuts) if len(p) > 7]
        rng.shuffle(parts)
        plan += parts
    plan = options.get("batches") or plan
    names = list(weights)
    parameters = [weights[n].requires_grad_(options["network_rate"] > 0)
                  for n in names]
    adam = torch.optim.Adam(parameters, lr=options["network_rate"]) \
        if options["network_rate"] > 0 else None
    rows_adam = RowAdam(own, options["rows_rate"])
    step = 0
    if checkpoint and os.path.exists(checkpoint):
        state = torch.load(checkpoint, weights_only=False)
        step = state["step"]
        own.copy_(state["own"])
        rows_adam.m.copy_(state["m"])
        rows_adam.v.copy_(state["v"])
        rows_adam.t.copy_(state["t"])
        for n in names:
            weights[n].data.copy_(state["weights"][n])
        if adam:
            adam.load_state_dict(state["adam"])
        say(f"  goes on at step {step} of {len(plan)}")
    began = saved = told = time.time()
    loss_sum, count = 0.0, 0
    while step < len(plan):
        if options.get("seconds") and time.time() - began > options["seconds"]:
            say(f"  time is up at step {step} of {len(plan)}")
            break
        factor = learning_rate(step, len(plan))
        part = plan[step]
        batch = network.Batch([texts[i] for i in part])
        unique, inverse = torch.unique(batch.token, return_inverse=True)
        mine = unique >= first
        values = torch.empty(len(unique), network.WIDTH)
        values[~mine] = frozen[unique[~mine]]
        rows = unique[mine] - first
        values[mine] = own[rows]
        values.requires_grad_(True)
        target = torch.from_numpy(targets[part].astype(np.float32))
        with torch.autocast("cpu", torch.bfloat16):
            z = network.forward(weights, F.embedding(inverse, values), batch)
        scores = z.float() @ target.T
        near = scores.diagonal()
        # Two texts of one English string are no negatives of each other.
        same = (target @ target.T > .98) & ~torch.eye(len(part),
                                                      dtype=torch.bool)
        loss = F.cross_entropy((scores * SCALE).masked_fill(same, -1e4),
                               torch.arange(len(part))) \
            + 5 * (1 - near).mean()
        if adam:
            adam.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():
            rows_adam.step(rows, values.grad[mine], factor)
        if adam:
            for group in adam.param_groups:
                group["lr"] = options["network_rate"] * factor
            adam.step()
        step += 1
        loss_sum += loss.item()
        count += 1
        now = time.time()
        if now - told > 30:
            say(f"  step {step} of {len(plan)}, loss {loss_sum / count:.3f}, "
                f"cosine {near.mean().item():.3f}, "
                f"{count / (now - told):.1f} steps/s")
            told, loss_sum, count = now, 0.0, 0
        if checkpoint and now - saved > 240:
            torch.save({"step": step, "own": own, "m": rows_adam.m,
                        "v": rows_adam.v, "t": rows_adam.t,
                        "weights": {n: weights[n].detach() for n in names},
                        "adam": adam.state_dict() if adam else None},
                       checkpoint + ".part")
            os.replace(checkpoint + ".part", checkpoint)
            saved = now
    for p in parameters:
        p.requires_grad_(False)
    return step
