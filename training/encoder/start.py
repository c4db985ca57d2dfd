"""First vectors for the tongues' rows, without training (route C).

A row's vector is the mean of USE's rows of the English pieces that go with it:
association by squared Dice over aligned texts, short ones weighted up.
"""

import numpy as np
import scipy.sparse as sp


def matrix(texts, weights, base, width):
    indptr = np.zeros(len(texts) + 1, np.int64)
    sets = [np.unique(np.asarray(t)) for t in texts]
    np.cumsum([len(s) for s in sets], out=indptr[1:])
    indices = np.concatenate(sets) - base
    data = np.repeat(weights, np.diff(indptr)).astype(np.float32)
    return sp.csr_matrix((data, indices, indptr), (len(texts), width))


def associate(tongue_texts, english_texts, first, count, table, best=5):
    """(vectors [count, 512], evidence [count]) for rows first..first+count."""
    keep = [[r for r in t if first <= r < first + count]
            for t in tongue_texts]
    weights = np.array([1.0 / (3 + min(len(a), 60))
                        for a in english_texts], np.float32)
    root = np.sqrt(weights)
    x = matrix(keep, root, first, count)
    y = matrix([[r for r in t if r > 2] for t in english_texts], root, 0,
               table.shape[0])
    nx = np.asarray(x.multiply(x).sum(0)).ravel()
    ny = np.asarray(y.multiply(y).sum(0)).ravel()
    ns = np.asarray((x > 0).sum(0)).ravel()
    vectors = np.zeros((count, table.shape[1]), np.float32)
    xt = x.T.tocsr()
    for begin in range(0, count, 2000):
        c = (xt[begin:begin + 2000] @ y).tocsr()
        for i in range(c.shape[0]):
            a, b = c.indptr[i], c.indptr[i + 1]
            if a == b:
                continue
            j, v = c.indices[a:b], c.data[a:b]
            dice = (2 * v / (nx[begin + i] + ny[j])) ** 2
            if len(dice) > best:
                top = np.argpartition(-dice, best)[:best]
                dice, j = dice[top], j[top]
            vectors[begin + i] = (dice / dice.sum()) @ table[j]
    return vectors, ns
