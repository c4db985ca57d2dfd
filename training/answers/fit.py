#!/usr/bin/env python3
"""Learns the weights of the extractive writer and writes weights.h.

  footnote eval qa --keep QA …       keeps a store and its questions
  explain --requests (//retriever:explain)  finds each question's passages
  explain      (//generator/extractive:explain) weighs them
  fit.py       learns what the features are worth, by cross-validation

  footnote eval qa --data DIR --keep QA
  retriever/explain --requests QA/store ENCODER < QA/questions.jsonl > R.jsonl
  explain ENCODER < R.jsonl > W.jsonl
  explain --passages 1 ENCODER < R.jsonl > W1.jsonl
  explain --passages 3 ENCODER < R.jsonl > W3.jsonl
  explain --second FILE ENCODER < R.jsonl > T.jsonl
  explain --second FILE --passages 3 ENCODER < R.jsonl > T3.jsonl
  training/answers/fit.py --data DIR --requests R.jsonl --print-gone > G.jsonl
  explain ENCODER < G.jsonl > GW.jsonl
  explain --second FILE ENCODER < G.jsonl > GT.jsonl
  training/answers/fit.py --data DIR --requests R.jsonl --weighed W.jsonl \
      --few W1.jsonl W3.jsonl --thorough T.jsonl --few-thorough T3.jsonl \
      --gone G.jsonl --weighed-gone GW.jsonl --thorough-gone GT.jsonl \
      --out generator/extractive/weights.h

training/refit does all of it. DIR is a folder of the evaluation form (qa/<lang>.questions.jsonl). Requests
and weighed lines are one per question, in the order of the languages' codes
and of their files. Needs numpy and scipy.

The score of a sentence is linear; its weights maximise the probability
(softmax over a question's sentences) of the sentences that hold an answer,
each language counting the same, with an L2 penalty. The doubt is a logistic
regression of "unanswerable" on the signs of a question; so that it holds for
small collections too, it also sees each question with few passages (--few).
Questions whose answer was there and not chosen don't count: no doubt is wrong
there. Few languages have questions without an answer; so that doubt does not
learn to know these languages, it also sees each question of all languages
without the passages that hold its answer (--gone), which counts less, for it is
easier. With a second opinion both are learned again.
All printed figures are from five folds by a hash of the paragraph: what is
printed was not seen; with --keep-scores that holds of the doubt and of features
that are new, for the other weights of scores are of all the data.
"""

import argparse
import collections
import glob
import hashlib
import json
import os
import re
import sys
import unicodedata

import numpy as np
from scipy.optimize import minimize

FOLDS = 5
SCORE_PENALTY = 10.0
DOUBT_PENALTY = 400.0
FEW_WEIGHT = 0.5  # of a question with few passages, beside the whole one
GONE_WEIGHT = 0.03  # of a question whose passages are gone
MOST_SENTENCES, SENTENCE_SHARE = 3, .1
# Aimed at; asked are at most .08. A second opinion tells better what is there.
WRONG_ABSTENTIONS, WRONG_THOROUGHLY = .0725, .071


def normalize(text):
    """As the scorer does: NFKC, lower case, word characters only."""
    text = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"[\W_]", "", text)


def fold_of(question):
    name = question["lang"] + "/" + question["context_id"]
    return int(hashlib.md5(name.encode()).hexdigest(), 16) % FOLDS


class Item:
    """One question with its weighed sentences."""

    def __init__(self, question, request, weighed):
        self.lang = question["lang"]
        self.answerable = question["answerable"]
        self.fold = fold_of(question)
        self.spoken = weighed["spoken"]
        self.signs = np.array(weighed["signs"], float)
        candidates = weighed["candidates"]
        self.x = np.array([c["features"] for c in candidates], float)
        self.sim = np.array([c["similarity"] for c in candidates], float)
        self.second = np.array([c.get("second", 0) for c in candidates], float)
        self.context = np.array([c.get("in_context", 0) for c in candidates],
                                float)
        self.length = np.array([c["length"] for c in candidates], float)
        texts = [p["text"].encode() for p in request.get("passages", [])]
        quotes = [texts[c["passage"]][c["begin"]:c["end"]].decode()
                  for c in candidates]
        self.chars = np.array([len(q) for q in quotes], float)
        answers = [normalize(a) for a in question["answers"]]
        self.texts = [normalize(q) for q in quotes]
        self.y = np.array([self.answerable and any(a in t for a in answers)
                           for t in self.texts], bool)


