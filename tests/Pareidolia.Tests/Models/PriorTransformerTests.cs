using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>unCLIP's prior in both of its variants.</summary>
public sealed class PriorTransformerTests
{
    private static readonly PriorTransformerConfig s_config = new()
    {
        NumAttentionHeads = 2, AttentionHeadDim = 4, NumLayers = 2, EmbeddingDim = 6, NumEmbeddings = 3, Codes = 4, CodeLevels = 9, CodeRange = 2,
    };

    [Fact]
    public void Codes_keep_an_embedding_up_to_half_a_step_in_their_directions()
    {
        using Scope scope = new();
        using Pretrained<PriorTransformer> prior = PriorTransformer.Initialise(s_config with { IsAutoregressive = true, Codes = 6 }, 1);
        float[] identity = [.. Enumerable.Range(0, 36).Select(i => i % 7 == 0 ? 1f : 0)];
        prior.Model.SetDirections(identity);
        prior.Model.SetMoments([1, 1, 1, 1, 1, 1], [3, 3, 3, 3, 3, 3]);
        float[] embedding = [1.3f, -2, 4, 0, 7, 1];
        float[] kept = prior.Model.Decode(prior.Model.Encode(Tensor.From(embedding, [1, 6]))).ToArray();
        // Steps of 2 * 2 / 8, times the deviation 3.
        Assert.All(embedding.Zip(kept), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 0.76));
    }

    [Fact]
    public void What_comes_later_does_not_change_what_was_said_of_earlier_codes()
    {
        using Scope scope = new();
        using Pretrained<PriorTransformer> prior = PriorTransformer.Initialise(s_config with { IsAutoregressive = true }, 1);
        Tensor text = TinyModels.Noise([1, 6], Backend.Cpu), tokens = TinyModels.Noise([1, 3, 6], Backend.Cpu, 8);
        float[] whole = prior.Model.Logits(Tensor.From([3, 8, 1], [1, 3]), text, tokens).ToArray();
        float[] start = prior.Model.Logits(Tensor.From([3], [1, 1]), text, tokens).ToArray();
        Assert.Equal(4 * 9, whole.Length);
        for (int i = 0; i < start.Length; i++)
            Assert.Equal(whole[i], start[i], 1e-5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_draw_follows_its_stream_and_a_copy_draws_the_same(bool autoregressive)
    {
        using Scope scope = new();
        using TemporaryFolder folder = new();
        using Pretrained<PriorTransformer> prior = PriorTransformer.Initialise(s_config with { IsAutoregressive = autoregressive }, 1);
        if (autoregressive)
            prior.Model.SetDirections([.. Enumerable.Range(0, 24).Select(i => i % 7 == 0 ? 1f : 0)]);
        prior.Model.Save(folder.Path, prior.Weights);
        using Pretrained<PriorTransformer> copy = PriorTransformer.Load(folder.Path);
        float[] Drawn(PriorTransformer model, ulong seed) => model.Draw(
            TinyModels.Noise([2, 6], Backend.Cpu), TinyModels.Noise([2, 3, 6], Backend.Cpu, 8), new TorchCpuGenerator(seed), (network, noise) => network(noise, 500)).ToArray();
        Assert.Equal(12, Drawn(prior.Model, 3).Length);
        Assert.Equal(Drawn(prior.Model, 3), Drawn(copy.Model, 3));
        Assert.NotEqual(Drawn(prior.Model, 3), Drawn(prior.Model, 4));
    }
}
