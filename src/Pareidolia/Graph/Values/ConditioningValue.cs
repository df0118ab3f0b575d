using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Graph.Values;

/// <summary>A ControlNet that speaks with a text, with the picture that it looks at.</summary>
internal sealed record EntryControl(string Path, ControlGuide Guide)
{
    /// <summary>Whether the negative texts hear it too, as ComfyUI's older node has it.</summary>
    public bool AlsoNegative { get; init; }
}

/// <summary>A text and where, when and how strongly it is heard: an entry of ComfyUI's conditioning.</summary>
/// <param name="Text">What it says.</param>
internal sealed record ConditioningEntry(EncodedText Text)
{
    /// <summary>Only there; null for the whole picture.</summary>
    public RegionArea? Area { get; init; }

    /// <summary>White is where; null for everywhere.</summary>
    public Image? Mask { get; init; }

    /// <summary>Whether the network sees no more than the rectangle around the mask.</summary>
    public bool BoundedByMask { get; init; }

    /// <summary>Weight against the other entries.</summary>
    public double Strength { get; init; } = 1;

    /// <summary>Weight of the mask.</summary>
    public double MaskStrength { get; init; } = 1;

    /// <summary>The share of the run, in the network's timesteps, after which it is heard.</summary>
    public double Start { get; init; }

    /// <summary>The share after which it falls silent.</summary>
    public double End { get; init; } = 1;

    /// <summary>What SDXL is told of the picture's size; null for its own.</summary>
    public SizeConditioning? Sizes { get; init; }

    /// <summary>The ControlNets that speak with it.</summary>
    public IReadOnlyList<EntryControl> Controls { get; init; } = [];

    /// <summary>Latents [1, h, w, c] that an inpainting or editing network reads beside the sample; null for none.</summary>
    public Tensor? Beside { get; init; }

    /// <summary>The mask [1, height, width, 1] that an inpainting network reads; null for none.</summary>
    public Tensor? BesideMask { get; init; }

    /// <summary>Whether it is about the whole picture in the whole run at full strength.</summary>
    public bool IsPlain => Area is null && Mask is null && Strength == 1;
}

/// <summary>CONDITIONING: texts that are heard together.</summary>
internal sealed record ConditioningValue(IReadOnlyList<ConditioningEntry> Entries) : GraphValue
{
    /// <summary>Every entry changed.</summary>
    public ConditioningValue Map(Func<ConditioningEntry, ConditioningEntry> change) => new([.. Entries.Select(change)]);

    /// <inheritdoc/>
    public override GraphValue Owned() => Map(entry => entry with
    {
        Text = new EncodedText(Own(entry.Text.Context), OwnOrNull(entry.Text.Pooled)),
        Beside = OwnOrNull(entry.Beside),
        BesideMask = OwnOrNull(entry.BesideMask),
    });

    /// <inheritdoc/>
    protected override void Release()
    {
        foreach (ConditioningEntry entry in Entries)
        {
            entry.Text.Dispose();
            entry.Beside?.Dispose();
            entry.BesideMask?.Dispose();
        }
    }
}

/// <summary>GUIDER: a model and the texts that it follows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Guides">What it goes towards.</param>
internal sealed record GuiderValue(ModelValue Model, Guides Guides) : GraphValue
{
    /// <inheritdoc/>
    public override GraphValue Owned() => new GuiderValue((ModelValue)Model.Owned(), Guides.Owned());

    /// <inheritdoc/>
    protected override void Release()
    {
        Model.Dispose();
        Guides.Dispose();
    }
}

/// <summary>The texts of a run, and how far it goes from one to the other.</summary>
/// <param name="Positive">What to draw.</param>
/// <param name="Negative">What to stay away from; null for no guidance.</param>
/// <param name="Scale">1 for no guidance.</param>
internal sealed record Guides(ConditioningValue Positive, ConditioningValue? Negative, double Scale) : IDisposable
{
    /// <summary>A text between the two (DualCFGGuider); null for none.</summary>
    public ConditioningValue? Middle { get; init; }

    /// <summary>How far from the negative to the middle one.</summary>
    public double MiddleScale { get; init; } = 1;

    /// <summary>Whether guidance towards the middle acts on what that towards the first came to.</summary>
    public bool Nested { get; init; }

    /// <summary>Whether the middle one is an empty text, and of the negative one only that acts which is perpendicular to the first, seen from there.</summary>
    public bool Perpendicular { get; init; }

    /// <summary>As a model asks for it that was changed so.</summary>
    public Guides Of(ModelPatches patches) => patches.Empty is not ConditioningValue empty || Negative is null || Middle is not null ? this
        : this with { Middle = empty, MiddleScale = patches.NegativeScale, Perpendicular = true };

    /// <summary>The same with tensors of its own.</summary>
    public Guides Owned() => this with
    {
        Positive = (ConditioningValue)Positive.Owned(),
        Negative = (ConditioningValue?)Negative?.Owned(),
        Middle = (ConditioningValue?)Middle?.Owned(),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Positive.Dispose();
        Negative?.Dispose();
        Middle?.Dispose();
    }
}
