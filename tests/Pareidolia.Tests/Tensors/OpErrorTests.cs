using Pareidolia.Tensors;

namespace Pareidolia.Tests.Tensors;

/// <summary>What does not fit is refused in a sentence that names the op and the numbers.</summary>
public sealed class OpErrorTests
{
    private static readonly Dictionary<string, (Action Action, string[] Says)> s_misuses = new()
    {
        ["matmul"] = (() => Zeros(2, 77, 768).MatMul(Zeros(1024, 320)), ["[2, 77, 768]", "[1024, 320]", "768", "1024"]),
        ["matmul of vectors"] = (() => Zeros(3).MatMul(Zeros(3, 2)), ["[3]"]),
        ["add"] = (() => Use(Zeros(2, 3) + Zeros(2, 4)), ["[2, 3]", "[2, 4]", "3", "4"]),
        ["linear"] = (() => Zeros(2, 3).Linear(Zeros(5, 4)), ["[2, 3]", "[5, 4]"]),
        ["linear bias"] = (() => Zeros(2, 3).Linear(Zeros(5, 3), Zeros(4)), ["[4]", "5"]),
        ["linear residual"] = (() => Zeros(2, 3).Linear(Zeros(5, 3), null, Zeros(2, 4)), ["[2, 5]", "[2, 4]"]),
        ["conv2d channels"] = (() => Zeros(1, 8, 8, 3).Conv2d(Zeros(4, 3, 3, 2), null, Window.Unit), ["3 channels", "takes 2"]),
        ["conv2d groups"] = (() => Zeros(1, 8, 8, 4).Conv2d(Zeros(3, 1, 1, 2), null, Window.Square(groups: 2)), ["2 groups"]),
        ["conv2d window"] = (() => Zeros(1, 2, 2, 3).Conv2d(Zeros(4, 3, 3, 3), null, Window.Unit), ["3x3", "[1, 2, 2, 3]"]),
        ["conv2d rank"] = (() => Zeros(8, 8, 3).Conv2d(Zeros(4, 3, 3, 3), null, Window.Unit), ["[8, 8, 3]", "4 axes"]),
        ["conv2d image bias"] = (() => Zeros(2, 4, 4, 3).Conv2d(Zeros(4, 1, 1, 3), null, Window.Unit, Zeros(1, 4)), ["[1, 4]", "[2, 4]"]),
        ["conv transpose channels"] = (
            () => Zeros(1, 2, 2, 3).ConvTranspose2d(Zeros(4, 2, 2, 1), null, Window.Unit), ["3 channels", "takes 4"]),
        ["conv transpose groups"] = (
            () => Zeros(1, 2, 2, 3).ConvTranspose2d(Zeros(3, 2, 2, 1), null, Window.Square(groups: 2)), ["3 channels", "2 groups"]),
        ["conv transpose padding"] = (
            () => Zeros(1, 1, 1, 3).ConvTranspose2d(Zeros(3, 2, 2, 1), null, Window.Square(padding: 2)), ["[1, 1, 1, 3]", "padding"]),
        ["stride"] = (() => Zeros(1, 4, 4, 3).Conv2d(Zeros(3, 2, 2, 3), null, Window.Square(stride: 0)), ["StrideH = 0"]),
        ["pool stride"] = (() => Zeros(1, 4, 4, 3).MaxPool2d(2, 0), ["StrideH = 0"]),
        ["pool padding"] = (() => Zeros(1, 4, 4, 3).AvgPool2d(2, 1, -1), ["Top = -1"]),
        ["max pool"] = (() => Zeros(1, 2, 2, 3).MaxPool2d(3, 1), ["3x3", "[1, 2, 2, 3]"]),
        ["group norm"] = (() => Zeros(2, 4, 4, 6).GroupNorm(4, null, null), ["6 channels", "4 groups"]),
        ["layer norm"] = (() => Zeros(2, 6).LayerNorm(Zeros(5), null), ["[5]", "6 channels"]),
        ["attention heads"] = (() => Tensor.Attention(Zeros(1, 2, 6), Zeros(1, 2, 6), Zeros(1, 2, 6), 4), ["6 channels", "4 heads"]),
        ["attention keys"] = (() => Tensor.Attention(Zeros(1, 2, 6), Zeros(1, 2, 6), Zeros(1, 3, 6), 2), ["[1, 2, 6]", "[1, 3, 6]"]),
        ["attention bias"] = (
            () => Tensor.Attention(Zeros(1, 2, 6), Zeros(1, 3, 6), Zeros(1, 3, 6), 2, bias: Zeros(1, 2, 2, 2)),
            ["[1, 2, 2, 2]", "[1, 2, 2, 3]"]),
        ["embedding"] = (() => Zeros(5, 2).Embedding(Tensor.From([1, 5], [2])), ["5", "0..4"]),
        ["embedding type"] = (() => Zeros(5, 2).Embedding(Zeros(2)), ["I32"]),
        ["cross entropy"] = (() => Zeros(2, 3).CrossEntropyLoss(Tensor.From([0, 3], [2])), ["class 3", "row 1", "0..2"]),
        ["cross entropy rows"] = (() => Zeros(2, 3).CrossEntropyLoss(Tensor.From([0], [1])), ["1 classes", "2 rows"]),
        ["mse"] = (() => Zeros(2, 3).MseLoss(Zeros(3)), ["[2, 3]", "[3]"]),
        ["slice"] = (() => Zeros(2, 3).Slice(1, 2, 2), ["[2, 4)", "axis 1", "[2, 3]"]),
        ["permute twice"] = (() => Zeros(2, 3).Permute(0, 0), ["[0, 0]", "twice"]),
        ["permute rank"] = (() => Zeros(2, 3).Permute(0), ["[0]", "[2, 3]"]),
        ["reshape"] = (() => Zeros(2, 3).Reshape(4, -1), ["[2, 3]", "[4, -1]"]),
        ["concat"] = (() => Tensor.Concat(0, Zeros(2, 3), Zeros(2, 4)), ["[2, 4]", "[2, 3]"]),
        ["chunk"] = (() => Zeros(2, 3).Chunk(2, 1), ["[2, 3]", "2 equal parts"]),
        ["axis"] = (() => Zeros(2, 3).Sum(2), ["axis 2", "[2, 3]"]),
        ["max of nothing"] = (() => Zeros(2, 0).Max(1), ["axis 1", "[2, 0]"]),
        ["pixel shuffle"] = (() => Zeros(1, 2, 2, 6).PixelShuffle(2), ["6 channels", "2x2"]),
        ["interpolate"] = (() => Zeros(1, 2, 2, 6).Interpolate(0, 3, Interpolation.Nearest), ["0x3"]),
        ["reflect"] = (() => Zeros(1, 2, 2, 6).Pad(1, 2, 0, PadMode.Reflect), ["2"]),
        ["type"] = (() => Zeros(2).To(DType.F16).Square(), ["F16", "F32"]),
        ["count"] = (() => Tensor.From([1f, 2, 3], [2, 2]), ["12 bytes", "[2, 2]", "16"]),
        ["item"] = (() => Zeros(2).Item(), ["[2]", "2 elements"]),
        ["geglu"] = (() => Zeros(2, 3).Geglu(), ["[2, 3]"]),
    };

