"""Merges experts that started alike, and finds the merge's weights.

The rows of the tongues are disjoint and are put side by side; what is merged is
the network. `footnote model merge` does the same to files (model/merge); here
the search tries many merges in memory. The score of a merge is the mean over
the tongues of top-1 and of the cosine, on held-out texts of the packages.
"""

import itertools
import time

import numpy as np
import torch

FAMILIES = {
    "semitic": ("he",), "vietic": ("vi",), "hellenic": ("el",),
    "indoiranian": ("hi", "fa"), "romance": ("ro",), "slavic": ("cs", "uk"),
}


def linear(experts, weights):
    total = sum(weights.values())
    return {k: sum(weights[n] / total * experts[n][k] for n in weights)
            for k in next(iter(experts.values()))}


def task(experts, base, weights, scale):
    return {k: base[k] + scale * sum(
        weights[n] * (experts[n][k] - base[k]) for n in weights)
        for k in base}


def ties(experts, base, weights, density, scale):
    out = {}
    zero = torch.zeros(())
    for k in base:
        changes = []
        for n in weights:
            d = experts[n][k] - base[k]
            keep = max(1, int(round(density * d.numel())))
            least = d.abs().flatten().kthvalue(d.numel() - keep + 1).values
            changes.append(weights[n] * torch.where(d.abs() >= least, d, zero))
        side = sum(changes)
        up = sum(torch.where(d * side > 0, d, zero) for d in changes)
        weight = sum((d * side > 0).float() * weights[n]
                     for d, n in zip(changes, weights))
        out[k] = base[k] + scale * torch.where(
            weight > 0, up / weight.clamp_min(1e-9), zero)
    return out


def slerp(experts):
    """One expert after the other, each by its share of those so far."""
    names = list(experts)
    out = {k: v.clone() for k, v in experts[names[0]].items()}
    for i, n in enumerate(names[1:], 2):
        t = 1 / i
        for k in out:
            x, y = out[k].flatten().double(), experts[n][k].flatten().double()
            cosine = float(x @ y / (x.norm() * y.norm()))
            if abs(cosine) > .9995:
                mixed = (1 - t) * x + t * y
            else:
                a = np.arccos(cosine)
                mixed = (np.sin((1 - t) * a) * x + np.sin(t * a) * y) \
                    / np.sin(a)
            out[k] = mixed.float().view_as(out[k])
    return out


def search(experts, base, score, seconds, say):
    """Weights and scale of a task-arithmetic merge: coordinate steps, each
    kept when the score rises. `score(weights)` is {tongue: (top1, cosine)}."""
    def worth(w):
        return float(np.mean([a + b for a, b in score(w).values()]))
    weights = {n: 1.0 for n in experts}
    scale = 2 / len(experts)
    best = worth(task(experts, base, weights, scale))
    began = time.time()
    for n in itertools.cycle(weights):
        if time.time() - began > seconds:
            return weights, scale
        for factor in (1.5, .7):
            tried = dict(weights)
            tried[n] *= factor
            value = worth(task(experts, base, tried, scale))
            if value > best:
                best, weights = value, tried
                say(f"  {n} weighs {weights[n]:.2f}: {best / 2:.4f}")
                break


def merge(experts, base, score, seconds, say):
    """(network, table of scores by name, chosen name, its weights)."""
    equal = {n: 1.0 for n in experts}
    count = len(experts)
    table, networks = {}, {}

    def report(name, network, candidate=True):
        table[name] = score(network)
        if candidate:
            networks[name] = network
        top = np.mean([a for a, _ in table[name].values()])
        near = np.mean([b for _, b in table[name].values()])
        say(f"{name}: top-1 {top:.4f}, cosine {near:.4f}")
    report("USE's network", base, False)
    for n in experts:
        report("expert " + n, experts[n], False)
    report("linear", linear(experts, equal))
    report("slerp", slerp(experts))
    for times in (2, 3):
        report(f"task arithmetic x{times}",
               task(experts, base, equal, times / count))
    for density in (.3, .5):
        report(f"ties {density}", ties(experts, base, equal, density, 1.0))
    weights, scale = search(experts, base, score, seconds, say)
    report("task arithmetic, searched", task(experts, base, weights, scale))
    for n in experts:
        rest = {k: v for k, v in weights.items() if k != n}
        report("without " + n, task(experts, base, rest, scale), False)

    def worth(name):
        return np.mean([a + b for a, b in table[name].values()])
    chosen = max(networks, key=worth)
    return networks[chosen], table, chosen, weights
