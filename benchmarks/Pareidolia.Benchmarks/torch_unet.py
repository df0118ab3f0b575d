"""A UNet with cross-attention in plain torch modules, of the shape that diffusers' UNet2DConditionModel has with one layer a block."""
import math

import torch
import torch.nn.functional as F
from torch import nn


class Residual(nn.Module):
    def __init__(self, inputs, outputs, time):
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(32, inputs), nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time = nn.Linear(time, outputs)
        self.norm2, self.conv2 = nn.GroupNorm(32, outputs), nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x, time):
        h = self.conv1(F.silu(self.norm1(x))) + self.time(F.silu(time))[:, :, None, None]
        return self.skip(x) + self.conv2(F.silu(self.norm2(h)))


class Attention(nn.Module):
    def __init__(self, channels, context, heads):
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(channels, channels, bias=False)
        self.k, self.v = (nn.Linear(context, channels, bias=False) for _ in range(2))
        self.out = nn.Linear(channels, channels)

    def forward(self, x, context):
        b, n, c = x.shape
        q, k, v = (t.view(b, -1, self.heads, c // self.heads).transpose(1, 2) for t in (self.q(x), self.k(context), self.v(context)))
        weights = torch.softmax(q @ k.transpose(2, 3) * (c // self.heads) ** -0.5, -1)
        return self.out((weights @ v).transpose(1, 2).reshape(b, n, c))


class Transformer(nn.Module):
    def __init__(self, channels, context, heads):
        super().__init__()
        self.norm = nn.GroupNorm(32, channels, eps=1e-6)
        self.enter, self.leave = nn.Linear(channels, channels), nn.Linear(channels, channels)
        self.norms = nn.ModuleList(nn.LayerNorm(channels) for _ in range(3))
        self.own, self.cross = Attention(channels, channels, heads), Attention(channels, context, heads)
        self.wide, self.narrow = nn.Linear(channels, 8 * channels), nn.Linear(4 * channels, channels)

    def forward(self, x, context):
        b, c, height, width = x.shape
        h = self.enter(self.norm(x).permute(0, 2, 3, 1).reshape(b, height * width, c))
        n = self.norms[0](h)
        h = h + self.own(n, n)
        h = h + self.cross(self.norms[1](h), context)
        value, gate = self.wide(self.norms[2](h)).chunk(2, -1)
        h = h + self.narrow(value * F.gelu(gate))
        return x + self.leave(h).reshape(b, height, width, c).permute(0, 3, 1, 2)


class Level(nn.Module):
    """Residual blocks, each with a transformer behind it where the level has attention; then a change of size."""

    def __init__(self, pairs, time, context, heads, resize):
        super().__init__()
        self.blocks = nn.ModuleList(Residual(i, o, time) for i, o in pairs)
        self.attentions = nn.ModuleList(Transformer(o, context, heads) for _, o in pairs) if heads else [None] * len(pairs)
        self.resize = resize

    def step(self, i, x, time, context):
        x = self.blocks[i](x, time)
        return self.attentions[i](x, context) if self.attentions[i] is not None else x


class UNet(nn.Module):
    def __init__(self, channels=(128, 256, 256), heads=(8, 8, 0), context=256, latent=4):
        super().__init__()
        c, time = channels, 4 * channels[0]
        self.first = nn.Conv2d(latent, c[0], 3, padding=1)
        self.time = nn.Sequential(nn.Linear(c[0], time), nn.SiLU(), nn.Linear(time, time))
        self.down = nn.ModuleList(
            Level([(c[max(0, i - 1)], c[i])], time, context, heads[i], nn.Conv2d(c[i], c[i], 3, 2, 1) if i < 2 else None) for i in range(3))
        self.middle = nn.ModuleList([Residual(c[2], c[2], time), Transformer(c[2], context, max(heads)), Residual(c[2], c[2], time)])
        skips = [c[0], c[0], c[0], c[1], c[1], c[2]]
        self.up = nn.ModuleList()
        below = c[2]
        for i in (2, 1, 0):
            pairs = [(below + skips.pop(), c[i]), (c[i] + skips.pop(), c[i])]
            self.up.append(Level(pairs, time, context, heads[i], nn.Conv2d(c[i], c[i], 3, padding=1) if i else None))
            below = c[i]
        self.norm, self.last = nn.GroupNorm(32, c[0]), nn.Conv2d(c[0], latent, 3, padding=1)

    def forward(self, x, t, context):
        half = self.first.out_channels // 2
        angles = t[:, None] * torch.exp(torch.arange(half) * (-math.log(10000) / half))
        time = self.time(torch.cat([angles.cos(), angles.sin()], 1))
        x = self.first(x)
        skips = [x]
        for level in self.down:
            x = level.step(0, x, time, context)
            skips.append(x)
            if level.resize is not None:
                x = level.resize(x)
                skips.append(x)
        x = self.middle[2](self.middle[1](self.middle[0](x, time), context), time)
        for level in self.up:
            for i in range(2):
                x = level.step(i, torch.cat([x, skips.pop()], 1), time, context)
            if level.resize is not None:
                x = level.resize(F.interpolate(x, scale_factor=2.0))
        return self.last(F.silu(self.norm(x)))
