"""USE-multilingual v3's network in PyTorch, with rows for new pieces.

The arithmetic is that of model/encoder/use_encoder.cc: three branches of
convolutions over 2, 3 and 5 tokens, the sum over the tokens, four dense layers.
Texts of a batch stand in one matrix, two zero rows between them.
"""

import numpy as np
import torch
import torch.nn.functional as F

CHUNKS, WIDTH = 17, 512
USE_ROWS = CHUNKS * 7530
WINDOWS = ((2, 0), (3, 1), (5, 2))
GAP = 2


def use_weights(path):
    """(table of floats, {name: tensor}) of weights.npz."""
    with np.load(path) as z:
        table = np.empty((USE_ROWS, WIDTH), np.float32)
        for i in range(CHUNKS):
            table[i::CHUNKS] = z[f"q{i + 1}"] * z["scale"][i] + z["lo"][i]
        d = {k: torch.from_numpy(z[k].astype(np.float32)) for k in z.files
             if not k.startswith("q")}
    orders = (2, 3, 5)
    w = {
        "projection/weights": torch.cat([d[f"proj{n}"] for n in orders], 1),
        "projection/bias": torch.cat([d[f"proj_b{n}"] for n in orders]),
        "projection/gamma": torch.cat([d[f"ln_g{n}"] for n in orders]),
        "projection/beta": torch.cat([d[f"ln_b{n}"] for n in orders]),
        "features/gamma": d["ln_g"], "features/beta": d["ln_b"],
        "output/weights": d["cnn_W"], "output/bias": d["cnn_b"],
        "dense0": d["d0"], "dense1": d["d1"], "skip1": d["p1"],
        "dense2": d["d2"], "dense3": d["d3"], "skip3": d["p3"],
    }
    for n in orders:
        for place, k in (("first", 1), ("second", 2)):
            w[f"branch{n}/{place}/weights"] = d[f"w{k}_{n}"].reshape(-1, 256)
            w[f"branch{n}/{place}/bias"] = d[f"b{k}_{n}"]
    return torch.from_numpy(table), w


class Batch:
    """Token rows of several texts in one line, with gaps."""

    def __init__(self, texts):
        lengths = [len(t) for t in texts]
        rows = sum(lengths) + GAP * (len(texts) + 1)
        token = np.full(rows, -1, np.int64)
        owner = np.empty(sum(lengths), np.int64)
        at, k = GAP, 0
        for i, t in enumerate(texts):
            n = lengths[i]
            token[at:at + n] = t
            owner[k:k + n] = i
            at += n + GAP
            k += n
        inside = token >= 0
        self.token = torch.from_numpy(token[inside])
        self.inside = torch.from_numpy(np.nonzero(inside)[0])
        self.owner = torch.from_numpy(owner)
        self.rows = rows
        self.count = len(texts)
        self.lengths = torch.tensor(lengths, dtype=torch.float32)


def forward(w, embedded, batch):
    """Unit vectors of the texts of `batch`; `embedded` are the token vectors
    of its tokens, `w` the network."""
    x = embedded @ w["projection/weights"] + w["projection/bias"]
    x = F.layer_norm(x.float(), (768,), w["projection/gamma"],
                     w["projection/beta"], 1e-12)
    kind = embedded.new_zeros(1) @ embedded.new_zeros(1, 1)
    mask = torch.zeros(batch.rows, 1)
    mask[batch.inside] = 1
    spread = torch.zeros(batch.rows, 768).index_copy(0, batch.inside, x)
    spread = spread.to(kind.dtype)
    mask = mask.to(kind.dtype)
    features = [embedded]
    inner = batch.rows - 2 * GAP

    def convolve(h, n, before, name):
        start = GAP - before
        columns = torch.cat([h[start + j:start + j + inner]
                             for j in range(n)], 1)
        c = columns @ w[name + "/weights"] + w[name + "/bias"]
        return F.pad(F.relu(c), (0, 0, GAP, GAP))

    for b, (n, before) in enumerate(WINDOWS):
        h = spread[:, 256 * b:256 * (b + 1)]
        h = (convolve(h, n, before, f"branch{n}/first") + h) * mask
        h = convolve(h, n, before, f"branch{n}/second") + h
        features.append(h[batch.inside])
    f = torch.cat([t.float() for t in features], 1)
    f = F.layer_norm(f, (1280,), w["features/gamma"], w["features/beta"],
                     1e-12)
    pooled = torch.zeros(batch.count, 1280).index_add(0, batch.owner, f)
    root = batch.lengths.sqrt()[:, None]
    pooled = pooled / root
    mean = (pooled @ w["output/weights"]).float() + w["output/bias"] * root
    y = F.relu(mean @ w["dense0"])
    y = F.relu((mean @ w["skip1"]).float() + (y @ w["dense1"]).float())
    z = F.relu(y @ w["dense2"])
    z = torch.tanh((y @ w["skip3"]).float() + (z @ w["dense3"]).float())
    return F.normalize(z, dim=1)


def by_length(lengths, tokens):
    """Lists of numbers of texts of like length, about `tokens` in each."""
    order = np.argsort(lengths, kind="stable")
    out, now, n = [], [], 0
    for i in order:
        if now and n + lengths[i] > tokens:
            out.append(now)
            now, n = [], 0
        now.append(int(i))
        n += int(lengths[i])
    if now:
        out.append(now)
    return out


@torch.no_grad()
def encode(w, table, texts, tokens=4096):
    """Vectors (numpy, float32) of texts given as lists of table rows."""
    out = np.empty((len(texts), WIDTH), np.float32)
    for part in by_length(np.array([len(t) for t in texts]), tokens):
        batch = Batch([texts[i] for i in part])
        with torch.autocast("cpu", torch.bfloat16):
            v = forward(w, F.embedding(batch.token, table), batch)
        out[part] = v.float().numpy()
    return out
