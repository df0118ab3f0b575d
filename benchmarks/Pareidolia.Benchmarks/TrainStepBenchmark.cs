using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;

namespace Pareidolia.Benchmarks;

/// <summary>Forward, backward and AdamW of residual blocks (norm, SiLU, convolution twice) beside the same network in PyTorch.</summary>
internal static class TrainStepBenchmark
{
    private const int Groups = 32;

    private static readonly (int Batch, int Side, int Channels, int Blocks)[] s_cases = [(32, 16, 128, 4), (32, 8, 256, 4), (8, 64, 64, 2)];

    public static void Run(ResultTable table)
    {
        using Torch torch = new();
        table.Head("samples/s");
        foreach ((int batch, int side, int channels, int blocks) in s_cases)
        {
            using Scope scope = new();
            Block[] network = [.. Enumerable.Range(0, blocks).Select(_ => new Block(channels))];
            Tensor x = RandomTensor.Of(batch, side, side, channels);
            Tensor target = RandomTensor.Of(batch, side, side, channels);
            using Adam optimizer = new([new ParameterGroup([.. network.SelectMany(block => block.Parameters)], 0.01)]);
            (double Least, double Median)[] times = Contest.Run(
                Contest.Ours(() => Step(network, x, target, optimizer)), torch.Case("train-step", batch, side, channels, blocks));
            table.Row($"{blocks} blocks of {channels} at {side}x{side}, batch {batch}", batch, times[0], times[1]);
        }
        table.Note("peer: PyTorch 1.13 channels_last, torch.optim.AdamW");
    }

    private static void Step(Block[] network, Tensor x, Tensor target, Adam optimizer)
    {
        using Scope scope = new();
        using (Tape tape = new())
        {
            Tensor h = x;
            foreach (Block block in network)
                h = block.Forward(h);
            tape.Backward(h.MseLoss(target));
        }
        optimizer.Step(1e-4);
        optimizer.ClearGradients();
    }

    private sealed class Block(int channels)
    {
        private readonly Half _first = new(channels);
        private readonly Half _second = new(channels);

        public IEnumerable<Tensor> Parameters => _first.Parameters.Concat(_second.Parameters);

        public Tensor Forward(Tensor x) => _second.Forward(_first.Forward(x, null), x);
    }

    private sealed class Half(int channels)
    {
        private readonly Tensor _gamma = Parameter(channels);
        private readonly Tensor _beta = Parameter(channels);
        private readonly Tensor _weight = Parameter(channels, 3, 3, channels);
        private readonly Tensor _bias = Parameter(channels);

        public IEnumerable<Tensor> Parameters => [_gamma, _beta, _weight, _bias];

        public Tensor Forward(Tensor x, Tensor? residual) =>
            x.GroupNorm(Groups, _gamma, _beta, activation: Activation.Silu).Conv2d(_weight, _bias, Window.Square(1, 1), residual: residual);

        private static Tensor Parameter(params int[] extents)
        {
            Tensor tensor = RandomTensor.Of(extents);
            tensor.RequiresGradient = true;
            return tensor;
        }
    }
}
