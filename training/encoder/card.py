"""The tables of the model card, from what the stages merge and refine kept."""

import json
import os

from merging import FAMILIES
from pieces import TONGUES

BEGIN = "<!-- written by tools/train_encoder: begin -->"
END = "<!-- written by tools/train_encoder: end -->"


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def row(name, scores):
    tops, cosines = zip(*(scores[t] for t in TONGUES))
    return (f"| {name} | {mean(tops):.4f} | {mean(cosines):.4f} | "
            + " | ".join(f"{c:.3f}" for c in cosines) + " |")


def table_of_merges(scores, chosen, control):
    own = {t: scores["expert " + f][t] for f in FAMILIES for t in FAMILIES[f]}
    lines = ["| network | top-1 | cosine | " + " | ".join(TONGUES) + " |",
             "|---|---|---|" + "---|" * len(TONGUES)]
    for name, score in scores.items():
        if name == "linear":
            lines.append(row("each language's expert", own))
        lines.append(row(name + (" (kept)" if name == chosen else ""), score))
    lines += [row(name, score) for name, score in control.items()]
    loss = mean(1 - scores[chosen][t][1] / own[t][1] for t in TONGUES)
    worst = max(TONGUES, key=lambda t: 1 - scores[chosen][t][1] / own[t][1])
    lines.append(f"\nThe columns by language are cosines. Against its expert "
                 f"a language loses {100 * loss:.1f} % of cosine in the mean, "
                 f"{worst} most: "
                 f"{100 * (1 - scores[chosen][worst][1] / own[worst][1]):.1f} "
                 f"%.")
    return lines


def table_of_rounds(rounds):
    lines = ["| round | top-1 | cosine | headings to sections, hit@5 | |",
             "|---|---|---|---|---|"]
    for r in rounds:
        tops, cosines = zip(*r["pairs"].values())
        found = r["headings"]
        by = " ".join(f"{t} {v:.3f}" for t, v in found.items())
        lines.append(f"| {r['round'] or 'merged'} | {mean(tops):.4f} | "
                     f"{mean(cosines):.4f} | {mean(found.values()):.4f} ({by})"
                     f" | {'kept' if r['kept'] else 'not kept'} |")
    return lines


def read(path):
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return json.load(file)


def write(card, merges, rounds, control):
    """Puts the tables between the two marks of the file `card`."""
    kept = read(merges)
    lines = table_of_merges(kept["scores"], kept["chosen"], read(control))
    lines += [""] + table_of_rounds(read(rounds))
    with open(card, encoding="utf-8") as file:
        text = file.read()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    with open(card, "w", encoding="utf-8") as out:
        out.write(before + BEGIN + "\n\n" + "\n".join(lines) + "\n\n" + END
                  + after)