def read_questions(data):
    questions = []
    for name in sorted(glob.glob(os.path.join(data, "qa/*.questions.jsonl"))):
        questions += [json.loads(line) for line in open(name)]
    return questions


def load(data, requests, path):
    questions = read_questions(data)
    weighed = [json.loads(line) for line in open(path)]
    names, weighed = weighed[0], weighed[1:]
    requests = [json.loads(line) for line in open(requests)]
    if not len(questions) == len(requests) == len(weighed):
        sys.exit(f"fit.py: {len(questions)} questions, {len(requests)} "
                 f"requests, {len(weighed)} weighed; want as many of each")
    items = [Item(q, r, w) for q, r, w in zip(questions, requests, weighed)
             if w["candidates"]]
    return names, items


def print_gone(data, requests):
    """The requests without the passages that hold what was asked."""
    for question, line in zip(read_questions(data), open(requests)):
        request = json.loads(line)
        document = question["lang"] + "/" + question["context_id"]
        answers = [normalize(a) for a in question["answers"]]
        answers = [a for a in answers if len(a) > 2]
        if question["answerable"]:
            request["passages"] = [
                p for p in request.get("passages", [])
                if p["source"]["document"] != document and
                not any(a in normalize(p["text"]) for a in answers)]
        print(json.dumps(request, ensure_ascii=False))


def load_gone(data, requests, path):
    """Questions that had an answer, as unanswerable ones."""
    items = [i for i in load(data, requests, path)[1] if i.answerable]
    for item in items:
        item.answerable = False
    return items


def matrix(item):
    """Features with the cosine as the last; it is 0 where not computed."""
    return np.concatenate([item.x, item.sim[:, None]], 1)


def thorough_matrix(item):
    """The same with the second opinion before the cosine."""
    return np.concatenate([item.x, item.second[:, None], item.sim[:, None]], 1)


def read_matrix(item):
    """The same with what the sentences mean in their context behind it."""
    return np.concatenate([item.x, item.second[:, None],
                           item.context[:, None], item.sim[:, None]], 1)


def fit_score(items, matrix=matrix, kept=None):
    """Those of `kept` that are not NaN stay."""
    items = [i for i in items if i.y.any()]
    counts = collections.Counter(i.lang for i in items)
    x = np.concatenate([matrix(i) for i in items])
    scale = x.std(0) + 1e-6
    scale[-1] = x[:, -1][x[:, -1] != 0].std() + 1e-6 if x[:, -1].any() else 1
    x = x / scale
    y = np.concatenate([i.y for i in items])
    sizes = [len(i.y) for i in items]
    starts = np.cumsum([0] + sizes[:-1])
    group = np.repeat(np.arange(len(items)), sizes)
    weight = np.array([len(items) / len(counts) / counts[i.lang]
                       for i in items])

    kept = np.full(x.shape[1], np.nan) if kept is None else kept
    free = np.isnan(kept)
    told = x[:, ~free] @ (kept[~free] * scale[~free])
    x = x[:, free]

    def loss(b):
        s = told + x @ b
        e = np.exp(s - np.maximum.reduceat(s, starts)[group])
        z = np.add.reduceat(e, starts)
        p = np.add.reduceat(e * y, starts)
        value = (weight * (np.log(z) - np.log(p))).sum()
        slope = x.T @ (weight[group] * (e / z[group] - e * y / p[group]))
        return (value + SCORE_PENALTY * b @ b, slope + 2 * SCORE_PENALTY * b)

    best = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B",
                    options={"maxiter": 500})
    weights = np.array(kept)
    weights[free] = best.x / scale[free]
    return weights


