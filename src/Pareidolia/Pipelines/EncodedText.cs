using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What one text says to the denoising network. Owns its tensors.</summary>
/// <param name="Context">Its tokens [1, length, width]; a long text has several chunks one behind the other.</param>
/// <param name="Pooled">All of it in one vector [1, d]; null where the network does not ask for that.</param>
internal sealed record EncodedText(Tensor Context, Tensor? Pooled) : IDisposable
{
    /// <summary>A text that says nothing, of the same shapes.</summary>
    public EncodedText Silenced() => new(
        Scope.Detach(Tensor.Zeros(Context.Shape, Context.Device)), Pooled is null ? null : Scope.Detach(Tensor.Zeros(Pooled.Shape, Pooled.Device)));

    /// <inheritdoc/>
    public void Dispose()
    {
        Context.Dispose();
        Pooled?.Dispose();
    }
}

/// <summary>The texts of a prompt, each with the last step, counted from 1, that reads it.</summary>
internal sealed record EncodedPrompt(IReadOnlyList<(int Until, EncodedText Text)> Texts) : IDisposable
{
    /// <summary>The text in force at a step; behind the last step, the last one.</summary>
    public EncodedText At(int step) => Texts.FirstOrDefault(text => step <= text.Until, Texts[^1]).Text;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EncodedText text in Texts.Select(text => text.Text).Distinct())
            text.Dispose();
    }
}
