namespace Pareidolia.Tensors;

public sealed partial class Tensor
{
    /// <summary>Mean squared error against a target of the same shape, shape [].</summary>
    public Tensor MseLoss(Tensor target) => Difference("mse loss", target).Square().Mean();

    /// <summary>Mean absolute error, shape [].</summary>
    public Tensor L1Loss(Tensor target) => Difference("l1 loss", target).Abs().Mean();

    /// <summary>Mean of d^2 / 2 where |d| is below delta, else delta (|d| - delta / 2).</summary>
    public Tensor HuberLoss(Tensor target, float delta = 1)
    {
        Tensor d = Difference("huber loss", target).Abs();
        Tensor near = d.Minimum(Constant(delta));                       // min(|d|, delta)
        return (near.Square().Scale(0.5f) + (d - near).Scale(delta)).Mean();
    }

    /// <summary>Huber's loss divided by beta.</summary>
    public Tensor SmoothL1Loss(Tensor target, float beta = 1) => HuberLoss(target, beta).Scale(1 / beta);

    /// <summary>
    /// Mean over rows of -log softmax(x)[class] for logits [rows, classes] and I32 classes [rows]; rows of the ignored class count in neither
    /// the sum nor the mean. With label smoothing s the target is (1 - s) of the class and s / classes of every one.
    /// </summary>
    public Tensor CrossEntropyLoss(Tensor classes, int ignored = -100, float labelSmoothing = 0)
    {
        RequireFloats("cross entropy");
        RequireRank("cross entropy", 2, "[rows, classes]");
        int[] targets = Required(classes).ToIntArray();
        if (targets.Length != Shape[0])
            throw new TensorException($"cross entropy: {targets.Length} classes for the {Shape[0]} rows of {Shape}");
        RequireClasses(targets, ignored);
        return labelSmoothing == 0 ? PickedLoss(targets, ignored) : (LogSoftmax() * TargetWeights(targets, ignored, labelSmoothing)).Sum().Negate();
    }

    /// <summary>Binary cross entropy of logits per element: softplus(x) - x target.</summary>
    public Tensor BinaryCrossEntropyWithLogits(Tensor target)
    {
        RequireSame("bce with logits", Required(target));
        return Softplus() - (this * target);
    }

    /// <summary>
    /// The symmetric contrastive loss of CLIP, https://arxiv.org/abs/2103.00020: images and texts [n, d] are normalised, row i of one belongs to
    /// row i of the other, and exp(logitScale) [] multiplies the cosines.
    /// </summary>
    public static Tensor InfoNceLoss(Tensor images, Tensor texts, Tensor logitScale)
    {
        Required(images).RequireSame("infonce", Required(texts));
        Tensor logits = images.L2Normalize().MatMul(texts.L2Normalize(), transposeOther: true) * Required(logitScale).Exp();
        int[] diagonal = [.. Enumerable.Range(0, images.Shape[0])];
        Tensor classes = From(diagonal, [diagonal.Length], images.Device);
        return (logits.CrossEntropyLoss(classes) + logits.Transpose(0, 1).CrossEntropyLoss(classes)).Scale(0.5f);
    }

    /// <summary>x / |x| over the last axis.</summary>
    public Tensor L2Normalize(float eps = 1e-12f) => this * (Square().Sum(-1, keep: true) + eps).Rsqrt();

    /// <summary>KL divergence of N(mean, exp(logVariance)) from N(0, 1), summed over all axes but the first: [b].</summary>
    public static Tensor KlToStandardNormal(Tensor mean, Tensor logVariance)
    {
        Required(mean).RequireSame("kl", Required(logVariance));
        Tensor terms = mean.Square() + logVariance.Exp() - logVariance - 1;
        return terms.Reshape(mean.Shape[0], -1).Sum(1).Scale(0.5f);
    }

    private Tensor Difference(string op, Tensor target)
    {
        RequireSame(op, Required(target));
        return this - target;
    }

    private void RequireClasses(int[] targets, int ignored)
    {
        for (int row = 0; row < targets.Length; row++)
            if (targets[row] != ignored && (uint)targets[row] >= (uint)Shape[1])
                throw new TensorException($"cross entropy: class {targets[row]} of row {row} is outside 0..{Shape[1] - 1}");
    }

    // One number a row is read of the log probabilities: no weight for every class is made.   dx = (softmax(x) - 1 at the class) g / rows
    private Tensor PickedLoss(int[] targets, int ignored)
    {
        int[] counted = [.. Enumerable.Range(0, targets.Length).Where(row => targets[row] != ignored)];
        Tensor places = From([.. counted.Select(row => checked((row * Shape[1]) + targets[row]))], [counted.Length], Device);
        Tensor logs = Empty(Shape, Device);
        Device.Softmax(Operand, logs.Operand, log: true);
        Shape column = [checked((int)Count), 1];
        float share = 1f / Math.Max(1, counted.Length);
        Tensor loss;
        using (Tape.Pause())
            loss = logs.View(column).Embedding(places).Sum().Scale(-share);
        return Tape.Record(loss, [logs, places], (this, g =>
        {
            Tensor dx = logs.Exp();
            dx.Device.ScatterAdd(Full([counted.Length, 1], -1, dx.Device).Operand, places.Operand, dx.View(column).Operand);
            if (counted.Length == targets.Length)
                dx.ScaleInPlace(share * g.Item());
            return counted.Length == targets.Length ? dx : dx * RowShares(targets, ignored, share * g.Item());
        }
        ));
    }

    private Tensor RowShares(int[] targets, int ignored, float share) =>
        From([.. targets.Select(target => target == ignored ? 0 : share)], [targets.Length, 1], Device);

    private Tensor TargetWeights(int[] targets, int ignored, float labelSmoothing)
    {
        int counted = Math.Max(1, targets.Count(target => target != ignored));
        int classes = Shape[1];
        float[] weights = new float[targets.Length * classes];
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] == ignored)
                continue;
            weights.AsSpan(row * classes, classes).Fill(labelSmoothing / classes / counted);
            weights[(row * classes) + targets[row]] += (1 - labelSmoothing) / counted;
        }
        return From(weights, Shape, Device);
    }
}
