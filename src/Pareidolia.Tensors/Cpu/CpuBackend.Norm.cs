using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

internal sealed unsafe partial class CpuBackend
{
    // Images up to this size stay in a core's cache from the first pass to the second.
    private const long MostFloatsOfImage = 256 << 10;

    internal override void Norm(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings)
    {
        switch (settings.Activation)
        {
            case Activation.None: Norm<Operators.Identity>(x, gamma, beta, y, stats, settings); break;
            case Activation.Silu: Norm<Operators.Silu>(x, gamma, beta, y, stats, settings); break;
            case Activation.Gelu: Norm<Operators.Gelu>(x, gamma, beta, y, stats, settings); break;
            case Activation.Relu: Norm<Operators.Relu>(x, gamma, beta, y, stats, settings); break;
            case Activation.QuickGelu: Norm<Operators.QuickGelu>(x, gamma, beta, y, stats, settings); break;
            default: base.Norm(x, gamma, beta, y, stats, settings); break;
        }
    }

    internal override void NormMoments(Operand x, Operand moments, int groups)
    {
        NormLayout layout = NormLayout.Of(x.Shape, groups);
        if (x.Count == 0)
            return;
        using Workspace parts = new(this, 2L * layout.Tasks * layout.Groups * sizeof(double));
        using Workspace channels = new(this, 2L * layout.Tasks * layout.Channels * sizeof(float));
        LaneWorkers.Run(layout.Tasks, new NormBlockMoments(layout, x.Pointer, parts.Doubles, channels.Floats, keepMean: false));
        Workers.Run(layout.Images, new NormJoin(layout, parts.Doubles, moments.Pointer));
    }

    internal override void NormGradient(NormGradientOperands o, NormSettings settings)
    {
        switch (settings.Activation)
        {
            case Activation.None: NormGradient<Gradients.Identity>(o, settings); break;
            case Activation.Silu: NormGradient<Gradients.Silu>(o, settings); break;
            case Activation.Gelu: NormGradient<Gradients.Gelu>(o, settings); break;
            case Activation.Relu: NormGradient<Gradients.Relu>(o, settings); break;
            case Activation.QuickGelu: NormGradient<Gradients.QuickGelu>(o, settings); break;
            default: base.NormGradient(o, settings); break;
        }
    }

    private void Norm<TOp>(Operand x, Operand gamma, Operand beta, Operand y, Operand stats, NormSettings settings)
        where TOp : struct, IUnaryOperator
    {
        NormLayout layout = NormLayout.Of(x.Shape, settings.Groups);
        if (x.Count == 0)
            return;
        using Workspace filled = new(this, 2L * layout.Channels * sizeof(float));
        NormParameter scale = PresentOr(gamma, 1, filled.Floats, layout.Channels), shift = PresentOr(beta, 0, filled.Floats + layout.Channels, layout.Channels);
        if (layout is { Positions: 1, Groups: 1 } && !settings.Known && scale.IsShared && shift.IsShared)
        {
            NormRows<TOp> rows = new(x.Pointer, scale.Of(0), shift.Of(0), y.Pointer, stats.Pointer, layout.Images, layout.Channels, settings);
            LaneWorkers.RunGrouped(LaneWorkers.Pieces(layout.Images, rows.RowsPerTask), rows);
        }
        else
        {
            NormGroups<TOp>(layout, x.Pointer, scale, shift, y.Pointer, stats.Pointer, settings);
        }
    }

    private void NormGroups<TOp>(NormLayout layout, float* x, NormParameter gamma, NormParameter beta, float* y, float* stats, NormSettings settings)
        where TOp : struct, IUnaryOperator
    {
        using Workspace parts = new(this, 2L * layout.Tasks * layout.Groups * sizeof(double));
        using Workspace channels = new(this, 2L * layout.Tasks * layout.Channels * sizeof(float));
        using Workspace factors = new(this, 2L * layout.Images * layout.Channels * sizeof(float));
        NormBlockMoments moments = new(layout, x, parts.Doubles, channels.Floats, settings.KeepMean);
        NormFactors join = new(layout, parts.Doubles, gamma, stats, factors.Floats, settings);
        NormApply<TOp> apply = new(layout, x, factors.Floats, beta, y);
        if (layout.Positions * (long)layout.Channels <= MostFloatsOfImage && (layout.Images >= 2 * Threads || layout.Blocks == 1))
        {
            LaneWorkers.Run(layout.Images, new NormImages<TOp>(layout.Blocks, settings.Known, moments, join, apply));
            return;
        }
        if (!settings.Known)
            LaneWorkers.Run(layout.Tasks, moments);
        Workers.Run(layout.Images, join);
        LaneWorkers.Run(layout.Tasks, apply);
    }

