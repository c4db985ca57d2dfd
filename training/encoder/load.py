"""Reads what export.py wrote."""

import json
import zipfile

import numpy as np
import torch


def load(path, use):
    """(pieces of the tongues, rows, weights) of a learnt zip; `use` are USE's
    weights by name, as network.use_weights gives them."""
    with zipfile.ZipFile(path) as file:
        names = json.loads(file.read("tongues.json"))["names"]
        tongues = {}
        for t in names:
            pairs = [line.rsplit("\t", 1) for line in
                     file.read(t + ".pieces").decode().splitlines()]
            tongues[t] = [(p, float(np.float32(s))) for p, s in pairs]
        nibbles = np.frombuffer(file.read("rows.4bit"), np.uint8)
        scale = np.frombuffer(file.read("rows.scale"), "<f2").astype(np.float32)
        rows = np.empty((len(nibbles), 2), np.int8)
        rows[:, 0], rows[:, 1] = (nibbles & 15), nibbles >> 4
        rows = rows.reshape(len(scale), -1).astype(np.float32) - 8
        weights = {}
        for name, base in use.items():
            delta = np.frombuffer(file.read("network/" + name), np.int8)
            column = np.frombuffer(file.read(f"network/{name}.scale"), "<f4")
            delta = (delta.reshape(-1, len(column)).astype(np.float32)
                     * column).reshape(tuple(base.shape))
            weights[name] = base + torch.from_numpy(delta)
    return tongues, torch.from_numpy(rows * scale[:, None]), weights
