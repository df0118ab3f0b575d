namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>
    /// Group norm over [batch, .., channels], https://arxiv.org/abs/1803.08494, with the activation that follows it in the same pass.
    /// Channels / groups channels share a mean and a deviation over all positions of an image. Gamma and beta are [channels], or [batch, channels]
    /// where each image has its own (https://arxiv.org/abs/2105.05233).
    /// </summary>
    public Tensor GroupNorm(int groups, Tensor? gamma, Tensor? beta, float eps = 1e-5f, Activation activation = Activation.None)
    {
        return Normalized("group norm", Grouped("group norm", groups), gamma, beta, new NormSettings(groups, eps, activation));
    }

    /// <summary>Mean and variance of each group of channels over all positions of an image [batch, .., channels]: [batch, groups, 2]. No gradient flows through.</summary>
    public Tensor GroupMoments(int groups)
    {
        Tensor moments = Empty([Shape[0], groups, 2], Device);
        RequireFloats("group moments", this);
        Device.NormMoments(Operand with { Shape = Grouped("group moments", groups) }, moments.Operand, groups);
        return moments;
    }

    /// <summary>
    /// Group norm of a part of an image by the moments [batch, groups, 2] of all of it, as <see cref="GroupMoments"/> gives them. No gradient flows through.
    /// </summary>
    public Tensor GroupNormWith(Tensor moments, int groups, Tensor? gamma, Tensor? beta, float eps = 1e-5f, Activation activation = Activation.None)
    {
        RequireFloats("group norm", this, Required(moments), gamma, beta);
        Shape seen = Grouped("group norm", groups);
        if (moments.Shape != new Shape([Shape[0], groups, 2]))
            throw new TensorException($"group norm: the moments {moments.Shape} of {Shape} should be [{Shape[0]}, {groups}, 2]");
        float[] known = moments.ToArray();
        for (int i = 1; i < known.Length; i += 2)
            known[i] = (float)(1 / Math.Sqrt(known[i] + eps));
        using Tensor stats = From(known, moments.Shape, Device);
        Tensor y = Empty(Shape, Device);
        NormSettings settings = new(groups, eps, activation, Known: true);
        Device.Norm(Operand with { Shape = seen }, OptionalOperand(gamma), OptionalOperand(beta), y.Operand with { Shape = seen }, stats.Operand, settings);
        return y;
    }

    /// <summary>Layer norm over the last axis, https://arxiv.org/abs/1607.06450.</summary>
    public Tensor LayerNorm(Tensor? gamma, Tensor? beta, float eps = 1e-5f) =>
        Normalized("layer norm", [Rows()[0], 1, Rows()[1]], gamma, beta, new NormSettings(1, eps));

    /// <summary>x / sqrt(mean(x^2) + eps) * gamma over the last axis, https://arxiv.org/abs/1910.07467.</summary>
    public Tensor RmsNorm(Tensor? gamma, float eps = 1e-6f) =>
        Normalized("rms norm", [Rows()[0], 1, Rows()[1]], gamma, null, new NormSettings(1, eps, KeepMean: true));

    /// <summary>
    /// Batch norm over all axes but the last, https://arxiv.org/abs/1502.03167. In training the batch's own statistics are used and the running
    /// ones [c] move towards them in place by <paramref name="momentum"/> (variance with n - 1); otherwise the running ones are used.
    /// </summary>
    public Tensor BatchNorm(Tensor gamma, Tensor beta, Tensor runningMean, Tensor runningVariance, bool training, float momentum = 0.1f, float eps = 1e-5f)
    {
        RequireFloats("batch norm", this, Required(gamma), Required(beta));
        if (!training)
            return (this - Required(runningMean)) * ((Required(runningVariance) + eps).Rsqrt() * gamma) + beta;
        // A group norm of one image whose groups are the channels.
        int channels = Rank == 0 ? 0 : Shape[-1], rows = checked((int)(Shape.Count / Math.Max(1, channels)));
        Shape seen = [1, rows, channels];
        Tensor moments = Empty([1, channels, 2], Device);
        Device.NormMoments(Operand with { Shape = seen }, moments.Operand, channels);
        Tensor mean = moments.Slice(2, 0, 1), variance = moments.Slice(2, 1, 1);                        // [1, c, 1]
        Blend(Required(runningMean), mean.Reshape(channels), momentum, 1);
        Blend(Required(runningVariance), variance.Reshape(channels), momentum, rows / (float)Math.Max(1, rows - 1));
        Tensor stats = Concat(2, mean, (variance + eps).Rsqrt());
        return Normalized("batch norm", seen, gamma, beta, new NormSettings(channels, eps, Known: true), stats);
    }

    // [batch, positions, channels]
    private Shape Grouped(string op, int groups)
    {
        if (Rank < 2 || groups < 1 || Shape[-1] % groups != 0)
            throw new TensorException($"{op}: the {(Rank == 0 ? 0 : Shape[-1])} channels of {Shape} do not divide into {groups} groups");
        return [Shape[0], checked((int)Shape.Product(1, Rank - 1)), Shape[-1]];
    }

    private static void Blend(Tensor running, Tensor batch, float momentum, float factor)
    {
        running.ScaleInPlace(1 - momentum);
        running.AddInPlace(batch, momentum * factor);
    }

    private Tensor Normalized(string op, Shape seen, Tensor? gamma, Tensor? beta, NormSettings settings, Tensor? known = null)
    {
        RequireFloats(op, this, gamma, beta);
        foreach (Tensor? parameter in (ReadOnlySpan<Tensor?>)[gamma, beta])
            if (parameter is not null && parameter.Shape != new Shape([seen[2]]) && parameter.Shape != new Shape([seen[0], seen[2]]))
                throw new TensorException($"{op}: the parameter {parameter.Shape} does not fit the {seen[2]} channels of {Shape}");
        Tensor y = Empty(Shape, Device);
        Tensor stats = known ?? Empty([seen[0], settings.Groups, 2], Device);
        Operand x3 = Operand with { Shape = seen };
        Device.Norm(x3, OptionalOperand(gamma), OptionalOperand(beta), y.Operand with { Shape = seen }, stats.Operand, settings);
        return Tape.RecordJoint(y, [this, gamma, beta], [this, gamma, beta, stats], g => NormGradient(g, seen, gamma, beta, stats, settings));
    }

    private Tensor?[] NormGradient(Tensor g, Shape seen, Tensor? gamma, Tensor? beta, Tensor stats, NormSettings settings)
    {
        Tensor dx = Empty(Shape, Device);
        Tensor? dgamma = gamma?.Variable is null ? null : Empty(gamma.Shape, Device);
        Tensor? dbeta = beta?.Variable is null ? null : Empty(beta.Shape, Device);
        Device.NormGradient(
            new NormGradientOperands(
                Operand with { Shape = seen }, OptionalOperand(gamma), OptionalOperand(beta), stats.Operand, g.Operand with { Shape = seen },
                dx.Operand with { Shape = seen }, OptionalOperand(dgamma), OptionalOperand(dbeta)),
            settings);
        return [dx, dgamma, dbeta];
    }
}
