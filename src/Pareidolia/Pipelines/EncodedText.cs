using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What one text says to the denoising network. Its tensors belong to a scope, or after <see cref="Detach"/> to it.</summary>
/// <param name="Context">Its tokens [1, length, width]; a long text has several chunks one behind the other.</param>
/// <param name="Pooled">All of it in one vector [1, d]; null where the network does not ask for that.</param>
internal sealed record EncodedText(Tensor Context, Tensor? Pooled) : IDisposable
{
    /// <summary>A text that says nothing, of the same shapes.</summary>
    public EncodedText Silenced() => Mapped(tensor => Tensor.Zeros(tensor.Shape, tensor.Device));

    /// <summary>Hands its tensors to the scope around this one.</summary>
    public EncodedText KeptBy(Scope scope) => Mapped(scope.Keep);

    /// <summary>Takes its tensors out of all scopes: from here on it owns them.</summary>
    public void Detach() => Mapped(Scope.Detach);

    /// <inheritdoc/>
    public void Dispose()
    {
        Context.Dispose();
        Pooled?.Dispose();
    }

    private EncodedText Mapped(Func<Tensor, Tensor> map) => new(map(Context), Pooled is null ? null : map(Pooled));
}

/// <summary>The texts of a prompt, each with the last step, counted from 1, that reads it.</summary>
internal sealed record EncodedPrompt(IReadOnlyList<(int Until, EncodedText Text)> Texts) : IDisposable
{
    /// <summary>The text in force at a step; behind the last step, the last one.</summary>
    public EncodedText At(int step) => Texts.FirstOrDefault(text => step <= text.Until, Texts[^1]).Text;

    /// <summary>Takes all tensors out of all scopes.</summary>
    public void Detach()
    {
        foreach (EncodedText text in Texts.Select(text => text.Text).Distinct())
            text.Detach();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EncodedText text in Texts.Select(text => text.Text).Distinct())
            text.Dispose();
    }
}
