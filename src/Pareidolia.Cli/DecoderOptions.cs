using System.CommandLine;
using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about the way from latents to pictures.</summary>
internal sealed record DecoderRequest
{
    public string? Vae { get; init; }

    public string? Tiling { get; init; }

    /// <summary>What is loaded with the model.</summary>
    public AdapterChoice Joining(AdapterChoice adapters) => adapters with { Vae = Vae };

    /// <summary>Gets a pipeline ready for it.</summary>
    /// <exception cref="PareidoliaException">The word for tiling is none.</exception>
    public void Prepare(StableDiffusionPipeline pipeline) => pipeline.VaeTiling = Tiling?.ToLowerInvariant() switch
    {
        null or "auto" => VaeTiling.Auto,
        "on" => VaeTiling.On,
        "off" => VaeTiling.Off,
        _ => throw new PareidoliaException($"--vae-tiling is '{Tiling}'; auto, on or off is needed."),
    };
}

/// <summary>The options of <c>pareidolia generate</c> about the autoencoder.</summary>
internal sealed class DecoderOptions
{
    private readonly Option<string?> _vae =
        OptionOf.Text("--vae", "FILE|FOLDER", "An autoencoder in the place of the model's own: a full one, or a tiny one (TAESD), told by its keys.");
    private readonly Option<string?> _tiling = OptionOf.Text(
        "--vae-tiling", "auto|on|off", "Whether the autoencoder works on its large layers in bands: less memory, the same picture; else auto, for large pictures.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_vae);
        command.Options.Add(_tiling);
    }

    /// <summary>Their values.</summary>
    public DecoderRequest Read(ParseResult parsed) => new() { Vae = parsed.GetValue(_vae), Tiling = parsed.GetValue(_tiling) };
}
