using System.Net;
using Microsoft.Extensions.Logging;

namespace Pareidolia.Server;

/// <summary>How a studio is run. All has a default; <c>docs/server.md</c> has the table.</summary>
public sealed record StudioOptions
{
    /// <summary>The port where none is named: that of the AUTOMATIC1111 web UI.</summary>
    public const int UsualPort = 7860;

    /// <summary>The address to listen on. Other machines reach it only where it is not a loopback address, which needs users.</summary>
    public IPAddress Listen { get; init; } = IPAddress.Loopback;

    /// <summary>The port; 0 takes any that is free.</summary>
    public int Port { get; init; } = UsualPort;

    /// <summary>The folder of the queue, the pictures and what else is kept.</summary>
    public required string Data { get; init; }

    /// <summary>Models by folder or file; the first is the one that is used where none is named.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>A folder of models for graphs, with checkpoints/, loras/, vae/ ... as ComfyUI has it; null for none.</summary>
    public string? ModelsFolder { get; init; }

    /// <summary>A folder of LoRAs that prompts may name; null for none.</summary>
    public string? Loras { get; init; }

    /// <summary>A folder of words learned by textual inversion; null for none.</summary>
    public string? Embeddings { get; init; }

    /// <summary>A folder of upscaling networks; null for none.</summary>
    public string? Upscalers { get; init; }

    /// <summary>A folder of recipes that may be trained; null for none.</summary>
    public string? Recipes { get; init; }

    /// <summary>The folder of training data; null for the environment's.</summary>
    public string? TrainingData { get; init; }

    /// <summary>The page's files; null where there is none.</summary>
    public string? Page { get; init; }

    /// <summary>Most jobs that wait or pause at a time.</summary>
    public int MostQueued { get; init; } = 2000;

    /// <summary>Most pictures of one job.</summary>
    public int MostPictures { get; init; } = 100;

    /// <summary>Most pixels of one picture.</summary>
    public long MostPixels { get; init; } = 1L << 24;

    /// <summary>Most bytes of a request.</summary>
    public long MostBodyBytes { get; init; } = 64L << 20;

    /// <summary>What is written to the log.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether each line of the log is a JSON object.</summary>
    public bool JsonLogs { get; init; }
}
