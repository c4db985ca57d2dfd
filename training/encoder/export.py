"""Writes what was learnt as one small file; tools/models joins it with USE.

A zip, the same bytes for the same numbers:
  tongues.json        names, penalty, letters, folds
  TONGUE.pieces       a line for each piece: text, tab, log probability
  rows.4bit           a nibble for each number, 8 is zero, low nibble first
  rows.scale          a half float for each row
  network/NAME        what was learnt beside USE's weights, in 8 bits
  network/NAME.scale  a float for each column
"""

import json
import struct
import zipfile

import numpy as np

import pieces as P

FOLDED_LETTERS = 0x3000


def quantize_rows(table):
    """(bytes -8..7 as int8, scales as half floats) with the least error."""
    peak = np.abs(table).max(1)
    best = np.full(len(table), np.inf)
    scale = np.zeros(len(table), np.float16)
    q = np.zeros(table.shape, np.int8)
    for share in (1.0, .9, .8, .72, .65, .58, .52):
        s = np.maximum(peak * share / 7.5, 1e-6).astype(np.float16)
        r = np.clip(np.rint(table / s.astype(np.float32)[:, None]), -8, 7)
        error = ((r * s.astype(np.float32)[:, None] - table) ** 2).sum(1)
        better = error < best
        best[better] = error[better]
        scale[better] = s[better]
        q[better] = r[better].astype(np.int8)
    return q, scale


def quantize_weights(delta):
    """(int8, float scales of columns) of a matrix or a vector."""
    d = delta.reshape(-1, delta.shape[-1]) if delta.ndim > 1 \
        else delta.reshape(-1, 1)
    scale = np.maximum(np.abs(d).max(0), 1e-12).astype(np.float32) / 127
    return np.rint(d / scale).astype(np.int8), scale


def rounded(table, weights, use):
    """The table and the weights as a reader of the file has them."""
    q, s = quantize_rows(table)
    out = {}
    for name, w in weights.items():
        d, c = quantize_weights(w - use[name])
        out[name] = (use[name] + (d * c).reshape(w.shape)).astype(np.float32)
    return q.astype(np.float32) * s.astype(np.float32)[:, None], out


def write(path, tongues, table, weights, use):
    """`weights` and `use`: {name: array}, what was learnt and USE's own."""
    q, scale = quantize_rows(table)
    n = (q + 8).astype(np.uint8)
    files = {
        "tongues.json": json.dumps({
            "names": list(tongues), "penalty": P.PENALTY,
            "letters": {t: sorted({ord(c) for c in P.TRIGGERS[t]} | {
                ord(c.upper()) for c in P.TRIGGERS[t] if len(c.upper()) == 1})
                for t in tongues},
            "folds": [[i, ord(P.fold_letter(chr(i)))]
                      for i in range(FOLDED_LETTERS)
                      if not 0xd800 <= i < 0xe000
                      and P.fold_letter(chr(i)) != chr(i)],
        }, sort_keys=True).encode(),
        "rows.4bit": (n[:, 0::2] | n[:, 1::2] << 4).tobytes(),
        "rows.scale": scale.tobytes(),
    }
    for t, pieces in tongues.items():
        files[t + ".pieces"] = "".join(
            f"{p}\t{np.float32(s)!r}\n".replace("np.float32(", "").replace(
                ")\n", "\n") for p, s in pieces).encode()
    for name, w in sorted(weights.items()):
        d, c = quantize_weights(w - use[name])
        files["network/" + name] = d.tobytes()
        files["network/" + name + ".scale"] = struct.pack(f"<{len(c)}f", *c)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            out.writestr(info, files[name])