    private void NormGradient<TGradient>(NormGradientOperands o, NormSettings settings)
        where TGradient : struct, IBinaryOperator
    {
        NormLayout layout = NormLayout.Of(o.X.Shape, settings.Groups);
        if (o.X.Count == 0)
        {
            ClearWhereGiven(o.Dgamma, o.Dbeta);
            return;
        }
        using Workspace filled = new(this, 2L * layout.Channels * sizeof(float));
        NormParameter scale = PresentOr(o.Gamma, 1, filled.Floats, layout.Channels), shift = PresentOr(o.Beta, 0, filled.Floats + layout.Channels, layout.Channels);
        if (layout is { Positions: 1, Groups: 1 } && scale.IsShared && shift.IsShared)
            NormRowsGradient<TGradient>(layout, o, scale.Of(0), shift.Of(0), settings);
        else
            NormGroupsGradient<TGradient>(layout, o, scale, shift, settings);
    }

    private void NormRowsGradient<TGradient>(NormLayout layout, NormGradientOperands o, float* gamma, float* beta, NormSettings settings)
        where TGradient : struct, IBinaryOperator
    {
        int c = layout.Channels, rowsPerTask = Math.Max(1, LaneWorkers.Grain / c), tasks = LaneWorkers.Pieces(layout.Images, rowsPerTask);
        using Workspace partial = new(this, 2L * tasks * c * sizeof(float));
        LaneWorkers.RunGrouped(tasks, new NormRowsGradient<TGradient>(
            o.X.Pointer, gamma, beta, o.Stats.Pointer, o.G.Pointer, o.Dx.Pointer, partial.Floats, layout.Images, c, settings.KeepMean));
        ParameterGradients(o, partial.Floats, tasks, 2L * c);
    }

    private void NormGroupsGradient<TGradient>(NormLayout layout, NormGradientOperands o, NormParameter gamma, NormParameter beta, NormSettings settings)
        where TGradient : struct, IBinaryOperator
    {
        int c = layout.Channels;
        using Workspace parts = new(this, 2L * layout.Tasks * c * sizeof(float));
        using Workspace factors = new(this, 4L * layout.Images * c * sizeof(float));
        LaneWorkers.Run(layout.Tasks, new NormBlockGradient<TGradient>(
            layout, o.X.Pointer, gamma, beta, o.Stats.Pointer, o.G.Pointer, o.Dx.Pointer, parts.Floats));
        Workers.Run(layout.Images, new NormGradientFactors(layout, parts.Floats, gamma, o.Stats.Pointer, factors.Floats, settings.KeepMean));
        LaneWorkers.Run(layout.Tasks, new NormGradientApply(layout, o.X.Pointer, factors.Floats, o.Dx.Pointer));
        ParameterGradients(o, parts.Floats, layout.Images, 2L * c * layout.Blocks);
    }

    // From parts [parts, 2, c], which lie a stride apart.
    private void ParameterGradients(NormGradientOperands o, float* parts, int count, long stride)
    {
        ParameterGradient(o.Dgamma, parts, count, stride);
        ParameterGradient(o.Dbeta, parts + o.X.Shape[-1], count, stride);
    }

    // The sum of all parts or, where each image has its own parameter, one for each.
    private void ParameterGradient(Operand gradient, float* parts, int count, long stride)
    {
        if (!gradient.Exists)
            return;
        int c = gradient.Shape[-1];
        if (gradient.Shape.Rank == 1)
            SumColumns(parts, stride, gradient.Pointer, new Extent3(1, count, c), 1);
        else
            for (int part = 0; part < count; part++)
                new Span<float>(parts + part * stride, c).CopyTo(new Span<float>(gradient.Pointer + (long)part * c, c));
    }

    private void ClearWhereGiven(params ReadOnlySpan<Operand> operands)
    {
        foreach (Operand operand in operands)
            if (operand.Exists)
                Fill(operand, 0);
    }

    private static NormParameter PresentOr(Operand parameter, float value, float* filled, int count)
    {
        if (parameter.Exists)
            return new NormParameter(parameter.Pointer, parameter.Shape.Rank == 2 ? count : 0);
        new Span<float>(filled, count).Fill(value);
        return new NormParameter(filled, 0);
    }
}
