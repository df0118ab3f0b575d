using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pareidolia.Server;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia serve</c>: the studio.</summary>
internal sealed class ServeCommand
{
    private readonly Option<string?> _listen = OptionOf.Text("--listen", "ADDRESS", "The address to listen on, else 127.0.0.1; any other needs --auth.");
    private readonly Option<int?> _port = OptionOf.Whole("--port", $"The port, else {StudioOptions.UsualPort}; 0 is any that is free.");
    private readonly Option<string?> _data = OptionOf.Text("--data", "FOLDER", "Where the queue and the pictures are kept, else ./studio.");
    private readonly Option<string[]> _models = new("--model") { HelpName = "FOLDER|FILE", Description = "A model; may be given several times. Else the one that comes with the program." };
    private readonly Option<string?> _modelsFolder = OptionOf.Text(
        "--models-dir", "FOLDER", "A folder of models for graphs, with checkpoints/, loras/, vae/ ... as ComfyUI has it.");
    private readonly Option<string?> _loras = OptionOf.Text("--lora-dir", "FOLDER", "LoRAs that clients may name.");
    private readonly Option<string?> _embeddings = OptionOf.Text("--embeddings", "FOLDER", "Words learned by textual inversion.");
    private readonly Option<string?> _upscalers = OptionOf.Text("--upscalers", "FOLDER", "Upscaling networks.");
    private readonly Option<string?> _controlNets = OptionOf.Text("--controlnets", "FOLDER", "ControlNets that clients may name.");
    private readonly Option<string?> _recipes = OptionOf.Text("--recipes", "FOLDER", "Recipes that may be trained, else the program's own, where they are.");
    private readonly Option<string[]> _trainingData = new("--training-data") { HelpName = "FOLDER", Description = "A folder of training data, which runs call by its name; may be given several times." };
    private readonly Option<string[]> _trained = new("--trained")
    {
        HelpName = "FOLDER", Description = "A folder of trained networks to try out; may be given several times. Else models/ and runs/ above the program and the working folder.",
    };
    private readonly Option<long?> _modelBytes = new("--most-model-bytes")
    {
        HelpName = "N", Description = "Bytes of models that stay in memory for later pictures, else half of the machine's memory.",
    };
    private readonly Option<bool> _auth = OptionOf.Flag("--auth", "Ask who people are: users are made by `pareidolia users add`.");
    private readonly Option<bool> _readOnly = OptionOf.Flag("--read-only", "Show what is there, and nothing else.");
    private readonly Option<bool> _serverStop = OptionOf.Flag("--api-server-stop", "Let administrators end the server over HTTP (the web UI's server-stop).");
    private readonly Option<string[]> _hosts = new("--host") { HelpName = "NAME", Description = "A name under which the server is reached, besides localhost. Can be given again." };
    private readonly Option<string[]> _origins = new("--allow-origin") { HelpName = "ORIGIN", Description = "Another site whose pages may ask the server. Can be given again." };
    private readonly Option<bool> _json = OptionOf.Flag("--log-json", "Write the log as JSON, a line each.");
    private readonly Option<string?> _config = OptionOf.Text("--config-file", "FILE", "A JSON file of these settings and more (docs/server.md); else PAREIDOLIA_CONFIG names one.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");

    private readonly CommandIo _io;

