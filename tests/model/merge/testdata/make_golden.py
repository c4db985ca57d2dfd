#!/usr/bin/env python3
"""Makes golden.json: small tensors, recipes and what numpy merges them to.

usage: make_golden.py > golden.json     needs numpy only
"""

import json

import numpy as np

MASK = (1 << 64) - 1


def chance_seed(seed, tensor, model):
    """FNV-1a of the tensor's name, eight bytes of the seed, the model."""
    h = 14695981039346656037
    for b in tensor.encode() + seed.to_bytes(8, "little") + bytes([model]):
        h = ((h ^ b) * 1099511628211) & MASK
    return h


def chance(seed, index):
    z = (seed + (index + 1) * 0x9e3779b97f4a7c15) & MASK
    z = ((z ^ z >> 30) * 0xbf58476d1ce4e5b9) & MASK
    z = ((z ^ z >> 27) * 0x94d049bb133111eb) & MASK
    z ^= z >> 31
    return (z >> 11) * 2.0 ** -53


def trimmed(delta, density):
    """The largest changes; of equal ones at the border the first."""
    keep = max(1, int(np.rint(density * delta.size)))
    order = np.argsort(-np.abs(delta), kind="stable")
    out = np.zeros_like(delta)
    out[order[:keep]] = delta[order[:keep]]
    return out


def elected(changes, weights):
    sum_ = np.sum(changes, 0)
    side = [np.where(c * sum_ > 0, c, 0) for c in changes]
    weight = sum(np.where(c * sum_ > 0, abs(w), 0)
                 for c, w in zip(changes, weights))
    return np.where(weight > 0, np.sum(side, 0) / np.maximum(weight, 1e-300), 0)


def merge(recipe, tensor, base, models):
    x = [m.astype(np.float64) for m in models]
    w = recipe["weights"]
    method, density = recipe["method"], recipe.get("density", 1)
    if method == "linear":
        return sum(a / sum(w) * b for a, b in zip(w, x))
    if method == "slerp":
        t = w[1] / sum(w)
        dot = x[0] @ x[1] / np.sqrt((x[0] @ x[0]) * (x[1] @ x[1]))
        if abs(dot) > .9995:
            return (1 - t) * x[0] + t * x[1]
        angle = np.arccos(dot)
        return (np.sin((1 - t) * angle) * x[0]
                + np.sin(t * angle) * x[1]) / np.sin(angle)
    deltas = [(m - base).astype(np.float64) for m in models]
    if method == "ties":
        deltas = [trimmed(d, density) for d in deltas]
    if method.startswith("dare"):
        for i, d in enumerate(deltas):
            seed = chance_seed(recipe.get("seed", 0), tensor, i)
            keep = np.array([chance(seed, j) < density
                             for j in range(d.size)])
            deltas[i] = np.where(keep, d / density, 0)
    changes = [a * d for a, d in zip(w, deltas)]
    total = elected(changes, w) if method.endswith("ties") \
        else np.sum(changes, 0)
    return base + recipe.get("scale", 1) * total


def main():
    rng = np.random.default_rng(11)
    base = rng.normal(size=60).astype(np.float32)
    models = [(base + rng.normal(size=60) * .3).astype(np.float32)
              for _ in range(3)]
    # Changes of one size at the border, and none at all.
    for m in models:
        m[10:16] = base[10:16] + np.float32(.25)
        m[20:24] = base[20:24]
    recipes = [
        {"method": "linear", "weights": [.2, .3, .5]},
        {"method": "linear", "weights": [2, 0, 1]},
        {"method": "slerp", "weights": [.7, .3]},
        {"method": "task_arithmetic", "weights": [.5, .4, -.2], "scale": .8},
        {"method": "ties", "weights": [1, 1, 1], "density": .4},
        {"method": "ties", "weights": [.5, .2, .3], "density": .11,
         "scale": 1.3},
        {"method": "dare", "weights": [.4, .3, .3], "density": .5, "seed": 7},
        {"method": "dare_ties", "weights": [1, .5, 1], "density": .3,
         "seed": 123456789},
    ]
    out = []
    for r in recipes:
        used = models[:len(r["weights"])]
        result = merge(r, "layer.0.w", base, used).astype(np.float32)
        out.append(dict(r, result=[float(v) for v in result]))
    print(json.dumps({"base": [float(v) for v in base],
                      "models": [[float(v) for v in m] for m in models],
                      "cases": out}, indent=0))


if __name__ == "__main__":
    main()
