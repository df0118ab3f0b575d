using System.Net;
using Microsoft.Extensions.Logging;
using Pareidolia.Training;
using Pareidolia.Training.Data;

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

    /// <summary>A folder of ControlNets that orders may name, beside <c>controlnet/</c> of <see cref="ModelsFolder"/>; null for none.</summary>
    public string? ControlNets { get; init; }

    /// <summary>A folder of recipes that may be trained; null for none.</summary>
    public string? Recipes { get; init; }

    /// <summary>Folders of training data, which runs name by their names; none for the environment's. The first is the one where none is named.</summary>
    public IReadOnlyList<string> TrainingData { get; init; } = [];

    /// <summary>Folders in which trained networks lie, to be tried out one by one: each as a folder, or as <c>model</c> in the folder of its run.</summary>
    public IReadOnlyList<string> Trained { get; init; } = [];

    /// <summary>What trains each kind of recipe.</summary>
    public IReadOnlyDictionary<string, Func<Recipe, DataRoot, Trainer>> Trainers { get; init; } = new Dictionary<string, Func<Recipe, DataRoot, Trainer>>();

    /// <summary>The page's files; null where there is none.</summary>
    public string? Page { get; init; }

    /// <summary>Whether people and programs have to show who they are. Needed where other machines can reach the server.</summary>
    public bool Auth { get; init; }

    /// <summary>Whether it only shows what is there.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether administrators may end the server over HTTP (the web UI's <c>server-stop</c>).</summary>
    public bool ServerStop { get; init; }

    /// <summary>Names under which the server is reached, besides localhost and addresses.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Other sites whose pages may ask this server, such as <c>https://example.org</c>.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>Requests a second that change something from one address; 0 for any number.</summary>
    public int ChangesPerSecond { get; init; } = 50;

    /// <summary>Most jobs that wait or pause at a time.</summary>
    public int MostQueued { get; init; } = 2000;

    /// <summary>Most pictures of one job.</summary>
    public int MostPictures { get; init; } = 100;

    /// <summary>Most pixels of one picture.</summary>
    public long MostPixels { get; init; } = 1L << 24;

    /// <summary>Most pixels of a picture that a client brings.</summary>
    public long MostUploadPixels { get; init; } = 1L << 25;

    /// <summary>
    /// Most bytes of models' weights that stay in memory for later orders, of which the longest unused leaves first; what one order draws with is always
    /// loaded. Half of the machine's memory, or of what its limits allow, where nothing is said.
    /// </summary>
    public long MostModelBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>Most bytes of a request.</summary>
    public long MostBodyBytes { get; init; } = 64L << 20;

    /// <summary>An OpenTelemetry collector that gets metrics and traces (OTLP); null for none.</summary>
    public Uri? Collector { get; init; }

    /// <summary>What is written to the log.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Whether each line of the log is a JSON object.</summary>
    public bool JsonLogs { get; init; }
}
