#!/usr/bin/env python3
"""Learns what the reranker's three measures are worth; writes its weights.

  fit.py --set mined.jsonl mined.requests.jsonl mined.weighed.jsonl \\
               mined.thorough.jsonl \\
         --set headings.jsonl … --out generator/extractive/relevance_weights.h

A set is questions, the requests that `explain --requests` makes of them, and
what //generator/extractive:explain says of these, without and with a second
opinion, for which there are weights of their own. training/reranker/learn does
all of it. The score is linear; its weights maximise the probability (softmax
over a question's passages) of those of the document to be found. Every language
of all sets counts the same. Figures are from five folds by a hash of the
document: what is printed was not seen. Needs numpy and scipy.
"""

import argparse
import collections
import hashlib
import json
import os

import numpy as np
from scipy.optimize import minimize

FOLDS = 5
PENALTY = 3.0
DEPTH = 10
NAMES = ["total", "best_similarity", "best_probability"]
# Beside them where there is a second opinion.
SECOND = "best_second"


class Item:
    """A question with its passages: measures, and which is to be found."""

    def __init__(self, question, request, weighed, thorough):
        self.lang = question["language"]
        gold = question["document"]
        passages = request.get("passages", [])
        self.docs = [p["source"]["document"] for p in passages]
        self.gold = gold
        self.x = np.zeros((len(passages), len(NAMES) + thorough))
        self.x[:, 0] = [p["score"].get("total", 0) for p in passages]
        for c in weighed["candidates"]:
            row = self.x[c["passage"]]
            row[1] = max(row[1], c["similarity"])
            row[2] = max(row[2], c["probability"])
        if thorough:
            second = [c.get("second", 0) for c in weighed["candidates"]]
            self.x[:, 3] = min(second, default=0)
            for c, opinion in zip(weighed["candidates"], second):
                row = self.x[c["passage"]]
                row[3] = max(row[3], opinion)
        self.y = np.array([d == gold for d in self.docs], bool)
        digest = hashlib.md5(gold.split("#")[0].encode()).hexdigest()
        self.fold = int(digest, 16) % FOLDS

    def rank(self, scores):
        seen = set()
        for i in np.argsort(-scores, kind="stable"):
            seen.add(self.docs[i])
            if self.docs[i] == self.gold:
                return len(seen)
        return 0


def load(questions, requests, weighed, thorough):
    lines = open(weighed, encoding="utf-8")
    next(lines)  # names
    return [Item(json.loads(q), json.loads(r), json.loads(w), thorough)
            for q, r, w in zip(open(questions, encoding="utf-8"),
                               open(requests, encoding="utf-8"), lines)]


def fit(items):
    """The weights, the total's among them."""
    fit_for = [i for i in items if i.y.any() and not i.y.all()]
    count = collections.Counter(i.lang for i in fit_for)
    x = np.concatenate([i.x for i in fit_for])
    y = np.concatenate([i.y for i in fit_for]).astype(float)
    sizes = [len(i.y) for i in fit_for]
    starts = np.cumsum([0] + sizes[:-1])
    group = np.repeat(np.arange(len(sizes)), sizes)
    weight = np.array([1000 / count[i.lang] for i in fit_for])
    scale = x.std(0) + 1e-9
    x = x / scale

    def loss(b):
        s = x @ b
        e = np.exp(s - np.maximum.reduceat(s, starts)[group])
        z = np.add.reduceat(e, starts)
        p = np.add.reduceat(e * y, starts)
        slope = x.T @ (weight[group] * (e / z[group] - e * y / p[group]))
        return ((weight * (np.log(z) - np.log(p))).sum() + PENALTY * b @ b,
                slope + 2 * PENALTY * b)

    best = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B")
    return best.x / scale


def figures(items, score_of):
    """hit@1, hit@5 and mrr@10, each language counting the same."""
    found = collections.defaultdict(list)
    for item in items:
        rank = item.rank(score_of(item)) if item.docs else 0
        found[item.lang].append((rank == 1, 1 <= rank <= 5,
                                 1 / rank if 1 <= rank <= DEPTH else 0))
    mean = np.mean([np.mean(rows, 0) for rows in found.values()], 0)
    return "hit@1 %.3f hit@5 %.3f mrr %.3f" % tuple(mean)


HEADER = """\
// Made by training/reranker/fit.py: edit that, not this.
{notes}
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_

namespace footnote {{
namespace extractive {{

// The search's score of the passage.
inline constexpr double kTotalWeight = {0[0]:.4f};
// The highest cosine of the question and one of its sentences.
inline constexpr double kBestSimilarityWeight = {0[1]:.4f};
// The highest probability that one of its sentences answers.
inline constexpr double kBestProbabilityWeight = {0[2]:.4f};

// The same where there is a second opinion, and the best that it has of one of
// the passage's sentences.
inline constexpr double kThoroughTotalWeight = {1[0]:.4f};
inline constexpr double kThoroughBestSimilarityWeight = {1[1]:.4f};
inline constexpr double kThoroughBestProbabilityWeight = {1[2]:.4f};
inline constexpr double kBestSecondWeight = {1[3]:.4f};

}}  // namespace extractive
}}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_RELEVANCE_WEIGHTS_H_
"""


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--set", nargs=4, action="append", required=True,
                        metavar=("QUESTIONS", "REQUESTS", "WEIGHED",
                                 "THOROUGH"))
    parser.add_argument("--out")
    args = parser.parse_args()
    names = [os.path.basename(paths[0])[:-len(".jsonl")] for paths in args.set]
    notes = {name: [] for name in names}
    weights = []
    for thorough in (False, True):
        sets = [load(q, r, t if thorough else w, thorough)
                for q, r, w, t in args.set]
        everything = [item for items in sets for item in items]
        folds = [fit([i for i in everything if i.fold != k])
                 for k in range(FOLDS)]
        for name, items in zip(names, sets):
            if not thorough:
                notes[name].append("//   %s: %s" % (
                    name, figures(items, lambda i: i.x[:, 0])))
            notes[name].append("//     %s, cross-validated: %s" % (
                "second opinion" if thorough else "reranked",
                figures(items, lambda i: i.x @ folds[i.fold])))
        weights.append(fit(everything))
        print("  ".join("%s %.3f" % pair
                        for pair in zip(NAMES + [SECOND], weights[-1])))
    notes = [line for lines in notes.values() for line in lines]
    print("\n".join(notes))
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            out.write(HEADER.format(*weights, notes="\n".join(notes)))


if __name__ == "__main__":
    main()
