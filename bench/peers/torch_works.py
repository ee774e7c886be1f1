"""PyTorch at one of the works of works.mjs: python3 torch_works.py SPEC."""

import json
import os
import sys
import time

import numpy
import torch
from torch import nn

spec = json.loads(sys.argv[1])
work = spec["work"]
torch.manual_seed(1)
threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
torch.set_num_threads(threads)


def median(values):
    return float(numpy.median(values))


def samples(count):
    """Pixels as floats, which favours PyTorch: it converts nothing while it is timed."""
    folder = os.environ["BENCH_DATA"]
    images = numpy.fromfile(os.path.join(folder, "images.u8"), numpy.uint8, count * 784)
    labels = numpy.fromfile(os.path.join(folder, "labels.u8"), numpy.uint8, count)
    x = torch.from_numpy(images.reshape(count, 784).astype(numpy.float32) / 255)
    return x, torch.from_numpy(labels.astype(numpy.int64))


def network(*sizes):
    layers = []
    for i, (a, b) in enumerate(zip(sizes, sizes[1:])):
        layers += [nn.Linear(a, b)] + ([nn.ReLU()] if i < len(sizes) - 2 else [])
    return nn.Sequential(*layers)


def train(model, optimizer, x, y, batch, steps):
    """One pass over `steps` shuffled batches; seconds."""
    start = time.perf_counter()
    order = torch.randperm(len(x))
    total = torch.zeros(())
    for s in range(steps):
        index = order[s * batch : (s + 1) * batch]
        loss = nn.functional.cross_entropy(model(x[index]), y[index])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        total += loss.detach()
    total.item()
    return time.perf_counter() - start


def mnist():
    steps = spec.get("steps", 469)
    x, y = samples(60000)
    model = network(784, 512, 10)
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.001, alpha=0.9, eps=1e-7)
    train(model, optimizer, x, y, 128, min(steps, 20))
    times = [train(model, optimizer, x, y, 128, steps) for _ in range(2)]
    return median(times) * 469 / steps


def wide():
    steps = spec["steps"]
    x, y = samples(256 * steps)
    model = network(784, 2048, 2048, 10)
    optimizer = torch.optim.Adam(model.parameters())
    train(model, optimizer, x, y, 256, 2)
    return median([train(model, optimizer, x, y, 256, steps) for _ in range(3)]) / steps * 1000


def small_net():
    x = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]])
    y = torch.tensor([[0.0], [1], [1], [0]])
    model = nn.Sequential(nn.Linear(3, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid())
    optimizer = torch.optim.SGD(model.parameters(), lr=1)
    times = []
    for _ in range(4):
        start = time.perf_counter()
        for _ in range(spec["steps"]):
            loss = ((model(x) - y) ** 2).sum()
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
        times.append((time.perf_counter() - start) * 1000)
    return median(times[1:])


def predict():
    model = nn.Sequential(network(784, 512, 10), nn.Softmax(dim=1)).eval()
    pixels = numpy.full((1, 784), 0.4, numpy.float32)
    times = []
    with torch.inference_mode():
        for _ in range(1000):
            start = time.perf_counter()
            model(torch.from_numpy(pixels)).numpy()
            times.append((time.perf_counter() - start) * 1e6)
    return median(times[200:])


value = {"mnist": mnist, "wide": wide, "small-net": small_net, "predict": predict}[work]()
print(json.dumps({"version": torch.__version__, "values": {"value": value}}))
