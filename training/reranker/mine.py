#!/usr/bin/env python3
"""Mines questions from passages: prints one object a line, as `explain` reads.

  explain --requests HEADINGS/store ENCODER < HEADINGS/questions.jsonl > R.jsonl
  mine.py --requests R.jsonl > mined.jsonl

A sentence of a passage, less what is asked for: a number, a name, or a few
words in a row. Of the other words three to eight of ten stay, now and then one
from elsewhere takes the place of one that went, and in front (behind in Japanese
and Korean) comes a question word of the language, of the kind that asks for what
was taken away (generator/extractive/answer_type.cc). The passage's document is
the one to be found. What comes of it is no good language; it asks as questions
do: with some of the words of one sentence, and for something that is not among
them. Seeded.
"""

import argparse
import json
import random
import re

KINDS = ["date", "number", "reason", "place", "person", "manner", "definition"]
DENSE = {"ja", "zh"}  # written without spaces
WORD_LAST = {"ja", "ko"}
SHORTEST = {True: 80, False: 200}  # code points of a passage; dense or not
WORDS = (7, 45)  # of a sentence
LONGEST = 14  # words of a question
STRANGERS = 0.12


def question_words(path):
    """By language: for each kind the phrases, from answer_type.cc."""
    source = open(path, encoding="utf-8").read()
    rows = {}
    for row in re.finditer(
            r'\{Language::k(\w\w),((?:\s*"(?:[^"\\]|\\.)*",?)+)\}', source):
        kinds, text = [], ""
        for part in re.finditer(r'"((?:[^"\\]|\\.)*)"(\s*,)?', row.group(2)):
            text += part.group(1)
            if part.group(2):
                kinds.append(text)
                text = ""
        kinds.append(text)
        rows[row.group(1).lower()] = dict(
            zip(KINDS, [[p.rstrip("*") for p in k.split("|")] for k in kinds]))
    return rows


def passages_of(path):
    """By language, then by document and ordinal: texts that are long enough."""
    found = {}
    for line in open(path, encoding="utf-8"):
        for passage in json.loads(line).get("passages", []):
            language = passage.get("language", "und")
            text = passage.get("text", "")
            if len(text) < SHORTEST[language in DENSE]:
                continue
            place = (passage["source"]["document"], passage.get("ordinal", 0))
            found.setdefault(language, {})[place] = text
    return found


def words_of(text, language):
    if language in DENSE:
        return re.findall(r"[A-Za-z0-9.+-]+|[\u3040-\u30ff\u4e00-\u9fff]{1,3}",
                          text)
    return re.findall(r"[\w'’.-]*\w", text)


def taken_away(words, rng):
    """What is asked for: its kind, and where it begins and ends."""
    numbers = [i for i, w in enumerate(words) if re.fullmatch(r"\d[\d.,]*", w)]
    names = [i for i, w in enumerate(words)
             if i > 0 and w[:1].isupper() and w[1:2].islower()]
    if numbers and rng.random() < 0.7:
        i = rng.choice(numbers)
        is_year = re.fullmatch(r"(1\d|20)\d\d", words[i])
        return ("date" if is_year else "number"), i, i + 1
    if names and rng.random() < 0.5:
        i = rng.choice(names)
        return rng.choice(["person", "place"]), i, i + 1 + (i + 1 in names)
    i = rng.randrange(len(words))
    kind = rng.choice(["reason", "manner"] + 3 * ["definition"])
    return kind, i, i + rng.randint(1, max(1, len(words) // 4))


def ask(text, language, asked_by, strangers, rng):
    """A question that `text` answers; None where no sentence is fit."""
    sentences = [words_of(s, language)
                 for s in re.split(r"(?<=[.!?。！？।؟])\s*|\n+", text)]
    sentences = [s for s in sentences if WORDS[0] <= len(s) <= WORDS[1]]
    if not sentences:
        return None
    words = rng.choice(sentences)
    kind, begin, end = taken_away(words, rng)
    stay = rng.uniform(0.3, 0.8)
    kept = []
    for i, word in enumerate(words):
        if begin <= i < end:
            continue
        chance = rng.random()
        if chance < stay:
            kept.append(word)
        elif chance < stay + STRANGERS:
            kept.append(rng.choice(strangers))
    if len(kept) > LONGEST:
        first = rng.randrange(len(kept) - LONGEST + 1)
        kept = kept[first:first + LONGEST]
    if len(kept) < 3:
        return None
    word = [rng.choice(asked_by[kind])]
    parts = kept + word if language in WORD_LAST else word + kept
    dense = language in DENSE
    return ("" if dense else " ").join(parts) + ("？" if dense else "?")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", required=True)
    parser.add_argument("--types",
                        default="generator/extractive/answer_type.cc")
    parser.add_argument("--each", type=int, default=250,
                        help="questions of a language")
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    rng = random.Random(args.seed)
    asked_by = question_words(args.types)
    for language, texts in sorted(passages_of(args.requests).items()):
        if language not in asked_by:
            continue
        places = sorted(texts)
        rng.shuffle(places)
        strangers = [w for place in places[:300]
                     for w in words_of(texts[place], language)[:40]]
        made = 0
        for place in places:
            if made == args.each:
                break
            question = ask(texts[place], language, asked_by[language],
                           strangers, rng)
            if question is None:
                continue
            made += 1
            print(json.dumps({"language": language, "question": question,
                              "document": place[0], "answerable": True},
                             ensure_ascii=False))


if __name__ == "__main__":
    main()
