using System.CommandLine;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary>What was asked for about pictures of the run while it goes on.</summary>
internal sealed record PreviewRequest
{
    /// <summary>Steps between previews; null for none.</summary>
    public int? Every { get; init; }

    public string? Kind { get; init; }

    public string? Vae { get; init; }

    public string? Of { get; init; }

    public string? Folder { get; init; }

    /// <summary>How latents are shown.</summary>
    public PreviewKind Means => Kind is null && Vae is not null ? PreviewKind.Taesd : Enum.Parse<PreviewKind>(Kind ?? nameof(PreviewKind.Latent2Rgb), ignoreCase: true);

    /// <summary>Whether the noisy sample is shown, not the clean picture that the step expects.</summary>
    public bool Noisy => Of == "noisy";

    /// <summary>Gets a pipeline ready for it.</summary>
    /// <exception cref="PareidoliaException">It cannot be.</exception>
    public void Prepare(StableDiffusionPipeline pipeline)
    {
        Require(Every is not null || (Kind ?? Vae ?? Of ?? Folder) is null, "--preview, --preview-vae, --preview-of and --preview-folder need --preview-every, the steps between previews.");
        Require(Every is null or >= 1, $"--preview-every is {Every}; at least 1 is needed.");
        string[] kinds = [.. Enum.GetNames<PreviewKind>().Select(name => name.ToLowerInvariant())];
        Require(Kind is null || kinds.Contains(Kind), $"--preview is '{Kind}'; one of {string.Join(", ", kinds)} is needed.");
        Require(Of is null or "denoised" or "noisy", $"--preview-of is '{Of}'; denoised or noisy is needed.");
        Require(Every is null || Means != PreviewKind.Taesd || Vae is not null, "--preview taesd needs --preview-vae, the file of a tiny autoencoder.");
        if (Vae is not null)
            pipeline.UsePreviewVae(Vae);
    }

    private static void Require(bool holds, string message)
    {
        if (!holds)
            throw new PareidoliaException(message);
    }
}

/// <summary>The options of <c>pareidolia generate</c> about previews.</summary>
internal sealed class PreviewOptions
{
    private readonly Option<int?> _every = OptionOf.Whole("--preview-every", "Write what the picture will look like after every N steps, as NAME-preview.png.");
    private readonly Option<string?> _kind =
        OptionOf.Text("--preview", "KIND", "How: latent2rgb (a colour for each cell, costs nothing), taesd, vae; else latent2rgb, or taesd where --preview-vae is given.");
    private readonly Option<string?> _vae = OptionOf.Text("--preview-vae", "FILE|FOLDER", "The tiny autoencoder of --preview taesd.");
    private readonly Option<string?> _of = OptionOf.Text("--preview-of", "WHAT", "denoised, the clean picture that a step expects, or noisy; else denoised.");
    private readonly Option<string?> _folder = OptionOf.Text("--preview-folder", "FOLDER", "Keep each preview there, as NAME-step0012.png.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_every, _kind, _vae, _of, _folder])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public PreviewRequest Read(ParseResult parsed) => new()
    {
        Every = parsed.GetValue(_every),
        Kind = parsed.GetValue(_kind)?.ToLowerInvariant(),
        Vae = parsed.GetValue(_vae),
        Of = parsed.GetValue(_of)?.ToLowerInvariant(),
        Folder = parsed.GetValue(_folder),
    };
}