    public static TheoryData<string> Misuses => [.. s_misuses.Keys];

    [Theory]
    [MemberData(nameof(Misuses))]
    public void The_sentence_has_the_numbers(string name)
    {
        using Scope scope = new();
        TensorException error = Assert.Throws<TensorException>(s_misuses[name].Action);
        Assert.All(s_misuses[name].Says, words => Assert.Contains(words, error.Message, StringComparison.Ordinal));
    }

    /// <summary>A device reads floats where it is told that floats are: anything else must have been refused before.</summary>
    [Theory]
    [MemberData(nameof(FiniteDifferenceTests.Ops), MemberType = typeof(FiniteDifferenceTests))]
    public void Half_precision_is_moved_or_refused(string name)
    {
        DifferentiableOp op = DifferentiableOps.All[name];
        for (int half = 0; half < op.Inputs.Length; half++)
        {
            using Scope scope = new();
            Tensor[] inputs = [.. op.Values().Select((values, i) => Tensor.From(values, op.Inputs[i]).To(i == half ? DType.F16 : DType.F32))];
            Tensor? output = null;
            Exception? error = Record.Exception(() => output = op.Compute(inputs));
            Assert.True(
                error is TensorException || output?.Type == DType.F16 || IsWeight(name, half, op.Inputs[half]), $"{name}: F16 as input {half} was let in ({error?.Message}).");
        }
    }

    // Weights may be held in fewer bits than they are computed with; the device comparison shows that it is done.
    private static bool IsWeight(string op, int input, Shape shape) =>
        (op.StartsWith("linear", StringComparison.Ordinal) || op.StartsWith("conv", StringComparison.Ordinal)) && input == 1 && shape.Rank > 1
        || (op.StartsWith("embedding", StringComparison.Ordinal) && input == 0);

    private static Tensor Zeros(params ReadOnlySpan<int> extents) => Tensor.Zeros(new Shape(extents));

    private static void Use(Tensor tensor) => _ = tensor.Count;
}
