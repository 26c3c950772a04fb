"""PyTorch at its simplest fast: rows of one tensor by shuffled index, the loss from logits, Adam's fused kernel."""

import time

import torch

from benchmarks.contenders import _torch
from benchmarks.contenders._job import LEARNING_RATE, Job, Result, main


def train(job: Job) -> Result:
    """Trains."""
    torch.manual_seed(job.seed)
    x = torch.from_numpy(job.load())
    model = _torch.build(job.widths)
    logits = model[:-1]  # the loss has the sigmoid in it
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, fused=True)
    seconds, losses = [], []
    for _ in range(job.epochs):
        began, total = time.perf_counter(), torch.zeros(())
        for index in torch.randperm(len(x)).split(job.batch_size):
            batch = x[index]
            optimizer.zero_grad()
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits(batch), batch)
            loss.backward()
            optimizer.step()
            total += loss.detach() * len(batch)
        losses.append(float(total) / len(x))
        seconds.append(time.perf_counter() - began)
    return Result(seconds, losses, _torch.parameters(model), {"torch": torch.__version__})


if __name__ == "__main__":
    main(train)
