#!/usr/bin/env python3
"""Writes quant_golden.json: blocks of every quantised GGUF type with random
bits, and the weights that PyPI gguf 0.19.0 reads from them.

    python3 tests/kernels/testdata/make_quant_golden.py > quant_golden.json
"""
import json

import gguf
import numpy as np

HALVES = {  # where a block holds half-precision numbers
    "F16": [0], "BF16": [], "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2],
    "Q5_0": [0], "Q5_1": [0, 2], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}


def main():
    rng = np.random.default_rng(20261124)
    golden = {}
    for name, halves in HALVES.items():
        kind = gguf.GGMLQuantizationType[name]
        block, size = gguf.GGML_QUANT_SIZES[kind]
        count = {1: 16, 32: 2, 256: 1}[block]
        data = rng.integers(0, 256, (count, size), dtype=np.uint8)
        for at in halves:
            values = rng.normal(0, 0.1, count).astype(np.float16)
            data[:, at:at + 2] = values.view(np.uint8).reshape(count, 2)
        if name == "BF16":
            values = rng.normal(0, 1, count).astype(np.float32)
            data = (values.view(np.uint32) >> 16).astype(np.uint16)
            data = data.view(np.uint8).reshape(count, 2)
        weights = gguf.quants.dequantize(data.reshape(1, -1), kind).reshape(-1)
        golden[name] = {
            "bytes": data.tobytes().hex(),
            "weights": [float(w) for w in weights],
        }
    print(json.dumps(golden))


if __name__ == "__main__":
    main()
