"""A round of self-refinement: the model mines pairs and learns from them.

Texts of the tongues that the experts never saw stand on one side, English texts
on the other, without their alignment. Two texts that are each other's nearest
neighbours, nearer than their next ones by a margin, are taken for translations;
the other near texts of the batch are its hard negatives. The round is kept only
when the held-out score rises.
"""

import numpy as np


def mutual(a, b, neighbours=4, margin=1.06):
    """[(i, j)]: rows of unit vectors that are each other's nearest, by the
    ratio of their cosine to the mean cosine with the nearest ones."""
    s = a @ b.T
    k = min(neighbours, s.shape[0], s.shape[1])
    across = np.sort(s, 1)[:, -k:].mean(1)
    down = np.sort(s, 0)[-k:].mean(0)
    ratio = s / ((across[:, None] + down[None]) / 2)
    right = ratio.argmax(1)
    left = ratio.argmax(0)
    return [(i, int(j)) for i, j in enumerate(right)
            if left[j] == i and ratio[i, j] >= margin]


def batches_of_neighbours(vectors, size, rng):
    """Batches of numbers of texts, near ones together: hard negatives."""
    left = list(range(len(vectors)))
    rng.shuffle(left)
    order = []
    free = np.ones(len(vectors), bool)
    for i in left:
        if not free[i]:
            continue
        s = np.where(free, vectors @ vectors[i], -2)
        near = np.argpartition(-s, min(size, free.sum()) - 1)[
            :min(size, int(free.sum()))]
        free[near] = False
        order.append(near)
    rng.shuffle(order)
    return order