    public ServeCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("serve", "Run the studio: a queue, a gallery, and the HTTP APIs of this program and of others.")
        {
            _listen, _port, _data, _models, _modelsFolder, _loras, _embeddings, _upscalers, _controlNets, _recipes, _trainingData, _trained, _modelBytes,
            _auth, _readOnly, _serverStop, _hosts, _origins, _json, _config, _threads,
        };
        Command.SetAction(parsed => Run(Options(parsed)));
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private StudioOptions Options(ParseResult parsed)
    {
        ServeSettings set = ServeSettings.Load(parsed.GetValue(_config) ?? Environment.GetEnvironmentVariable("PAREIDOLIA_CONFIG"));
        Threads.Use(parsed.GetValue(_threads) ?? (int?)set.Whole("threads", 1024));
        string[] models = set.Texts("model", parsed.GetValue(_models));
        StudioOptions usual = new() { Data = set.Text("data", parsed.GetValue(_data)) ?? "studio" };
        return usual with
        {
            Listen = Address(set.Text("listen", parsed.GetValue(_listen))),
            Port = (int)(set.Whole("port", ushort.MaxValue, parsed.GetValue(_port)) ?? usual.Port),
            Models = models.Length > 0 ? [.. models.Select(ShippedModel.Locate)] : [ShippedModel.Locate(null)],
            ModelsFolder = set.Text("models-dir", parsed.GetValue(_modelsFolder)),
            Loras = set.Text("lora-dir", parsed.GetValue(_loras)),
            Embeddings = set.Text("embeddings", parsed.GetValue(_embeddings)),
            Upscalers = set.Text("upscalers", parsed.GetValue(_upscalers)),
            ControlNets = set.Text("controlnets", parsed.GetValue(_controlNets)),
            Recipes = set.Text("recipes", parsed.GetValue(_recipes)) ?? ShippedModel.FoldersAbove("recipes").FirstOrDefault(),
            TrainingData = set.Texts("training-data", parsed.GetValue(_trainingData)),
            Trained = set.Texts("trained", parsed.GetValue(_trained)) is { Length: > 0 } trained ? trained : [.. ShippedModel.FoldersAbove("models", "runs")],
            Page = set.Text("page") ?? Path.Combine(AppContext.BaseDirectory, "page"),
            Auth = set.Flag("auth", parsed.GetValue(_auth)),
            ReadOnly = set.Flag("read-only", parsed.GetValue(_readOnly)),
            ServerStop = set.Flag("api-server-stop", parsed.GetValue(_serverStop)),
            Hosts = set.Texts("host", parsed.GetValue(_hosts)),
            Origins = set.Texts("allow-origin", parsed.GetValue(_origins)),
            MostQueued = (int)(set.Whole("most-queued", 1_000_000) ?? usual.MostQueued),
            MostPictures = (int)(set.Whole("most-pictures", 10_000) ?? usual.MostPictures),
            MostPixels = set.Whole("most-pixels", 1L << 28) ?? usual.MostPixels,
            MostModelBytes = set.Whole("most-model-bytes", long.MaxValue, parsed.GetValue(_modelBytes)) ?? usual.MostModelBytes,
            MostBodyBytes = set.Whole("most-body-bytes", 1L << 32) ?? usual.MostBodyBytes,
            ChangesPerSecond = (int)(set.Whole("changes-per-second", 1_000_000) ?? usual.ChangesPerSecond),
            Collector = set.Text("otlp") is string otlp ? new Uri(otlp) : null,
            LogLevel = set.Text("log-level") is string level ? Level(level) : usual.LogLevel,
            JsonLogs = set.Flag("log-json", parsed.GetValue(_json)),
            Trainers = TrainCommand.Makers,
        };
    }

    private static LogLevel Level(string name) => Enum.TryParse(name, ignoreCase: true, out LogLevel level) && Enum.IsDefined(level) ? level
        : throw new PareidoliaException($"log-level is '{Shown.Short(name)}'; there are {string.Join(", ", Enum.GetNames<LogLevel>())}.");

    private static IPAddress Address(string? text) => text switch
    {
        null or "localhost" => IPAddress.Loopback,
        _ => IPAddress.TryParse(text, out IPAddress? address) ? address
            : throw new PareidoliaException($"--listen is '{Shown.Short(text)}'; an address such as 127.0.0.1 or 0.0.0.0 is needed."),
    };

    private int Run(StudioOptions options)
    {
        WebApplication app = Studio.Build(options);
        try
        {
            app.StartAsync(_io.Cancelled).GetAwaiter().GetResult();
            foreach (string address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
                _io.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"listening on {address}"));
            _io.Out.Flush();
            using CancellationTokenRegistration interrupt = _io.Cancelled.Register(app.Lifetime.StopApplication);
            app.WaitForShutdownAsync().GetAwaiter().GetResult();
        }
        catch (IOException error)
        {
            throw new PareidoliaException($"Cannot listen on {options.Listen}:{options.Port}: {error.Message}", error);
        }
        finally
        {
            app.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
        return ExitCode.Done;
    }
}
