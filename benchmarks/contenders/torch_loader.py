"""Plain PyTorch, as everyone writes it: a shuffling `DataLoader` over a `TensorDataset`."""

import time

import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.contenders import _torch
from benchmarks.contenders._job import LEARNING_RATE, Job, Result, main


def train(job: Job) -> Result:
    """Trains."""
    torch.manual_seed(job.seed)
    x = torch.from_numpy(job.load())
    loader = DataLoader(TensorDataset(x), batch_size=job.batch_size, shuffle=True)
    model = _torch.build(job.widths)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    seconds, losses = [], []
    for _ in range(job.epochs):
        began, total = time.perf_counter(), 0.0
        for (batch,) in loader:
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy(model(batch), batch)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        seconds.append(time.perf_counter() - began)
        losses.append(total / len(x))
    return Result(seconds, losses, _torch.parameters(model), {"torch": torch.__version__})


if __name__ == "__main__":
    main(train)
