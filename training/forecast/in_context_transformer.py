#!/usr/bin/env python3
"""A small Transformer that predicts next states in context, for comparison.

usage: training/forecast/in_context_transformer.py [--steps 3000] [--threads 1]

The baseline that `footnote forecast table` can't run: a causal Transformer (2
layers, width 64, 4 heads) that sees the last 64 samples of a signal and says the
next one. It is trained on signals drawn anew at every step: sums of sines,
linear equations of random spectra, Van der Pol and Lorenz systems of random
parameters and time scales, clean and at 60, 40 and 20 dB. None has the
parameters of the test. Then its weights stand still, as a context learner's
do, and it predicts the six smooth signals of the table (the same equations, 100
samples a unit; band-limited noise is drawn by another generator).

Prints mean squared errors of the clean next state over those of the clean last
value, second half of 4,000 samples, and their geometric means. Nothing here is
part of the program. Needs torch and numpy. A run: eval/results/forecast_transformer.txt.
"""

import argparse
import time

import numpy as np
import torch

CONTEXT = 64
SAMPLES_PER_UNIT = 100
LEVELS = (None, 60, 40, 20)


def integrate(flow, state, scale, samples, warm):
  """Runge-Kutta; states of many systems at once: [dimension, systems]."""
  out = np.empty((samples,) + state.shape)
  dt = scale / SAMPLES_PER_UNIT / 4
  for k in range(-warm, samples):
    if k >= 0:
      out[k] = state
    for _ in range(4):
      a = flow(state)
      b = flow(state + dt / 2 * a)
      c = flow(state + dt / 2 * b)
      d = flow(state + dt * c)
      state = state + dt / 6 * (a + 2 * b + 2 * c + d)
  return out


def van_der_pol(mu):
  return lambda y: np.stack([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]])


def lorenz(sigma, rho, beta):
  return lambda y: np.stack([sigma * (y[1] - y[0]), y[0] * (rho - y[2]) - y[1],
                             y[0] * y[1] - beta * y[2]])


def sines(random, systems, samples):
  turns = random.uniform(0.5, 30, (8, systems))
  sizes = random.uniform(0, 1, (8, systems)) * (
      random.uniform(0, 1, (8, systems)) < 0.6)
  sizes[0] = 1
  phases = random.uniform(0, 2 * np.pi, (8, systems))
  decays = random.uniform(0, 0.5, (8, systems)) * (
      random.uniform(0, 1, systems) < 0.3)
  t = np.arange(samples)[:, None, None] / SAMPLES_PER_UNIT
  return (sizes * np.exp(-decays * t) * np.sin(turns * t + phases)).sum(1)


class Signals:
  """Windows of CONTEXT + 1 samples, clean."""

  def __init__(self, random):
    self.random = random
    self.pool = []

  def refill(self):
    random, n, samples = self.random, 48, 600
    pool = [sines(random, 2 * n, samples)]
    scale = random.uniform(0.5, 4, n)
    flow = van_der_pol(random.uniform(0.3, 4, n))
    y = integrate(flow, random.normal(0, 1, (2, n)), scale, samples, 200)
    pool += [y[:, 0], y[:, 1]]
    flow = lorenz(random.uniform(8, 12, n), random.uniform(24, 40, n),
                  random.uniform(2, 3.5, n))
    y = integrate(flow, random.normal(0, 1, (3, n)),
                  random.uniform(0.1, 0.8, n), samples, 200)
    pool += [y[:, 0], y[:, 1], y[:, 2]]
    self.pool = np.concatenate(pool, 1)
    assert np.isfinite(self.pool).all()

  def batch(self, size):
    column = self.random.integers(0, self.pool.shape[1], size)
    start = self.random.integers(0, len(self.pool) - CONTEXT - 1, size)
    rows = start[:, None] + np.arange(CONTEXT + 1)
    clean = self.pool[rows, column[:, None]]
    level = self.random.integers(0, len(LEVELS), size)
    decibels = np.array([1e9, 60, 40, 20])[level]
    deviation = self.pool[:, column].std(0) * 10 ** (-decibels / 20)
    noisy = clean + deviation[:, None] * self.random.normal(size=clean.shape)
    return noisy[:, :CONTEXT], clean[:, CONTEXT]


