using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What one picture follows, and what it stays away from.</summary>
internal sealed record PictureConditioning(IReadOnlyList<(double Weight, EncodedPrompt Prompt)> Parts, EncodedPrompt? Negative);

/// <summary>A question to the network: a picture and one of its texts. A negative one has no weight.</summary>
internal readonly record struct ConditionRow(int Picture, double? Weight, EncodedText Text);

/// <summary>Questions of one length, which the network answers in one go.</summary>
/// <param name="Rows">Which of the step's questions they are.</param>
/// <param name="Pictures">The picture of each.</param>
/// <param name="Context">The texts [rows, length, width].</param>
/// <param name="Extras">What SDXL hears besides.</param>
internal sealed record ConditionBatch(int[] Rows, int[] Pictures, Tensor Context, UNetExtras? Extras) : IDisposable
{
    /// <summary>Only some of the rows. The caller's scope owns the tensors.</summary>
    public ConditionBatch Where(Func<int, bool> keeps)
    {
        int[] kept = [.. Enumerable.Range(0, Rows.Length).Where(i => keeps(Rows[i]))];
        if (kept.Length == Rows.Length || kept.Length == 0)
            return kept.Length == 0 ? this with { Rows = [], Pictures = [] } : this;
        Tensor Some(Tensor all) => Tensor.Concat(0, [.. kept.Select(i => all.Slice(0, i, 1))]);
        return new ConditionBatch([.. kept.Select(i => Rows[i])], [.. kept.Select(i => Pictures[i])], Some(Context), Extras is null ? null : Extras with
        {
            TextEmbeds = Extras.TextEmbeds is Tensor text ? Some(text) : null,
            TimeIds = Extras.TimeIds is Tensor sizes ? Some(sizes) : null,
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Context.Dispose();
        Extras?.TextEmbeds?.Dispose();
        Extras?.TimeIds?.Dispose();
    }
}

/// <summary>
/// What the prompts of a batch of pictures say, as the denoising network reads it step by step: for each picture one text, or several that are
/// weighed against each other, and the negative one; and the same for regions, a refiner and a second pass. Owns its tensors.
/// </summary>
public sealed class Conditioning : IDisposable
{
    private readonly IReadOnlyList<PictureConditioning> _pictures;
    private readonly IReadOnlyList<EncodedPrompt> _owned;
    private readonly float[]? _size, _negativeSize;
    private ConditionRow[] _rows = [];
    private IReadOnlyList<ConditionBatch> _batches = [];

    /// <summary>Joins what was encoded; <paramref name="size"/> holds SDXL's numbers about the picture's size.</summary>
    internal Conditioning(
        IReadOnlyList<PictureConditioning> pictures, IReadOnlyList<EncodedPrompt> owned, float[]? size = null, float[]? negativeSize = null) =>
        (_pictures, _owned, _size, _negativeSize) = (pictures, owned, size, negativeSize);

    /// <summary>What the prompts of regions say, in their order.</summary>
    internal IReadOnlyList<Conditioning> Regions { get; init; } = [];

    /// <summary>What a refiner reads; null where there is none.</summary>
    internal Conditioning? Refining { get; init; }

    /// <summary>What a second pass reads; null where there is none.</summary>
    internal Conditioning? Second { get; init; }

    /// <summary>Pictures in the batch.</summary>
    public int Count => _pictures.Count;

    /// <summary>Whether negative prompts are there to be guided away from.</summary>
    public bool IsGuided => _pictures[0].Negative is not null;

    /// <summary>The questions of a step, counted from 1: the negative ones first.</summary>
    internal IReadOnlyList<ConditionRow> RowsAt(int step)
    {
        List<ConditionRow> rows = [];
        for (int i = 0; i < Count; i++)
            if (_pictures[i].Negative is EncodedPrompt negative)
                rows.Add(new ConditionRow(i, null, negative.At(step)));
        for (int i = 0; i < Count; i++)
            rows.AddRange(_pictures[i].Parts.Select(part => new ConditionRow(i, part.Weight, part.Prompt.At(step))));
        return rows;
    }

    /// <summary>The same, those of one length together. They stay until other texts come into force.</summary>
    internal IReadOnlyList<ConditionBatch> At(int step)
    {
        ConditionRow[] rows = [.. RowsAt(step)];
        if (rows.AsSpan().SequenceEqual(_rows))
            return _batches;
        Release();
        (_rows, _batches) = (rows, [.. rows.Index().GroupBy(row => row.Item.Text.Context.Shape[1]).Select(group => Batch([.. group]))]);
        return _batches;
    }

    /// <summary>Releases the tensors.</summary>
    public void Dispose()
    {
        Release();
        foreach (EncodedPrompt prompt in _owned)
            prompt.Dispose();
        foreach (Conditioning region in Regions)
            region.Dispose();
        Refining?.Dispose();
        Second?.Dispose();
    }

    private void Release()
    {
        foreach (ConditionBatch batch in _batches)
            batch.Dispose();
        (_rows, _batches) = ([], []);
    }

    private ConditionBatch Batch((int Index, ConditionRow Row)[] group)
    {
        Tensor context = Scope.Detach(Tensor.Concat(0, [.. group.Select(row => row.Row.Text.Context)]));
        return new ConditionBatch(
            [.. group.Select(row => row.Index)], [.. group.Select(row => row.Row.Picture)], context, _size is null ? null : new UNetExtras
            {
                TextEmbeds = Scope.Detach(Tensor.Concat(0, [.. group.Select(row => row.Row.Text.Pooled!)])),
                TimeIds = Scope.Detach(Tensor.From(
                    [.. group.SelectMany(row => row.Row.Weight is null ? _negativeSize! : _size)], [group.Length, _size.Length], context.Device)),
            });
    }
}
