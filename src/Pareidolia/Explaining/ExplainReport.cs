using Pareidolia.Imaging;
using Pareidolia.Models;

namespace Pareidolia.Explaining;

/// <summary>A step of the run.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Sigma">Noise over picture before it.</param>
/// <param name="Share">The share of the sample that is noise then, 0 to 1.</param>
/// <param name="Change">How far the expected picture moved: the mean difference of its latents from those of the step before.</param>
/// <param name="Noisy">What the noisy sample looks like after it; null where it is not shown.</param>
/// <param name="Clean">The clean picture that it expects; null where it is not shown.</param>
public sealed record ExplainedStep(int Number, double Sigma, double Share, double Change, Image? Noisy, Image? Clean);

/// <summary>A word of the prompt, and where in the picture it was looked at.</summary>
/// <param name="Word">As it was typed.</param>
/// <param name="Strength">Its mean attention against that of all words, 1 for as much as the others.</param>
/// <param name="Map">Warm colours over the picture where it was looked at most.</param>
public sealed record WordMap(string Word, double Strength, Image Map);

/// <summary>A token of the prompt.</summary>
/// <param name="Text">What it stands for.</param>
/// <param name="Id">Its row in the text encoder's table.</param>
/// <param name="Neighbours">The tokens nearest to it there, with cosines.</param>
public sealed record ExplainedToken(string Text, int Id, IReadOnlyList<(string Text, double Cosine)> Neighbours);

/// <summary>Whether CLIP sees what a phrase says.</summary>
/// <param name="Phrase">A part of the prompt.</param>
/// <param name="Score">Its cosine with the picture.</param>
/// <param name="Contrasts">What it might be taken for, with cosines.</param>
public sealed record PhraseVerdict(string Phrase, double Score, IReadOnlyList<(string Text, double Score)> Contrasts)
{
    /// <summary>
    /// Whether the phrase fits better than all that it might be taken for; null where there is nothing but its negation, which CLIP hardly understands.
    /// </summary>
    public bool? Holds => Contrasts.Where(contrast => !Explaining.Contrasts.IsNegation(contrast.Text)).ToArray() is { Length: > 0 } others
        ? others.All(contrast => contrast.Score < Score)
        : null;
}

/// <summary>How a picture came about.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Prompt">What was to be drawn.</param>
/// <param name="Settings">How, in the web UI's words.</param>
/// <param name="Picture">What was drawn.</param>
public sealed record ExplainReport(string Model, string Prompt, string Settings, Image Picture)
{
    /// <summary>The steps.</summary>
    public IReadOnlyList<ExplainedStep> Steps { get; init; } = [];

    /// <summary>The words; none where <see cref="LooksAtWords"/> is false.</summary>
    public IReadOnlyList<WordMap> Words { get; init; } = [];

    /// <summary>Whether the network looks at words. That of unCLIP does not: it is told where CLIP would see the picture.</summary>
    public bool LooksAtWords { get; init; } = true;

    /// <summary>The tokens.</summary>
    public IReadOnlyList<ExplainedToken> Tokens { get; init; } = [];

    /// <summary>What of the prompt did not fit into the text encoder; empty where all did.</summary>
    public string CutOff { get; init; } = "";

    /// <summary>What CLIP says; null where the model has none.</summary>
    public IReadOnlyList<PhraseVerdict>? Verdicts { get; init; }

    /// <summary>How often such a verdict is right, measured; null where that was not measured for this model.</summary>
    public HitRate? HitRate { get; init; }

    /// <summary>The training pictures that mean the most similar; null where the model has no index.</summary>
    public IReadOnlyList<IndexedPicture>? NearestByMeaning { get; init; }

    /// <summary>The training pictures that look the most similar; null where the model has no index.</summary>
    public IReadOnlyList<IndexedPicture>? NearestByPixels { get; init; }

    /// <summary>Training pictures that were compared.</summary>
    public int Indexed { get; init; }

    /// <summary>The same seed with other strengths of guidance.</summary>
    public IReadOnlyList<(double Scale, Image Picture)> Guidance { get; init; } = [];
}
