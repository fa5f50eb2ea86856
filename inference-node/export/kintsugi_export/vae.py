"""The causal video decoder written so that TorchScript can script it, one chunk at a time with explicit state.

A frame is an entry of the batch dimension, and a 3x3x3 convolution over time is a 3x3 convolution over three frames
laid behind one another in the channels: exactly the same sums, but the fast two-dimensional kernels do them.
All tensors are channels-last in memory, so that the norms and the 1x1 convolutions read neighbours.
The state holds, for every convolution over time, the last two frames it saw. It is a queue: each convolution takes
its entry from the front and puts the new one at the back, so that after a whole pass the order is the same again.
"""
from typing import List

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def blank(x: Tensor) -> Tensor:
    zero = torch.zeros_like(x[:1])
    return torch.cat([zero, zero], 0)  # unlike repeat, keeps channels last


class ChannelNorm(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        gamma = source.gamma.data.reshape(1, -1, 1, 1) * source.scale
        self.gamma = nn.Parameter(gamma, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        size = torch.linalg.vector_norm(x, 2.0, [1], True).clamp_min(1e-12)
        return x / size * self.gamma


class CausalConv(nn.Module):
    """[T,C,H,W] -> [T,D,H,W], behind the two frames that went before (zeros at the very beginning)."""

    def __init__(self, source: nn.Conv3d):
        super().__init__()
        w = source.weight.data
        if tuple(source.stride) != (1, 1, 1) or w.shape[2] != 3:
            raise ValueError("vae: unexpected causal convolution of shape %s" % (tuple(w.shape),))
        w = w.permute(0, 2, 1, 3, 4).flatten(1, 2)
        self.weight = nn.Parameter(w.contiguous(memory_format=torch.channels_last), requires_grad=False)
        self.bias = source.bias
        self.pad: int = w.shape[-1] // 2

    def forward(self, x: Tensor, state: List[Tensor], first: bool) -> Tensor:
        frames = x.shape[0]
        before = blank(x) if first else state.pop(0)
        x = torch.cat([before, x], 0)
        state.append(x[-2:].clone())
        window = torch.cat([x[0:frames], x[1:frames + 1], x[2:frames + 2]], 1)
        return F.conv2d(window, self.weight, self.bias, padding=self.pad)


class PointConv(nn.Module):
    """A 1x1x1 or 1x1 convolution."""

    def __init__(self, source: nn.Module):
        super().__init__()
        w = source.weight.data
        self.weight = nn.Parameter(w.flatten(1), requires_grad=False)
        self.bias = source.bias

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x.permute(0, 2, 3, 1), self.weight, self.bias).permute(0, 3, 1, 2)


class Residual(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.norm1, self.norm2 = ChannelNorm(source.norm1), ChannelNorm(source.norm2)
        self.conv1, self.conv2 = CausalConv(source.conv1), CausalConv(source.conv2)
        same = isinstance(source.conv_shortcut, nn.Identity)
        self.shortcut = nn.Identity() if same else PointConv(source.conv_shortcut)

    def forward(self, x: Tensor, state: List[Tensor], first: bool) -> Tensor:
        y = self.conv1(F.silu(self.norm1(x)), state, first)
        y = self.conv2(F.silu(self.norm2(y)), state, first)
        return y + self.shortcut(x)


class FrameAttention(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.norm, self.qkv, self.out = ChannelNorm(source.norm), PointConv(source.to_qkv), PointConv(source.proj)

    def forward(self, x: Tensor) -> Tensor:
        frames, channels, rows, columns = x.shape
        y = self.qkv(self.norm(x)).flatten(2).transpose(1, 2).contiguous().unsqueeze(1)
        q, k, v = y.chunk(3, -1)
        y = F.scaled_dot_product_attention(q, k, v).squeeze(1).transpose(1, 2)
        return self.out(y.reshape(frames, channels, rows, columns)) + x


class DoubleFrames(nn.Module):
    """Two frames out of one, except in the very first chunk, which stays as it is."""

    def __init__(self, source: nn.Conv3d):
        super().__init__()
        self.conv = CausalConv(source)

    def forward(self, x: Tensor, state: List[Tensor], first: bool) -> Tensor:
        if first:
            state.append(blank(x))
            return x
        frames, channels, rows, columns = x.shape
        x = self.conv(x, state, first).reshape(2 * frames, channels, rows, columns)
        return x.contiguous(memory_format=torch.channels_last)  # what comes after is several times faster with it


class SameFrames(nn.Module):
    def forward(self, x: Tensor, state: List[Tensor], first: bool) -> Tensor:
        return x


class Up(nn.Module):
    def __init__(self, source: nn.Module):
        super().__init__()
        self.resnets = nn.ModuleList(Residual(r) for r in source.resnets)
        up = source.upsamplers[0] if source.upsamplers is not None else None
        self.frames = DoubleFrames(up.time_conv) if up is not None and up.mode == "upsample3d" else SameFrames()
        self.conv = up.resample[1] if up is not None else nn.Identity()
        self.doubles: bool = up is not None

    def forward(self, x: Tensor, state: List[Tensor], first: bool) -> Tensor:
        for resnet in self.resnets:
            x = resnet(x, state, first)
        x = self.frames(x, state, first)
        if self.doubles:
            x = F.interpolate(x, scale_factor=[2.0, 2.0], mode="nearest-exact")
        return self.conv(x)


class Decoder(nn.Module):
    """decode_first(z [1,C,1,h,w]) -> [frames [1,3,H,W], state...]; decode_next(z, state) -> [frames [4,3,H,W], state...]."""

    def __init__(self, vae: nn.Module):
        super().__init__()
        if vae.config.is_residual or vae.config.patch_size is not None:
            raise ValueError("vae/config.json: only the VAE of Wan 2.1 and Wan 2.2 A14B is supported "
                             "(is_residual false, patch_size null)")
        d = vae.decoder
        self.post_quant, self.conv_in = PointConv(vae.post_quant_conv), CausalConv(d.conv_in)
        self.before, self.after = Residual(d.mid_block.resnets[0]), Residual(d.mid_block.resnets[1])
        self.attention = FrameAttention(d.mid_block.attentions[0])
        self.ups = nn.ModuleList(Up(b) for b in d.up_blocks)
        self.norm, self.conv_out = ChannelNorm(d.norm_out), CausalConv(d.conv_out)

    def decode(self, z: Tensor, state: List[Tensor], first: bool) -> List[Tensor]:
        x = self.post_quant(z[0].transpose(0, 1).contiguous(memory_format=torch.channels_last))
        x = self.conv_in(x, state, first)
        x = self.after(self.attention(self.before(x, state, first)), state, first)
        for up in self.ups:
            x = up(x, state, first)
        x = self.conv_out(F.silu(self.norm(x)), state, first)
        return [x.clamp(-1.0, 1.0)] + state

    @torch.jit.export
    def decode_first(self, z: Tensor) -> List[Tensor]:
        state: List[Tensor] = []
        return self.decode(z, state, True)

    @torch.jit.export
    def decode_next(self, z: Tensor, state: List[Tensor]) -> List[Tensor]:
        return self.decode(z, state.copy(), False)
