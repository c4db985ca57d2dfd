#!/usr/bin/env python3
"""Learns what each feature of a passage is worth and writes weights.h.

  footnote eval qa --data DIR --keep QA …            keeps store and questions
  footnote eval qa --data DIR --crosslingual en --keep CROSS …
  footnote eval headings --keep HEADINGS …
  explain (//retriever:explain) STORE ENCODER        ranks and measures them
  fit.py       learns the weights of retriever/fusion, by cross-validation

  explain QA/store ENCODER < QA/questions.jsonl > qa.jsonl      (and so on)
  training/ranking/fit.py --home qa.jsonl headings.jsonl \\
      --across cross.jsonl --out retriever/fusion/weights.h

training/refit does all of it. Needs numpy and scipy. Without --home or --across
those weights stay as the file of --out has them.

The score of a passage is linear; its weights maximise the probability (softmax
over a question's passages) of the passages of the document that the question
is about. Every set counts the same, and in it every language; an L2 penalty
holds the weights small. Passages in the question's language and in others
(--across) have weights of their own, learned where the
encoder speaks the question's language. Printed figures are from five folds by a
hash of the document: what is printed was not seen.

Where the rankings hold a second encoder's opinion of the best, what it weighs
beside the total is learned after that.
"""

import argparse
import collections
import hashlib
import json
import os
import re

import numpy as np
from scipy.optimize import minimize

FOLDS = 5
PENALTY = 3.0
DEPTH = 10
FEWEST = 5  # questions of a language that is counted
# Features that only mean something across languages, and those that mean
# nothing there.
ACROSS_ONLY = {"translation", "matched", "meaning", "translated", "named",
               "sentence"}
# Of these more can only be better: a negative weight would be an accident of
# the data. (A share may correct what its measure adds, so it may be negative.)
NOT_NEGATIVE = ACROSS_ONLY | {
    "stems", "words", "prefixes", "nearness", "foreign_nearness", "language",
    "title", "title_share", "coverage", "lead", "stem_window",
    "prefix_window", "phrase"}
ACROSS_ONLY |= {name + "_share" for name in ACROSS_ONLY | {"nearness"}}


class Item:
    """One question with its measured passages."""

    def __init__(self, line, names):
        self.lang = line["language"]
        self.gold = line["document"]
        passages = line["passages"]
        self.docs = [p["document"] for p in passages]
        self.x = np.array([[p[n] for n in names] for p in passages], float)
        self.x = self.x.reshape(len(passages), len(names))
        self.total = np.array([p["total"] for p in passages], float)
        # 0: the second encoder was not asked.
        self.second = np.array([p.get("second", 0) for p in passages], float)
        self.y = np.array([d == self.gold for d in self.docs], bool)
        digest = hashlib.md5(self.gold.split("#")[0].encode()).hexdigest()
        self.fold = int(digest, 16) % FOLDS

    def rank(self, scores):
        """Of the gold document among distinct documents; 0: not there."""
        seen = set()
        for i in np.argsort(-scores, kind="stable"):
            if self.docs[i] in seen:
                continue
            seen.add(self.docs[i])
            if self.docs[i] == self.gold:
                return len(seen)
        return 0


def load(path, names, across):
    """The answerable questions that were, or were not, compared across."""
    items = []
    for line in open(path, encoding="utf-8"):
        line = json.loads(line)
        if line.get("answerable", True) and (line["across"] or not across):
            items.append(Item(line, names))
    return items


def fit(sets, names, left_out):
    """Weights from the items of `sets`, a list of lists; each counts alike."""
    rows, gold, sizes, weight = [], [], [], []
    for items in sets:
        counts = collections.Counter(i.lang for i in items)
        for item in items:
            if not item.y.any() or item.y.all():
                continue
            rows.append(item.x)
            gold.append(item.y)
            sizes.append(len(item.y))
            weight.append(1000 / len(counts) / counts[item.lang])
    x = np.concatenate(rows)
    scale = x.std(0) + 1e-9
    use = np.array([n not in left_out for n in names]) & (scale > 1e-6)
    x = np.where(use, x / scale, 0)
    y = np.concatenate(gold)
    starts = np.cumsum([0] + sizes[:-1])
    group = np.repeat(np.arange(len(sizes)), sizes)
    weight = np.array(weight)

    def loss(b):
        s = x @ b
        e = np.exp(s - np.maximum.reduceat(s, starts)[group])
        z = np.add.reduceat(e, starts)
        p = np.add.reduceat(e * y, starts)
        value = (weight * (np.log(z) - np.log(p))).sum()
        slope = x.T @ (weight[group] * (e / z[group] - e * y / p[group]))
        return value + PENALTY * b @ b, slope + 2 * PENALTY * b

    bounds = [(0 if n in NOT_NEGATIVE else None, None) for n in names]
    best = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B",
                    bounds=bounds, options={"maxiter": 500})
    return np.where(use, best.x / scale, 0)


def figures(items, score_of):
    """By language: hit@1, hit@5, mrr@10."""
    found = collections.defaultdict(list)
    for item in items:
        rank = item.rank(score_of(item)) if len(item.docs) else 0
        found[item.lang].append((rank == 1, 1 <= rank <= 5,
                                 1 / rank if 1 <= rank <= DEPTH else 0))
    return {lang: np.mean(rows, 0) for lang, rows in sorted(found.items())
            if len(rows) >= FEWEST}


