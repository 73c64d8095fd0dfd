"""One training step of the lesson's LeNet in plain torch, tricks that may speed it up included."""

from __future__ import annotations

import ctypes
from concurrent.futures import ThreadPoolExecutor
from typing import Any

CONV1, CONV2 = ((1, 1), (2, 2)), ((1, 1), (0, 0))  # strides, padding


def raise_malloc_thresholds() -> None:
    """Keep freed memory: glibc otherwise hands large blocks back and faults them in again."""
    libc = ctypes.CDLL(None)
    m_trim_threshold, m_mmap_threshold, m_top_pad = -1, -3, -2
    libc.mallopt(m_mmap_threshold, 1 << 30)
    libc.mallopt(m_trim_threshold, (1 << 31) - 1)
    libc.mallopt(m_top_pad, 64 << 20)


def build(variant: dict[str, Any]):
    """Return `step(x_nhwc, y) -> loss` of the variant; weights start the same for all."""
    import torch
    import torch.nn.functional as F

    channels_last = variant.get("layout") == "last"
    how = variant.get("how", "autograd")
    generator = torch.Generator().manual_seed(1)
    shapes = [
        (6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (400, 120), (120,), (120, 84), (84,),
        (84, 10), (10,),
    ]  # fmt: skip
    sizes = [torch.Size(s).numel() for s in shapes]

    def views(flat):
        """The weights as views of one flat buffer; kernels in the memory order of the layout."""
        out = []
        for piece, shape in zip(flat.split(sizes), shapes, strict=True):
            if len(shape) == 4 and channels_last:
                o, i, h, w = shape
                out.append(piece.view(o, h, w, i).permute(0, 3, 1, 2))
            else:
                out.append(piece.view(shape))
        return out

    flat = torch.zeros(sum(sizes))
    grad_flat = torch.zeros_like(flat)
    m, v = torch.zeros_like(flat), torch.zeros_like(flat)
    params, grads = views(flat), views(grad_flat)
    for p in params:
        if p.dim() > 1:
            fan = p[0].numel() + p.shape[0] if p.dim() == 2 else p[0].numel() + p.shape[0] * 25
            limit = (6 / fan) ** 0.5
            start = (torch.rand(p.shape, generator=generator) * 2 - 1) * limit
            if p.shape[0] == 400 and not channels_last:  # the same start for both flatten orders
                start = start.view(5, 5, 16, 120).permute(2, 0, 1, 3).reshape(400, 120)
            p.copy_(start)
    clock = torch.zeros(())

    def flat_adam(g):
        clock.add_(1)
        m.lerp_(g, 0.1)
        v.mul_(0.999).addcmul_(g, g, value=0.001)
        scale = 0.001 * (1 - 0.999**clock).sqrt() / (1 - 0.9**clock)
        flat.sub_(scale * m / (v.sqrt() + 1e-7))

    aten = torch.ops.aten

    def add_rows(h):  # whole rows first: the vector units see long runs
        rows = h[:, :, ::2] + h[:, :, 1::2]
        return (rows[..., ::2] + rows[..., 1::2]).mul_(0.25)

    def pool_back(g, h):
        return aten.avg_pool2d_backward(g, h, [2, 2], [2, 2], [0, 0], False, True, None)

    class RowPool(torch.autograd.Function):
        @staticmethod
        def forward(ctx, h):
            ctx.save_for_backward(h)
            return add_rows(h)

        @staticmethod
        def backward(ctx, g):
            return pool_back(g, ctx.saved_tensors[0])

    def sigmoid_tanh(x):  # in place: 2 / (1 + exp(-2x)) - 1
        return x.mul_(2).sigmoid_().mul_(2).sub_(1)

    class SigmoidTanh(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            h = sigmoid_tanh(x)
            ctx.mark_dirty(x)
            ctx.save_for_backward(h)
            return h

        @staticmethod
        def backward(ctx, g):
            return aten.tanh_backward(g, ctx.saved_tensors[0])

    def pool(h):
        if variant.get("pool") == "rows":
            return RowPool.apply(h)
        if variant.get("pool") == "slices":
            top, bottom = h[:, :, ::2], h[:, :, 1::2]
            return (top[..., ::2] + top[..., 1::2] + bottom[..., ::2] + bottom[..., 1::2]) * 0.25
        if variant.get("pool") == "reshape":
            n, c, height, width = h.shape
            nhwc = h.permute(0, 2, 3, 1)
            small = nhwc.reshape(n, height // 2, 2, width // 2, 2, c).mean((2, 4))
            return small.permute(0, 3, 1, 2)
        return F.avg_pool2d(h, 2)

    def conv(x, w, b, padding):
        if variant.get("conv") != "im2col":
            return F.conv2d(x, w, b, padding=padding)
        nhwc = F.pad(x, (padding[1],) * 2 + (padding[0],) * 2).permute(0, 2, 3, 1).contiguous()
        n, height, width, c = nhwc.shape
        s = nhwc.stride()
        patches = nhwc.as_strided(
            (n, height - 4, width - 4, 5, 5, c), (s[0], s[1], s[2], s[1], s[2], s[3])
        ).reshape(-1, 25 * c)
        out = torch.addmm(b, patches, w.permute(2, 3, 1, 0).reshape(25 * c, -1))
        return out.view(n, height - 4, width - 4, -1).permute(0, 3, 1, 2)

    by_hand = how in ("manual", "halves", "manual-compile")
    tanh = torch.tanh_ if variant.get("tanh") == "inplace" or by_hand else torch.tanh
    if variant.get("tanh") == "sigmoid":
        tanh = sigmoid_tanh if by_hand else SigmoidTanh.apply
    average = add_rows if variant.get("pool") == "rows" else lambda h: F.avg_pool2d(h, 2)

    def flatten(p):  # NHWC order where that is the memory order
        return (p.permute(0, 2, 3, 1) if channels_last else p).reshape(p.shape[0], -1)

    def forward_loss(params, x, y):
        w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = params
        h = pool(tanh(conv(x, w1, b1, CONV1[1])))
        h = pool(tanh(conv(h, w2, b2, CONV2[1])))
        h = tanh(torch.addmm(b3, flatten(h), w3))
        h = tanh(torch.addmm(b4, h, w4))
        return F.cross_entropy(torch.addmm(b5, h, w5), y)

    def conv_back(g, x, w, bias_size, spec, need_x):
        return aten.convolution_backward(
            g, x, w, [bias_size], spec[0], spec[1], [1, 1], False, [0, 0], 1,
            [need_x, True, True],
        )  # fmt: skip

    def gradients(params, x, y, share):
        """Loss and gradients by hand; `share` is 1 / (images of the whole batch)."""
        w1, b1, w2, b2, w3, b3, w4, b4, w5, b5 = params
        h1 = tanh(F.conv2d(x, w1, b1, padding=CONV1[1]))
        p1 = average(h1)
        h2 = tanh(F.conv2d(p1, w2, b2))
        p2 = average(h2)
        f = flatten(p2)
        h3 = tanh(torch.addmm(b3, f, w3))
        h4 = tanh(torch.addmm(b4, h3, w4))
        log_p = torch.log_softmax(torch.addmm(b5, h4, w5), 1)
        column = y[:, None]
        loss = -log_p.gather(1, column).sum() * share
        g = log_p.exp().scatter_add(1, column, torch.full_like(column, -1.0, dtype=log_p.dtype))
        g = g * share
        g_w5, g_b5 = h4.t() @ g, g.sum(0)
        g = aten.tanh_backward(g @ w5.t(), h4)
        g_w4, g_b4 = h3.t() @ g, g.sum(0)
        g = aten.tanh_backward(g @ w4.t(), h3)
        g_w3, g_b3 = f.t() @ g, g.sum(0)
        g = g @ w3.t()
        if channels_last:
            n, c, height, width = p2.shape
            g = g.view(n, height, width, c).permute(0, 3, 1, 2)
        else:
            g = g.view(p2.shape)
        g = aten.tanh_backward(pool_back(g, h2), h2)
        g, g_w2, g_b2 = conv_back(g, p1, w2, 16, CONV2, True)
        g = aten.tanh_backward(pool_back(g, h1), h1)
        _, g_w1, g_b1 = conv_back(g, x, w1, 6, CONV1, False)
        return loss, (g_w1, g_b1, g_w2, g_b2, g_w3, g_b3, g_w4, g_b4, g_w5, g_b5)

    def to_nchw(x_nhwc):
        x = x_nhwc.permute(0, 3, 1, 2)
        return x if channels_last else x.contiguous()

    def store(found):
        torch._foreach_copy_(grads, found)

    def manual_step(x_nhwc, y):
        x, share = to_nchw(x_nhwc), 1 / len(y)
        block = variant.get("block", len(y))
        loss, found = gradients(params, x[:block], y[:block], share)
        store(found)
        for start in range(block, len(y), block):
            piece = slice(start, start + block)
            part, found = gradients(params, x[piece], y[piece], share)
            torch._foreach_add_(grads, found)
            loss = loss + part
        flat_adam(grad_flat)
        return loss

    if how == "manual":
        return torch.no_grad()(manual_step)
    if how == "manual-compile":
        return torch.compile(torch.no_grad()(manual_step), fullgraph=True, dynamic=False)
    if how == "halves":
        return halves(torch, gradients, to_nchw, params, grads, grad_flat, flat_adam)
    if how == "func":
        grad_and_value = torch.func.grad_and_value(forward_loss)

        def func_step(x_nhwc, y):
            found, loss = grad_and_value(tuple(params), to_nchw(x_nhwc), y)
            store(found)
            flat_adam(grad_flat)
            return loss

        return torch.compile(torch.no_grad()(func_step), fullgraph=True, dynamic=False)

    loss_of = torch.compile(forward_loss, dynamic=False) if how == "compile" else forward_loss
    if variant.get("adam") == "flat":  # gradients gathered into one buffer, nine kernels in all
        leaves = [p.detach().requires_grad_() for p in params]

        def flat_step(x_nhwc, y):
            loss = loss_of(leaves, to_nchw(x_nhwc), y)
            found = torch.autograd.grad(loss, leaves)
            with torch.no_grad():
                store(found)
                flat_adam(grad_flat)
            return loss

        return flat_step
    leaves = [p.clone(memory_format=torch.preserve_format).requires_grad_() for p in params]
    kind = {"fused": True} if variant.get("adam") == "fused" else {"foreach": True}
    adam = torch.optim.Adam(leaves, lr=0.001, eps=1e-7, **kind)

    def step(x_nhwc, y):
        adam.zero_grad(set_to_none=True)
        loss = loss_of(leaves, to_nchw(x_nhwc), y)
        loss.backward()
        adam.step()
        return loss.detach()

    return step


def halves(torch, gradients, to_nchw, params, grads, grad_flat, flat_adam):
    """The batch in two halves, each by one Python thread with one torch thread of its own."""

    def start():
        torch.set_num_threads(1)

    pool = ThreadPoolExecutor(1, initializer=start)
    start()

    @torch.no_grad()
    def work(x, y, share):
        return gradients(params, x, y, share)

    @torch.no_grad()
    def step(x_nhwc, y):
        x, share, middle = to_nchw(x_nhwc), 1 / len(y), len(y) // 2
        other = pool.submit(work, x[middle:], y[middle:], share)
        loss, found = work(x[:middle], y[:middle], share)
        torch._foreach_copy_(grads, found)
        part, found = other.result()
        torch._foreach_add_(grads, found)
        flat_adam(grad_flat)
        return loss + part

    return step
