namespace Pareidolia.Benchmarks;

/// <summary>What can be measured, by name.</summary>
internal static class Topics
{
    public static IReadOnlyDictionary<string, Action<ResultTable>> All { get; } = new Dictionary<string, Action<ResultTable>>
    {
        ["gemm"] = GemmBenchmark.Run,
        ["conv"] = ConvolutionBenchmark.Run,
        ["winograd"] = WinogradBenchmark.Run,
        ["attention"] = AttentionBenchmark.Run,
        ["train-step"] = TrainStepBenchmark.Run,
        ["unet-step"] = UNetStepBenchmark.Run,
        ["peers"] = PeersBenchmark.Run,
        ["curves"] = CurvesBenchmark.Run,
    };
}
