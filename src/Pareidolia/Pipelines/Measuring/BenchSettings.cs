namespace Pareidolia.Pipelines.Measuring;

/// <summary>What a model is measured at.</summary>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Batch">Pictures at a time; the UNet and the text encoders see each twice, with its prompt and without.</param>
/// <param name="Tokens">Tokens of the text, 77 for one chunk.</param>
/// <param name="Runs">Measured runs after one that warms up.</param>
public sealed record BenchSettings(int Width, int Height, int Batch = 1, int Tokens = 77, int Runs = 3)
{
    /// <summary>Whether each kind of op is timed apart, which costs a little.</summary>
    public bool Profile { get; init; }

    /// <summary>Whether the faster algorithms are left out.</summary>
    public bool Exact { get; init; }

    /// <summary>Whether products round their inputs to bfloat16 where the processor gains.</summary>
    public bool Bf16 { get; init; }

    /// <summary>Whether linear layers and the autoencoder multiply in integers of 8 bits, and the rest as in bfloat16.</summary>
    public bool Int8 { get; init; }

    /// <summary>Ends the measurement between two runs.</summary>
    public CancellationToken Cancelled { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="PareidoliaException">One is left.</exception>
    public void Check()
    {
        Require(Width is >= 8 and <= 8192 && Height is >= 8 and <= 8192, $"--size is {Width}x{Height}; sides from 8 to 8192 can be measured.");
        Require(Batch is >= 1 and <= 64, $"--batch is {Batch}; 1 to 64 can be measured.");
        Require(Tokens is >= 1 and <= 4096, $"--tokens is {Tokens}; 1 to 4096 can be measured.");
        Require(Runs is >= 1 and <= 1000, $"--runs is {Runs}; 1 to 1000 make sense.");
        Require(!(Exact && (Bf16 || Int8)), $"--exact asks for less rounding and --precision {(Int8 ? "int8-products" : "bf16")} for more; leave one of them out.");
    }

    private static void Require(bool right, string complaint)
    {
        if (!right)
            throw new PareidoliaException(complaint);
    }
}
