#!/usr/bin/env python3
"""Learns when a question in another language than the passages is answered.

  fit_across.py --print-others DIR > others.jsonl
  fit_across.py --answered A.jsonl --others O.jsonl [--out across_weights.h]

The first prints questions of the evaluation form about other things than the
English collection of `eval qa --crosslingual en`. A and O are what explain
(//generator/extractive:explain --second FILE) prints for questions whose answer
is there, and for these. training/refit does all of it. Needs numpy and scipy.

The support is a logistic regression on one number, the cosine of the question
and the nearest sentence in the second encoder's eyes. Printed figures are of
five folds of neighbours in the file, so of languages: what is printed was not
seen.
"""

import argparse
import json
import os

import numpy as np
from scipy.optimize import minimize

FOLDS = 5
WITHHELD = 0.07  # of the questions that have an answer
# Their texts are no translations of the English ones.
OTHERS = ("fa", "fr", "he", "id", "ko", "pl")
OTHERS_EACH = 100

HEADER = """\
// Made by training/answers/fit_across.py: edit that, not this.
//   {figures}
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_ACROSS_WEIGHTS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_ACROSS_WEIGHTS_H_

namespace footnote {{
namespace extractive {{

// The log odds that the passages answer: the bias, and per unit of cosine of
// question and nearest sentence.
inline constexpr double kAcrossBias = {bias:.2f};
inline constexpr double kNearestWeight = {weight:.2f};

// Below it no answer is given; a cosine of {cosine:.3f}.
inline constexpr double kLeastSupportAcross = {least:.3f};

}}  // namespace extractive
}}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_ACROSS_WEIGHTS_H_
"""


def print_others(folder):
    for language in OTHERS:
        path = os.path.join(folder, "qa", language + ".questions.jsonl")
        with open(path, encoding="utf-8") as file:
            asked = [q for q in map(json.loads, file) if q["answerable"]]
        for q in asked[:OTHERS_EACH]:
            print(json.dumps({"question": q["question"]}, ensure_ascii=False))


def read(path):
    """The nearest sentence's cosine of each question across languages."""
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file][1:]
    return np.array([x["nearest"] for x in lines
                     if x["across"] and x["nearest"]])


def fit(answered, others):
    x = np.concatenate([answered, others])
    y = np.arange(len(x)) < len(answered)

    def loss(b):
        t = b[0] + b[1] * x
        error = 1 / (1 + np.exp(-t)) - y
        return (np.where(y, np.logaddexp(0, -t), np.logaddexp(0, t)).sum(),
                np.array([error.sum(), error @ x]))

    return minimize(loss, np.zeros(2), jac=True, method="L-BFGS-B",
                    options={"maxiter": 5000, "maxfun": 5000}).x


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--print-others", metavar="DIR")
    parser.add_argument("--answered")
    parser.add_argument("--others")
    parser.add_argument("--out")
    args = parser.parse_args()
    if args.print_others:
        print_others(args.print_others)
        return
    if not args.answered or not args.others:
        parser.error("want --answered and --others, or --print-others")
    answered, others = read(args.answered), read(args.others)

    wrong, right = [], []
    for k in range(FOLDS):
        fold_a = np.arange(len(answered)) * FOLDS // len(answered) == k
        fold_o = np.arange(len(others)) * FOLDS // len(others) == k
        limit = np.quantile(answered[~fold_a], WITHHELD)
        wrong += list(answered[fold_a] < limit)
        right += list(others[fold_o] < limit)
    figures = ("%d questions with an answer: %.3f withheld; %d about other "
               "things: %.3f" % (len(answered), np.mean(wrong), len(others),
                                 np.mean(right)))
    print(figures)
    cosine = np.quantile(answered, WITHHELD)
    bias, weight = fit(answered, others)
    print("bias %.2f, weight %.2f, least cosine %.3f" % (bias, weight, cosine))
    if args.out:
        with open(args.out, "w", encoding="utf-8") as out:
            out.write(HEADER.format(
                figures=figures.replace("; ", ";\n//   "), bias=bias,
                weight=weight, cosine=cosine,
                least=1 / (1 + np.exp(-bias - weight * cosine))))


if __name__ == "__main__":
    main()