def probabilities(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum()


def select(item, p, price):
    """As select.cc: a sentence is worth its probability less its price."""
    value = p - price * (SENTENCE_SHARE + item.length / 300)
    chosen = []
    order = np.argsort(-value, kind="stable")
    best = order[np.argmax(p[order])]
    for i in (best, *order[order != best]):
        if len(chosen) == MOST_SENTENCES or (chosen and value[i] <= 0):
            break
        if not any(item.texts[c] == item.texts[i] for c in chosen):
            chosen.append(i)
    return chosen


def mean_over_languages(pairs):
    by_lang = collections.defaultdict(list)
    for lang, value in pairs:
        by_lang[lang].append(value)
    return float(np.mean([np.mean(v) for v in by_lang.values()]))


def set_signs(names, item, scores):
    """The signs that depend on the scores, as abstain.cc fills them."""
    s = dict(zip(names["signs"], range(len(names["signs"]))))
    p = probabilities(scores)
    best = int(np.argmax(p))
    order = np.argsort(-scores, kind="stable")
    row = item.signs.copy()
    row[s["best_score"]] = scores[best]
    row[s["second_score"]] = (scores[order[1]] if len(order) > 1
                              else scores[best] - 3)
    row[s["best_probability"]] = p[best]
    row[s["two_best_probability"]] = p[order[:2]].sum()
    row[s["entropy"]] = -(p * np.log(np.maximum(p, 1e-300))).sum()
    f = dict(zip(names["features"], item.x[best]))
    row[s["best_coverage"]] = f["coverage"]
    row[s["type_missing"]] = f["number_missing"] + f["date_missing"]
    row[s["person_capitals_best"]] = f["person_capitals"]
    row[s["pair_coverage_best"]] = f["pair_coverage"]
    return row


class Seen:
    """A group of items as doubt is learned from it."""

    def __init__(self, names, items, folds, weight, matrix, price):
        self.scores = [matrix(i) @ folds[i.fold] for i in items]
        self.rows = np.array([set_signs(names, i, s)
                              for i, s in zip(items, self.scores)])
        self.unanswerable = np.array([not i.answerable for i in items])
        self.fold = np.array([i.fold for i in items])
        missed = np.array([
            i.answerable and
            not i.y[select(i, probabilities(s), price)].any()
            for i, s in zip(items, self.scores)])
        self.weight = weight * ~missed


def joined(groups, choose):
    picked = [(g, choose(g)) for g in groups]
    return (np.concatenate([g.rows[m] for g, m in picked]),
            np.concatenate([g.unanswerable[m] for g, m in picked]),
            np.concatenate([g.weight[m] for g, m in picked]))


def apply_rule(names, rows, doubts):
    """As ShouldAbstain: who finds every word asked for does not doubt."""
    s = dict(zip(names["signs"], range(len(names["signs"]))))
    sure = ((rows[:, s["content_missing"]] <= 0) &
            (rows[:, s["type_missing"]] <= 0))
    return np.where(sure, -20.0, doubts)


def fit_doubt(rows, unanswerable, weight):
    mean, scale = rows.mean(0), rows.std(0)
    used = scale > 1e-9
    x = np.where(used, (rows - mean) / np.where(used, scale, 1), 0)

    def loss(b):
        t = x @ b[:-1] + b[-1]
        q = 1 / (1 + np.exp(-t))
        value = (weight * np.where(unanswerable, np.logaddexp(0, -t),
                                   np.logaddexp(0, t))).sum()
        error = weight * (q - unanswerable)
        slope = np.append(x.T @ error + DOUBT_PENALTY * b[:-1], error.sum())
        return value + DOUBT_PENALTY / 2 * b[:-1] @ b[:-1], slope

    best = minimize(loss, np.zeros(x.shape[1] + 1), jac=True,
                    method="L-BFGS-B", options={"maxiter": 500})
    b = np.where(used, best.x[:-1] / np.where(used, scale, 1), 0)
    return b, best.x[-1] - b @ mean


def threshold(items, doubts, wrong):
    """The doubt above which this share of answerable questions lies."""
    low, high = min(doubts), max(doubts)
    for _ in range(50):
        middle = (low + high) / 2
        share = mean_over_languages((i.lang, d > middle) for i, d in
                                    zip(items, doubts) if i.answerable)
        low, high = (middle, high) if share > wrong else (low, middle)
    return (low + high) / 2


def report(items, scores, doubts, price, limit, each=False):
    rows = []
    for item, s, d in zip(items, scores, doubts):
        chosen = select(item, probabilities(s), price)
        rows.append((item, d > limit, item.y[chosen].any(),
                     item.chars[chosen].sum() + len(chosen) - 1))
    asked = [r for r in rows if r[0].answerable]
    figures = {
        "contains_before": mean_over_languages((i.lang, y)
                                               for i, _, y, _ in asked),
        "contains": mean_over_languages((i.lang, y and not a)
                                        for i, a, y, _ in asked),
        "chars": mean_over_languages((i.lang, c)
                                     for i, a, _, c in rows if not a),
        "abstain_wrong": mean_over_languages((i.lang, a)
                                             for i, a, _, _ in asked),
        "abstain_right": mean_over_languages(
            (i.lang, a) for i, a, _, _ in rows if not i.answerable),
    }
    if each:
        for lang in sorted({i.lang for i in items}):
            part = [r for r in asked if r[0].lang == lang]
            print("  %s contains %.3f wrong %.3f" % (
                lang, np.mean([y and not a for _, a, y, _ in part]),
                np.mean([a for _, a, _, _ in part])))
    return "  ".join("%s %.3f" % kv for kv in figures.items())


class Learned:
    """Weights of scores and of doubt, and both of folds that were not seen."""

    def __init__(self, names, items, few, gone, matrix, price, wrong,
                 kept=None):
        self.items = items
        folds = [fit_score([i for i in items if i.fold != k], matrix, kept)
                 for k in range(FOLDS)]
        self.weights = fit_score(items, matrix, kept)
        # Doubt is learned on scores of sentences that were not learned from.
        seen = [Seen(names, group, folds, weight, matrix, price)
                for group, weight in
                [(items, 1)] + [(f, FEW_WEIGHT) for f in few] +
                [(gone, GONE_WEIGHT)]]
        rows = seen[0].rows
        doubts = [np.zeros(len(s.rows)) for s in seen]
        for k in range(FOLDS):
            b, bias = fit_doubt(*joined(seen, lambda s: s.fold != k))
            for s, doubt in zip(seen, doubts):
                doubt[s.fold == k] = s.rows[s.fold == k] @ b + bias
        self.doubts = apply_rule(names, rows, doubts[0])
        self.gone = [(i.lang, doubt) for i, doubt in zip(
            gone, apply_rule(names, seen[-1].rows, doubts[-1]))]
        self.scores = seen[0].scores
        self.signs, self.bias = fit_doubt(
            *joined(seen, lambda s: s.fold >= 0))
        # All the data give larger weights than four fifths of it, so the
        # limit of the folds is not that of the model that is written.
        final = apply_rule(names, rows, rows @ self.signs + self.bias)
        self.limit = threshold(items, final, wrong)
        self.wrong, self.price = wrong, price
        for group, s in zip(few, seen[1:]):
            doubts = apply_rule(names, s.rows,
                                s.rows @ self.signs + self.bias)
            print("few passages: %.3f abstained where the answer is there" %
                  mean_over_languages((i.lang, d > self.limit) for i, d in
                                      zip(group, doubts) if i.y.any()))

    def report(self, wrong=None, price=None, each=False):
        limit = threshold(self.items, self.doubts, wrong or self.wrong)
        if each:
            for lang in sorted({i.lang for i in self.items}):
                print("  %s gone right %.3f" % (lang, np.mean(
                    [d > limit for name, d in self.gone if name == lang])))
        return report(self.items, self.scores, self.doubts,
                      price or self.price, limit, each) + (
            "  gone_right %.3f" % mean_over_languages(
                (lang, d > limit) for lang, d in self.gone))


class Header:
    """What a weights.h holds."""

    def __init__(self, path):
        self.path = path
        self.text = open(path).read()

    def number(self, name):
        found = re.search(name + r" = (-?[\d.]+);", self.text)
        return float(found.group(1)) if found else np.nan

    def rows(self, name, names):
        """By name; NaN where it has none, as of a feature that is new."""
        body = re.search(name + r"\[\w+\] = \{(.*?)\};", self.text, re.S)
        found = {row: float(value) for value, row in re.findall(
            r"(-?[\d.]+),\s*// (\w+)", body.group(1) if body else "")}
        gone = set(found) - set(names)
        if gone:
            sys.exit("fit.py: %s: %s: no such row" %
                     (self.path, ", ".join(sorted(gone))))
        return [found.get(n, np.nan) for n in names]

    def scores(self, prefix, features, numbers):
        return np.array(self.rows("k%sFeatureWeights" % prefix, features) +
                        [self.number(n) for n in numbers])

    def figures(self):
        """Of the writer without a second opinion, as report() has them."""
        return re.findall(r"//   (\w+ [\d.]+), ", self.text)


class Kept:
    """Stands for Learned where nothing is learned."""

    def __init__(self, header, names):
        self.weights = header.scores("", names["features"],
                                     ["kSimilarityWeight"])
        self.signs = header.rows("kDoubtWeights", names["signs"])
        self.bias = header.number("kDoubtBias")
        self.limit = np.log(1 / header.number("kLeastSupport") - 1)


HEADER = """\
// Made by training/answers/fit.py from the development half of the evaluation
// data: edit that, not this. Its cross-validated figures, and with a second
// opinion{kept}:
{figures}
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_

#include "generator/extractive/abstain.h"
#include "generator/extractive/features.h"

namespace footnote {{
namespace extractive {{

// What each feature adds to a sentence's score, per unit.
inline constexpr double kFeatureWeights[kFeatureCount] = {{
{features}}};

// What the cosine of question and sentence adds, per unit.
inline constexpr double kSimilarityWeight = {similarity:.4f};

// The same where there is a second opinion, and what that adds, per unit.
inline constexpr double kThoroughFeatureWeights[kFeatureCount] = {{
{thorough_features}}};
inline constexpr double kThoroughSimilarityWeight = {thorough_similarity:.4f};
inline constexpr double kSecondWeight = {second:.4f};

// The same where sentences were read in their context, too.
inline constexpr double kReadFeatureWeights[kFeatureCount] = {{
{read_features}}};
inline constexpr double kReadSimilarityWeight = {read_similarity:.4f};
inline constexpr double kReadSecondWeight = {read_second:.4f};
inline constexpr double kContextWeight = {context:.4f};

// The log odds that the passages hold no answer: a sum over the signs.
inline constexpr double kDoubtBias = {bias:.4f};
inline constexpr double kDoubtWeights[kSignCount] = {{
{signs}}};
inline constexpr double kThoroughDoubtBias = {thorough_bias:.4f};
inline constexpr double kThoroughDoubtWeights[kSignCount] = {{
{thorough_signs}}};

// The probability that a further sentence of the best length must have to be
// worth reading. Each costs as if it had this share of the best length more.
inline constexpr double kLengthPrice = {price};
inline constexpr double kSentenceShare = {share};

// Below it no answer is given; about {wrong:.1%} of answerable questions are, and
// {thorough_wrong:.1%} with a second opinion.
inline constexpr double kLeastSupport = {support:.4f};
inline constexpr double kLeastThoroughSupport = {thorough_support:.4f};

}}  // namespace extractive
}}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_WEIGHTS_H_
"""


def row_lines(values, names):
    return "".join("    %.4f,  // %s\n" % (v, n)
                   for v, n in zip(values, names))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", default=os.environ.get("FOOTNOTE_EVAL_DATA"))
    parser.add_argument("--requests", required=True)
    parser.add_argument("--print-gone", action="store_true",
                        help="print the requests without what was asked")
    parser.add_argument("--weighed")
    parser.add_argument("--few", nargs="*", default=[],
                        help="the same requests weighed with few passages")
    parser.add_argument("--thorough",
                        help="as --weighed, with the second opinion")
    parser.add_argument("--few-thorough", nargs="*", default=[],
                        help="as --few, with the second opinion")
    parser.add_argument("--gone", help="what --print-gone printed")
    parser.add_argument("--weighed-gone", help="as --weighed, of --gone")
    parser.add_argument("--thorough-gone", help="as --thorough, of --gone")
    parser.add_argument("--out")
    parser.add_argument("--keep-scores", action="store_true",
                        help="only doubt is learned, on the weights of scores "
                        "that --out holds")
    parser.add_argument("--keep-alone", action="store_true",
                        help="what is without a second opinion stays as --out "
                        "has it; --weighed, --few and --weighed-gone are not "
                        "read")
    parser.add_argument("--price", type=float, default=.125)
    parser.add_argument("--each", action="store_true",
                        help="print each language")
    args = parser.parse_args()
    if args.print_gone:
        print_gone(args.data, args.requests)
        return
    if (args.keep_scores or args.keep_alone) and not args.out:
        parser.error("want --out: what is kept is read there")
    for name in ("weighed", "thorough", "gone", "weighed_gone",
                 "thorough_gone"):
        if args.keep_alone and name.startswith("weighed"):
            continue
        if not getattr(args, name):
            parser.error("want --" + name.replace("_", "-"))
    old = Header(args.out) if args.out else None
    names, items = load(args.data, args.requests, args.thorough)
    features = names["features"]
    kept = [None] * 3
    if args.keep_scores:
        kept = [old.scores("", features, ["kSimilarityWeight"]),
                old.scores("Thorough", features,
                           ["kSecondWeight", "kThoroughSimilarityWeight"]),
                old.scores("Read", features,
                           ["kReadSecondWeight", "kContextWeight",
                            "kReadSimilarityWeight"])]

    few = [load(args.data, args.requests, path)[1]
           for path in args.few_thorough]
    gone = load_gone(args.data, args.gone, args.thorough_gone)
    thorough = fit_score(items, thorough_matrix, kept[1])
    read = Learned(names, items, few, gone, read_matrix, args.price,
                   WRONG_THOROUGHLY, kept[2])
    print("a sentence with an answer is there: %.3f" % mean_over_languages(
        (i.lang, i.y.any()) for i in items if i.answerable))
    shown = [("thoroughly", read)]
    if args.keep_alone:
        alone = Kept(old, names)
        figures = old.figures()
    else:
        items = load(args.data, args.requests, args.weighed)[1]
        few = [load(args.data, args.requests, path)[1] for path in args.few]
        gone = load_gone(args.data, args.gone, args.weighed_gone)
        alone = Learned(names, items, few, gone, matrix, args.price,
                        WRONG_ABSTENTIONS, kept[0])
        shown.append(("alone", alone))
        figures = alone.report(each=args.each).split("  ")
    for name, learned in shown:
        for price in (.05, .1, .125, .15, .2):
            print("%s: price %.3f  %s" % (name, price,
                                          learned.report(price=price)))
        for wrong in (0.04, 0.05, 0.06, 0.065, 0.07, 0.075):
            print("%s: wrong %.3f  %s" % (name, wrong,
                                          learned.report(wrong=wrong)))
    figures = list(zip(figures, read.report(each=args.each).split("  ")))
    print("\n".join("%s, %s" % pair for pair in figures))
    if args.out:
        with open(args.out, "w") as out:
            out.write(HEADER.format(
                kept=("; what is without one is older" if args.keep_alone else
                      "; the weights of scores are older, and of all the data"
                      if args.keep_scores else ""),
                figures="\n".join(
                    "//   %s, %s" % (a, b.split()[1]) for a, b in figures),
                features=row_lines(alone.weights[:-1], features),
                similarity=alone.weights[-1], bias=alone.bias,
                thorough_features=row_lines(thorough[:-2], features),
                second=thorough[-2], thorough_similarity=thorough[-1],
                read_features=row_lines(read.weights[:-3], features),
                read_second=read.weights[-3], context=read.weights[-2],
                read_similarity=read.weights[-1],
                signs=row_lines(alone.signs, names["signs"]),
                thorough_bias=read.bias,
                thorough_signs=row_lines(read.signs, names["signs"]),
                price=args.price, share=SENTENCE_SHARE,
                wrong=WRONG_ABSTENTIONS, thorough_wrong=WRONG_THOROUGHLY,
                support=1 / (1 + np.exp(alone.limit)),
                thorough_support=1 / (1 + np.exp(read.limit))))


if __name__ == "__main__":
    main()
