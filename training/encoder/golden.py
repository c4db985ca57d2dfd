#!/usr/bin/env python3
"""Writes the vectors that PyTorch gives for the sentences of a file.

usage: golden.py SENTENCES OUT.i16 USE_FOLDER [LEARNT.zip]

SENTENCES has a language, a tab and a text in each line, USE_FOLDER USE's
sp.model and weights.npz. The numbers are those of a reader of the zip, in
floats; each is written as 16 bits, times 32,767.
"""

import os
import sys

import numpy as np
import torch
import torch.nn.functional as F

import network
import pieces
from load import load


def main():
    if len(sys.argv) < 4 or "--help" in sys.argv:
        print(__doc__)
        return
    sentences, out, use = sys.argv[1:4]
    learnt = sys.argv[4] if len(sys.argv) > 4 else os.path.join(
        os.path.dirname(os.path.realpath(__file__)),
        "../../model/encoder/data/footnote-23.zip")
    table, base = network.use_weights(os.path.join(use, "weights.npz"))
    tongues, own, weights = load(learnt, base)
    cutter = pieces.Cutter(os.path.join(use, "sp.model"), tongues)
    table = torch.cat([table, own])
    rows = []
    with open(sentences, encoding="utf-8") as file:
        for line in file:
            text = line.rstrip("\n").split("\t", 1)[1]
            tongue, ids = cutter.cut(text)
            batch = network.Batch([ids])
            with torch.no_grad():
                v = network.forward(base if tongue is None else weights,
                                    F.embedding(batch.token, table), batch)
            rows.append(v[0].numpy())
    np.rint(np.array(rows) * 32767).astype("<i2").tofile(out)


if __name__ == "__main__":
    main()
