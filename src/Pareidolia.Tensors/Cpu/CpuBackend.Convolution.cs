namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    internal override void Conv2d(Operand x, Operand w, Operand y, ConvGeometry geometry, Epilogue epilogue)
    {
        ConvGeometry p = geometry;
        using Reference.WidenedWeights wide = new(this, p.Groups == 1 ? default : w);
        w = p.Groups == 1 ? w : wide.Floats;
        int taps = p.KernelH * p.KernelW, depth = w.Shape[3], outputs = w.Shape[0] / p.Groups;
        int pixels = checked(y.Shape[0] * y.Shape[1] * y.Shape[2]);
        int* runs = stackalloc int[2 * taps];
        Patches patches = ForwardPatches(x, y.Shape, p, depth, runs);
        GemmOutput whole = GemmOutput.Of(y, y.Shape[3], epilogue);
        whole.RowsPerImage = y.Shape[1] * y.Shape[2];
        whole.ImageBiasStride = y.Shape[3];
        if (Depthwise.Is(p, x, w))
        {
            int* all = stackalloc int[taps];
            for (int tap = 0; tap < taps; tap++)
                all[tap] = tap;
            Depthwise.Run(patches, pixels, taps, w.Pointer, taps, all, whole);
            return;
        }
        if (w.Type != DType.F32)
        {
            RunStored(w, taps * depth, new StoredConvolution(this, x, w, y.Shape, p, patches, whole));
            return;
        }
        for (int group = 0; group < p.Groups; group++, patches.Start += depth)
        {
            GemmOutput output = whole;
            output.Move(group * outputs, group * outputs);
            RightColumns right = new(w.Pointer + ((long)group * outputs * taps * depth), taps * depth);
            Convolve(x, y.Shape, p, patches, depth, outputs, right, output);
        }
    }

    // One group.
    private void Convolve<B>(
        Operand x, Shape y, ConvGeometry p, in Patches patches, int depth, int outputs, in B right, in GemmOutput output)
        where B : struct, IRight
    {
        int pixels = checked(y[0] * y[1] * y[2]);
        int k = p.KernelH * p.KernelW * depth;
        bool winograd = Winograd.Suits(p, depth, outputs, y);
        bool half = Bf16Gemm.Suits(pixels, outputs, k, winograd);
        if (winograd && !half)
            Winograd.Run(this, x.Shape[0], patches, depth, outputs, right, output);
        else if (half && Bf16Windows.Suits(p, depth, outputs, y))
            Bf16Windows.Run(x.Shape[0], patches, depth, outputs, right, output);
        else if (IsPointwise(p))
            Gemm.Run<LeftRows, RowPanel, B>(pixels, outputs, depth, new LeftRows(x.Pointer, depth), right, output, half);
        else if (!half && IndirectGemm.Suits(pixels, depth, p.KernelH * p.KernelW))
            IndirectGemm.Run(pixels, outputs, k, patches, right, output);
        else
            Gemm.Run<Patches, RowPanel, B>(pixels, outputs, k, patches, right, output, half);
    }

    internal override void Conv2dWeightGradient(Operand x, Operand g, Operand dw, ConvGeometry geometry)
    {
        ConvGeometry p = geometry;
        int taps = p.KernelH * p.KernelW, depth = dw.Shape[3], outputs = dw.Shape[0] / p.Groups;
        int pixels = checked(g.Shape[0] * g.Shape[1] * g.Shape[2]);
        int* runs = stackalloc int[2 * taps];
        Patches patches = ForwardPatches(x, g.Shape, p, depth, runs);
        if (Depthwise.Is(p, x, w: dw))
        {
            Depthwise.WeightGradient(patches, pixels, taps, g.Pointer, dw.Pointer);
            return;
        }
        for (int group = 0; group < p.Groups; group++, patches.Start += depth)
        {
            LeftColumns left = new(g.Pointer + (group * outputs), g.Shape[3]);
            GemmOutput output = GemmOutput.Plain(dw.Pointer + ((long)group * outputs * taps * depth), taps * depth);
            if (Bf16Gemm.Suits(outputs, taps * depth, pixels) && Bf16WindowGradient.Suits(p, depth, outputs, g.Shape))
                Bf16WindowGradient.Run(x.Shape[0], patches, depth, outputs, g.Pointer + (group * outputs), g.Shape[3], output);
            else if (IsPointwise(p))
                WeightGradient(outputs, depth, pixels, left, new RightRows(x.Pointer, depth), output);
            else
                WeightGradient(outputs, taps * depth, pixels, left, patches, output);
        }
    }

    private static void WeightGradient<B>(int m, int n, int k, in LeftColumns left, in B right, in GemmOutput output)
        where B : struct, IRight
    {
        if (Bf16Gemm.Suits(m, n, k))
            Bf16Gemm.Run<LeftColumns, DepthPanel, B>(m, n, k, left, right, output);
        else
            GemmOwn.Run<LeftColumns, DepthPanel, B>(m, n, k, left, right, output);
    }

    internal override void Conv2dInputGradient(Operand g, Operand w, Operand dx, ConvGeometry geometry, Epilogue epilogue)
    {
        using Reference.WidenedWeights wide = new(this, w);
        w = wide.Floats;
        // Pixels whose distances to the picture's corner leave the same remainder meet the same taps: an ordinary convolution of g each.
        for (int y = 0; y < Math.Min(geometry.StrideH, dx.Shape[1]); y++)
            for (int x = 0; x < Math.Min(geometry.StrideW, dx.Shape[2]); x++)
                InputGradientPhase(g, w, dx, geometry, epilogue, y, x);
    }

    private void InputGradientPhase(Operand g, Operand w, Operand dx, ConvGeometry p, Epilogue epilogue, int y, int x)
    {
        int taps = p.KernelH * p.KernelW, channels = w.Shape[3], outputs = w.Shape[0] / p.Groups, inputs = dx.Shape[3];
        int* chosen = stackalloc int[3 * taps];
        Patches patches = new()
        {
            Start = g.Pointer,
            Height = g.Shape[1],
            Width = g.Shape[2],
            PixelStride = g.Shape[3],
            Channels = outputs,
            RunPixels = 1,
            RunY = chosen + taps,
            RunX = chosen + (2 * taps),
            GridHeight = (dx.Shape[1] - y + p.StrideH - 1) / p.StrideH,
            GridWidth = (dx.Shape[2] - x + p.StrideW - 1) / p.StrideW,
            StrideH = 1,
            StrideW = 1,
        };
        int count = ChooseTaps(p, y, x, chosen, patches.RunY, patches.RunX);
        patches.JoinRuns(count, p.Groups);
        PixelGrid grid = PixelGrid.Phase(dx.Shape, p, patches.GridHeight, patches.GridWidth);
        int pixels = checked(dx.Shape[0] * grid.Height * grid.Width);
        GemmOutput whole = GemmOutput.Of(dx, inputs, epilogue);
        whole.Grid = p.StrideH * p.StrideW == 1 ? default : grid;
        whole.RowsPerImage = grid.Height * grid.Width;
        whole.ImageBiasStride = inputs;
        whole.Move((((long)y * dx.Shape[2]) + x) * inputs, 0);
        if (Depthwise.Is(p, dx, w))
        {
            Depthwise.Run(patches, pixels, count, w.Pointer, taps, chosen, whole);
            return;
        }
        bool winograd = Winograd.Suits(p, outputs, channels, dx.Shape);
        bool half = Bf16Gemm.Suits(pixels, channels, count * outputs, winograd);
        if (winograd && !half)
        {
            Winograd.Run(this, g.Shape[0], patches, outputs, channels, new WeightTaps(w.Pointer, outputs, taps, channels, chosen), whole);
            return;
        }
        for (int group = 0; group < p.Groups; group++, patches.Start += outputs)
        {
            GemmOutput output = whole;
            output.Move(group * channels, group * channels);
            WeightTaps right = new(w.Pointer + ((long)group * outputs * taps * channels), outputs, taps, channels, chosen);
            if (half && Bf16Windows.Suits(p, outputs, channels, dx.Shape))
                Bf16Windows.Run(g.Shape[0], patches, outputs, channels, right, output);
            else if (!half && IndirectGemm.Suits(pixels, outputs, count))
                IndirectGemm.Run(pixels, channels, count * outputs, patches, right, output);
            else
                Gemm.Run<Patches, RowPanel, WeightTaps>(pixels, channels, count * outputs, patches, right, output, half);
        }
    }

    // The taps that a phase meets, in the order of the pixels of g that they meet.
    private static int ChooseTaps(ConvGeometry p, int y, int x, int* chosen, int* runY, int* runX)
    {
        int count = 0;
        for (int kh = p.KernelH - 1; kh >= 0; kh--)
            for (int kw = p.KernelW - 1; kw >= 0; kw--)
            {
                int h = y + p.Top - (kh * p.DilationH), v = x + p.Left - (kw * p.DilationW);
                if (h % p.StrideH != 0 || v % p.StrideW != 0)
                    continue;
                chosen[count] = (kh * p.KernelW) + kw;
                runY[count] = h / p.StrideH;
                runX[count++] = v / p.StrideW;
            }
        return count;
    }

    // The windows of a forward convolution; runs has room for two numbers per tap.
    private static Patches ForwardPatches(Operand x, Shape y, ConvGeometry p, int depth, int* runs)
    {
        Patches patches = new()
        {
            Start = x.Pointer,
            Height = x.Shape[1],
            Width = x.Shape[2],
            PixelStride = x.Shape[3],
            Channels = depth,
            RunPixels = 1,
            RunY = runs,
            RunX = runs + (p.KernelH * p.KernelW),
            GridHeight = y[1],
            GridWidth = y[2],
            StrideH = p.StrideH,
            StrideW = p.StrideW,
        };
        for (int tap = 0; tap < p.KernelH * p.KernelW; tap++)
        {
            patches.RunY[tap] = (tap / p.KernelW * p.DilationH) - p.Top;
            patches.RunX[tap] = (tap % p.KernelW * p.DilationW) - p.Left;
        }
        patches.JoinRuns(p.KernelH * p.KernelW, p.Groups);
        return patches;
    }

    private static bool IsPointwise(ConvGeometry p) => p == new ConvGeometry(1, 1);
}
