"""The PyTorch side of the benchmarks. Reads one request a line, answers one line of JSON.
"<kind> <numbers>" prepares a case and answers {"seconds": 0}; "run" runs it once and answers its seconds."""
import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch_unet import UNet

threads = int(os.environ.get("OMP_NUM_THREADS", "1"))
torch.set_num_threads(threads)
clock = time.thread_time if threads == 1 else time.perf_counter


def conv(b, h, w, c, o, kernel, stride):
    x = torch.randn(b, c, h, w).to(memory_format=torch.channels_last)
    weight = torch.randn(o, c, kernel, kernel).to(memory_format=torch.channels_last)
    return lambda: F.conv2d(x, weight, stride=stride, padding=kernel // 2)


def conv_gradients(b, h, w, c, o, kernel, stride):
    x = torch.randn(b, c, h, w).to(memory_format=torch.channels_last)
    weight = torch.randn(o, c, kernel, kernel).to(memory_format=torch.channels_last)
    g = torch.randn_like(F.conv2d(x, weight, stride=stride, padding=kernel // 2))
    pair = [kernel // 2] * 2
    return lambda: torch.ops.aten.convolution_backward(
        g, x, weight, None, [stride] * 2, pair, [1, 1], False, [0, 0], 1, [True, True, False])


def attention(b, n, m, heads, d):
    q, k, v = (torch.randn(b, heads, length, d) for length in (n, m, m))

    def run():
        return torch.softmax(q @ k.transpose(2, 3) * d ** -0.5, -1) @ v
    return run


class Block(torch.nn.Module):
    """Norm, SiLU, convolution twice, plus the input."""

    def __init__(self, channels):
        super().__init__()
        self.norms = torch.nn.ModuleList(torch.nn.GroupNorm(32, channels) for _ in range(2))
        self.convs = torch.nn.ModuleList(torch.nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))

    def forward(self, x):
        h = x
        for norm, convolution in zip(self.norms, self.convs):
            h = convolution(F.silu(norm(h)))
        return x + h


def train_step(b, side, channels, blocks):
    model = torch.nn.Sequential(*(Block(channels) for _ in range(blocks))).to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01)
    x, target = (torch.randn(b, channels, side, side).to(memory_format=torch.channels_last) for _ in range(2))

    def run():
        optimizer.zero_grad(set_to_none=True)
        F.mse_loss(model(x), target).backward()
        optimizer.step()
    return run


def train_step_unet(b, side, tokens):
    model = UNet().to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), 1e-4, weight_decay=0.01)
    x, target = (torch.randn(b, 4, side, side).to(memory_format=torch.channels_last) for _ in range(2))
    t, context = torch.arange(b).float(), torch.randn(b, tokens, 256)

    def run():
        optimizer.zero_grad(set_to_none=True)
        F.mse_loss(model(x, t, context), target).backward()
        optimizer.step()
    return run


KINDS = {"conv": conv, "conv-gradients": conv_gradients, "attention": attention, "train-step": train_step,
         "train-step-unet": train_step_unet}
case = None
for line in sys.stdin:
    kind, *numbers = line.split()
    seconds = 0.0
    if kind != "run":
        case = KINDS[kind](*map(int, numbers))
    else:
        with torch.set_grad_enabled(case.__qualname__.startswith("train_step")):
            start = clock()
            case()
            seconds = clock() - start
    print(json.dumps({"seconds": seconds}), flush=True)