class Model(torch.nn.Module):

  def __init__(self, width=64, heads=4, layers=2):
    super().__init__()
    self.enter = torch.nn.Linear(2, width)
    self.place = torch.nn.Parameter(0.02 * torch.randn(CONTEXT, width))
    layer = torch.nn.TransformerEncoderLayer(
        width, heads, 4 * width, dropout=0, batch_first=True, norm_first=True)
    self.layers = torch.nn.TransformerEncoder(layer, layers,
                                              enable_nested_tensor=False)
    self.leave = torch.nn.Linear(width, 1)

  def forward(self, seen):
    """The next value; what the net sees and says has no scale of its own."""
    last = seen[:, -1:]
    change = seen[:, 1:] - seen[:, :-1]
    size = change.std(1, keepdim=True) + 1e-12
    spread = seen.std(1, keepdim=True) + 1e-12
    first = torch.zeros_like(last)
    features = torch.stack([(seen - last) / spread,
                            torch.cat([first, change], 1) / size], -1)
    mask = torch.nn.Transformer.generate_square_subsequent_mask(CONTEXT)
    x = self.layers(self.enter(features) + self.place, mask=mask)
    # Beside the line through the last two.
    return (last + change[:, -1:] + size * self.leave(x[:, -1])).squeeze(1), size


def tests():
  samples = 4000
  t = np.arange(samples) / SAMPLES_PER_UNIT
  phases = np.outer(t, [3, 7, 11, 17, 23.]) + [.1, 1, 2, 3, 4]
  random = np.random.default_rng(1)
  waves = np.outer(t, random.uniform(0, 25, 300)) + random.uniform(
      0, 2 * np.pi, 300)
  one = np.ones(1)
  v = integrate(van_der_pol(2 * one), np.array([[2.], [0.]]), 2, samples, 1500)
  z = integrate(lorenz(10 * one, 28 * one, 8 / 3 * one), np.ones((3, 1)), 0.4,
                samples, 7500)
  return {"sines": np.sin(phases) @ [1, .7, .5, .4, .3],
          "band-limited noise": np.sin(waves).sum(1) * (2 / 300) ** 0.5,
          "Van der Pol x": v[:, 0, 0], "Van der Pol v": v[:, 1, 0],
          "Lorenz x": z[:, 0, 0], "Lorenz z": z[:, 2, 0]}


def evaluate(model):
  random = np.random.default_rng(5)
  print(f"{'':22}" + "".join(f"{'clean' if d is None else f'{d} dB':>12}"
                              for d in LEVELS))
  logs = np.zeros(len(LEVELS))
  signals = tests()
  for name, clean in signals.items():
    row = []
    for decibels in LEVELS:
      noise = 0 if decibels is None else clean.std() * 10 ** (-decibels / 20)
      seen = clean + noise * random.normal(size=clean.shape)
      at = np.arange(2400, len(clean) - 1)
      windows = np.lib.stride_tricks.sliding_window_view(seen, CONTEXT)
      with torch.no_grad():
        said, _ = model(torch.tensor(windows[at - CONTEXT + 1]).float())
      wrong = ((said.numpy() - clean[at + 1]) ** 2).mean()
      row.append(wrong / ((clean[at + 1] - clean[at]) ** 2).mean())
    logs += np.log(row)
    print(f"{name:22}" + "".join(f"{x:12.2e}" for x in row))
  print(f"{'geometric mean':22}" +
        "".join(f"{x:12.2e}" for x in np.exp(logs / len(signals))))


def main():
  parser = argparse.ArgumentParser(
      description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
  parser.add_argument("--steps", type=int, default=3000)
  parser.add_argument("--threads", type=int, default=1)
  options = parser.parse_args()
  torch.set_num_threads(options.threads)
  torch.manual_seed(1)
  signals = Signals(np.random.default_rng(7))
  model = Model()
  print(sum(p.numel() for p in model.parameters()), "parameters")
  learner = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
  plan = torch.optim.lr_scheduler.OneCycleLR(learner, 1e-3, options.steps)
  begin, mean = time.time(), None
  for step in range(options.steps):
    if step % 200 == 0:
      signals.refill()
    seen, wanted = signals.batch(128)
    said, size = model(torch.tensor(seen).float())
    miss = (said - torch.tensor(wanted).float()) / size.squeeze(1)
    # Errors span many decades: their logarithm is what should fall.
    loss = torch.log(miss ** 2 + 1e-8).mean()
    learner.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1)
    learner.step()
    plan.step()
    mean = loss.item() if mean is None else 0.99 * mean + 0.01 * loss.item()
    if (step + 1) % 500 == 0:
      print(f"step {step + 1}: {mean:.3f}, {time.time() - begin:.0f} s",
            flush=True)
  model.eval()
  evaluate(model)


if __name__ == "__main__":
  main()