def show(name, items, score_of, each):
    by_lang = figures(items, score_of)
    mean = np.mean(list(by_lang.values()), 0)
    least = min(by_lang, key=lambda lang: by_lang[lang][1])
    text = "hit@1 %.3f hit@5 %.3f mrr %.3f" % tuple(mean)
    print("%-28s %s  least %s %.3f" % (name, text, least, by_lang[least][1]))
    if each:
        print("   " + " ".join("%s %.3f" % (lang, f[1])
                               for lang, f in by_lang.items()))
    return text


def cross_validate(sets, names, left_out):
    """By fold, the weights that did not see it; and those of everything."""
    folds = [fit([[i for i in items if i.fold != k] for items in sets], names,
                 left_out) for k in range(FOLDS)]
    return folds, fit(sets, names, left_out)


class Opinion:
    """The passages of an item that the second encoder was asked about: their
    total by the weights of the features, and what it said."""

    def __init__(self, item, total):
        asked = np.flatnonzero(item.second)
        self.lang, self.y = item.lang, item.y[asked]
        self.x = np.stack([total[asked], item.second[asked]], 1)


def second_weight(items, weights_of):
    opinions = [Opinion(i, i.x @ weights_of(i)) for i in items]
    opinions = [o for o in opinions if len(o.y)]
    if not opinions:
        return None
    total, second = fit([opinions], ["total", "second"], set())
    return second / total


def heard(item, total, weight):
    """`total`, but those that the second encoder was asked about share theirs
    in the order of both. HearSecondOpinion does the same."""
    asked = np.flatnonzero(item.second)
    both = total[asked] + weight * item.second[asked]
    total = total.copy()
    total[asked[np.argsort(-both, kind="stable")]] = np.sort(total[asked])[::-1]
    return total


HEADER = """\
// Made by training/ranking/fit.py: edit that, not this. Cross-validated:
{figures}
#ifndef FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
#define FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_

#include "retriever/fusion/features.h"

namespace footnote {{

// clang-format off
// What each feature adds to a passage's score, per unit.
inline constexpr double kRankWeights[kRankFeatureCount] = {{
{home}}};

// The same for passages in another language than the question's.
inline constexpr double kAcrossWeights[kRankFeatureCount] = {{
{across}}};
// clang-format on

// What a second encoder's similarity adds, per unit, across languages.
inline constexpr double kSecondWeight = {second:.1f};

}}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FUSION_WEIGHTS_H_
"""


def enum_order(path):
    """Feature names in the order of the enum, from features.cc."""
    source = open(path, encoding="utf-8").read()
    names = source.split("kNames[kRankFeatureCount] = {")[1].split("}")[0]
    return [n.strip().strip('"') for n in names.split(",") if n.strip()]


def kept(path, kind, names):
    """The weights of a kind and their notes, as the file `path` has them."""
    source = open(path, encoding="utf-8").read()
    array = {"home": "kRankWeights", "across": "kAcrossWeights"}[kind]
    rows = source.split(array + "[kRankFeatureCount] = {")[1].split("}")[0]
    weight = {name: float(number) for number, name in
              re.findall(r"(-?[\d.]+),  // (\w+)", rows)}
    notes = re.findall(r"^//   .*", source, re.M)
    return (np.array([weight[n] for n in names]),
            [n for n in notes if ("across" in n) == (kind == "across")])


def kept_second(path):
    source = open(path, encoding="utf-8").read()
    return float(re.search(r"kSecondWeight = ([\d.]+);", source)[1])


def lines_of(weights, names):
    return "".join("    %.4f,  // %s\n" % (w, n)
                   for w, n in zip(weights, names))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--home", nargs="*", default=[])
    parser.add_argument("--across", nargs="*", default=[])
    parser.add_argument("--features",
                        default="retriever/fusion/features.cc")
    parser.add_argument("--out")
    parser.add_argument("--leave-out", nargs="*", default=[])
    parser.add_argument("--each", action="store_true",
                        help="print each language's hit@5")
    args = parser.parse_args()
    names = enum_order(args.features)
    notes = []
    final = {}
    second = kept_second(args.out) if args.out else 0
    for kind, paths, left_out in [
            ("home", args.home, ACROSS_ONLY),
            ("across", args.across, {"language"})]:
        if not paths:
            if args.out:
                final[kind], noted = kept(args.out, kind, names)
                notes += noted
            continue
        left_out = set(left_out) | set(args.leave_out)
        sets = [load(path, names, kind == "across") for path in paths]
        folds, final[kind] = cross_validate(sets, names, left_out)
        for path, items in zip(paths, sets):
            name = os.path.basename(path)
            show(name + " as it was", items, lambda i: i.total, args.each)
            text = show(name + " cross-validated", items,
                        lambda i, w=folds: i.x @ w[i.fold], args.each)
            notes.append("//   %s: %s" % (name, text))
            show(name + " all", items,
                 lambda i, w=final[kind]: i.x @ w, False)
            if kind == "across" and any(i.second.any() for i in items):
                weights = [second_weight([i for i in items if i.fold != k],
                                         lambda i, w=folds: w[i.fold])
                           for k in range(FOLDS)]
                text = show(name + " second opinion", items,
                            lambda i, w=folds, s=weights: heard(
                                i, i.x @ w[i.fold], s[i.fold]), args.each)
                notes.append("//   %s, second opinion: %s" % (name, text))
                second = second_weight(items, lambda i, w=final[kind]: w)
            there = np.mean([i.y.any() for i in items])
            print("%-28s %.3f" % ("  gold among the passages", there))
        print("  ".join("%s %.3f" % nw for nw in zip(names, final[kind])))
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            out.write(HEADER.format(
                figures="\n".join(notes), home=lines_of(final["home"], names),
                across=lines_of(final["across"], names), second=second))


if __name__ == "__main__":
    main()
