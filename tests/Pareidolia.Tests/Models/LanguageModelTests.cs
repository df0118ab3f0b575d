using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Tests.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>What language models promise beyond their numbers. Counts buffers of the whole process, so it runs alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class LanguageModelTests
{
    private static readonly Gpt2Config s_gpt = new() { VocabSize = 61, NPositions = 24, NEmbd = 16, NLayer = 2, NHead = 2, InitializerRange = 0.3 };

    public static TheoryData<TokenSampling> Samplings =>
    [
        new TokenSampling { Temperature = 0 },
        new TokenSampling { Temperature = 0.9, TopP = 0.9 },
        new TokenSampling { Temperature = 1.2, TopK = 7, RepetitionPenalty = 1.3 },
    ];

    [Theory]
    [MemberData(nameof(Samplings))]
    public void Text_that_is_written_with_a_cache_is_the_same_token_for_token(TokenSampling sampling)
    {
        long before = TensorMemory.LiveBuffers;
        using (Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(s_gpt, 3))
        using (Gpt2Cache cache = new())
        {
            // Far over the 24 positions: the window moves on several times.
            int[] cached = [.. new TextDecoding(sampling, new TorchCpuGenerator(5)).Continue(gpt.Model, cache, [1, 2, 3]).Take(100)];
            int[] plain = [.. new TextDecoding(sampling, new TorchCpuGenerator(5)).Continue(gpt.Model, null, [1, 2, 3]).Take(100)];
            Assert.Equal(plain, cached);
            Assert.True(cached.Distinct().Count() > 2, "a text of one or two tokens shows nothing");
        }
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void A_token_behind_a_cache_has_the_logits_of_the_whole_text()
    {
        using Scope scope = new();
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(s_gpt, 4);
        int[] ids = [.. Enumerable.Range(0, 20).Select(i => i * 7 % 61)];
        float[] whole = gpt.Model.Forward(Tensor.From(ids, [1, 20])).ToArray();
        using Gpt2Cache cache = new();
        gpt.Model.Encode(Tensor.From(ids.AsSpan(..5), [1, 5]), cache);
        for (int i = 5; i < 20; i++)
        {
            float[] one = gpt.Model.Predict(gpt.Model.Encode(Tensor.From([ids[i]], [1, 1]), cache)[^1]).ToArray();
            Assert.Equal(one.Length, s_gpt.VocabSize);
            for (int v = 0; v < one.Length; v++)
                Assert.Equal(whole[(i * one.Length) + v], one[v], 1e-4f);
        }
        Assert.Equal(20, cache.Length);
    }

    [Fact]
    public void With_a_cache_a_token_costs_one_row_whatever_came_before()
    {
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(s_gpt, 4);
        using Gpt2Cache cache = new();
        for (int i = 0; i < 20; i++)
        {
            using Scope scope = new();
            IReadOnlyList<Tensor> states = gpt.Model.Encode(Tensor.From([i], [1, 1]), cache);
            // Every state of every layer has the new token's row alone; what grows is the cache, by that row.
            Assert.All(states, state => Assert.Equal([1, 1, 16], state.Shape));
            Assert.Equal(i + 1, cache.Length);
        }
    }

    [Fact]
    public void A_later_token_does_not_change_what_was_said_before_it()
    {
        using Scope scope = new();
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(s_gpt, 4);
        float[] one = gpt.Model.Forward(Tensor.From([5, 6, 7, 8], [1, 4])).ToArray(), other = gpt.Model.Forward(Tensor.From([5, 6, 7, 60], [1, 4])).ToArray();
        Assert.Equal(one[..(3 * 61)], other[..(3 * 61)]);
        Assert.NotEqual(one[(3 * 61)..], other[(3 * 61)..]);
    }

    [Fact]
    public void Too_many_tokens_and_unknown_ones_are_named()
    {
        using Scope scope = new();
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(s_gpt, 4);
        Assert.Contains("at most 24 tokens", Assert.Throws<TensorException>(() => gpt.Model.Forward(Tensor.From(new int[25], [1, 25]))).Message, StringComparison.Ordinal);
        Assert.Contains("id 61", Assert.Throws<TensorException>(() => gpt.Model.Forward(Tensor.From([61], [1, 1]))).Message, StringComparison.Ordinal);
        using Pretrained<BertForMaskedLm> bert = BertForMaskedLm.Initialise(TinyModels.BertConfig, 1);
        Assert.Contains("n in 1..6", Assert.Throws<TensorException>(() => bert.Model.Forward(Tensor.From(new int[7], [1, 7]))).Message, StringComparison.Ordinal);
        using Gpt2Cache cache = new();
        gpt.Model.Encode(Tensor.From([1, 2], [1, 2]), cache);
        Assert.Contains("one at a time", Assert.Throws<TensorException>(() => gpt.Model.Encode(Tensor.From([1, 2], [1, 2]), cache)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looking_a_row_up_is_a_convolution_over_one_hot_words()
    {
        using Scope scope = new();
        using Pretrained<ConvolutionalWordModel> words = ConvolutionalWordModel.Initialise(TinyModels.WordConfig, 2);
        int[] ids = [3, 0, 9, 9, 4, 1];
        float[] matrix = new float[ids.Length * 10];
        foreach ((int place, int id) in ids.Index())
            matrix[(place * 10) + id] = 1;
        float[] looked = words.Model.Encode(Tensor.From(ids, [2, 3])).ToArray(), convolved = words.Model.EncodeMatrix(Tensor.From(matrix, [2, 3, 10])).ToArray();
        Assert.Equal(looked.Length, convolved.Length);
        for (int i = 0; i < looked.Length; i++)
            Assert.Equal(looked[i], convolved[i], 1e-5f);
    }

    [Fact]
    public void A_word_sees_as_far_as_its_convolutions_reach_and_no_further()
    {
        using Scope scope = new();
        using Pretrained<ConvolutionalWordModel> words = ConvolutionalWordModel.Initialise(TinyModels.WordConfig, 2);
        int reach = TinyModels.WordConfig.Reach;
        Assert.Equal(3, reach);
        int[] ids = [.. Enumerable.Repeat(5, 12)];
        float[] before = words.Model.Encode(Tensor.From(ids, [1, 12])).ToArray();
        ids[0] = 7;
        float[] after = words.Model.Encode(Tensor.From(ids, [1, 12])).ToArray();
        bool[] changed = [.. before.Chunk(8).Zip(after.Chunk(8), (a, b) => !a.SequenceEqual(b))];
        Assert.Equal(Enumerable.Range(0, 12).Select(place => place <= reach), changed);
    }

    [Fact]
    public void Padding_changes_nothing_for_the_tokens_that_count()
    {
        using Scope scope = new();
        using Pretrained<T5EncoderModel> t5 = T5EncoderModel.Initialise(TinyModels.T5Config, 1);
        float[] alone = t5.Model.Forward(Tensor.From([3, 4, 5], [1, 3])).ToArray();
        float[] padded = t5.Model.Forward(Tensor.From([3, 4, 5, 0, 0], [1, 5]), Tensor.From([1, 1, 1, 0, 0], [1, 5])).ToArray();
        for (int i = 0; i < alone.Length; i++)
            Assert.Equal(alone[i], padded[i], 1e-5f);
    }

    [Fact]
    public void The_encoder_loads_from_a_whole_T5()
    {
        using TemporaryFolder folder = new();
        using Scope scope = new();
        using Pretrained<T5ForConditionalGeneration> whole = T5ForConditionalGeneration.Initialise(TinyModels.T5Config, 1);
        whole.Model.Save(folder.Path, whole.Weights);
        using Pretrained<T5EncoderModel> encoder = T5EncoderModel.Load(folder.Path);
        using Pretrained<T5ForConditionalGeneration> again = T5ForConditionalGeneration.Load(folder.Path);
        Tensor ids = Tensor.From([3, 4, 5], [1, 3]);
        Assert.Equal(whole.Model.Encoder.Forward(ids).ToArray(), encoder.Model.Forward(ids).ToArray());
        Assert.Equal(whole.Model.Forward(ids, ids).ToArray(), again.Model.Forward(ids, ids).ToArray());
    }

    [Theory]
    [InlineData("The temperature is -1", -1, 0, 1, 1)]
    [InlineData("The temperature is NaN", double.NaN, 0, 1, 1)]
    [InlineData("Top-k is -2", 1, -2, 1, 1)]
    [InlineData("Top-p is 0", 1, 0, 0, 1)]
    [InlineData("Top-p is 1.5", 1, 0, 1.5, 1)]
    [InlineData("The repetition penalty is 0", 1, 0, 1, 0)]
    public void Sampling_out_of_range_is_a_sentence(string message, double temperature, int topK, double topP, double penalty)
    {
        TokenSampling sampling = new() { Temperature = temperature, TopK = topK, TopP = topP, RepetitionPenalty = penalty };
        Assert.StartsWith(message, Assert.Throws<PareidoliaException>(sampling.Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_cut_off_is_never_drawn_and_the_rest_as_often_as_it_is_likely()
    {
        float[] logits = [MathF.Log(0.5f), MathF.Log(0.3f), MathF.Log(0.15f), MathF.Log(0.05f)];
        Assert.Equal([0.5, 0.3, 0.15, 0.05], Shares(new TokenSampling(), logits), Near);
        Assert.Equal([0.625, 0.375, 0, 0], Shares(new TokenSampling { TopK = 2 }, logits), Near);
        Assert.Equal([0.526, 0.316, 0.158, 0], Shares(new TokenSampling { TopP = 0.81 }, logits), Near);
        Assert.Equal([1.0, 0, 0, 0], Shares(new TokenSampling { TopP = 0.5 }, logits), Near);
        Assert.Equal([1.0, 0, 0, 0], Shares(new TokenSampling { Temperature = 0 }, logits), Near);
        // Squared and normalised: temperature one half.
        Assert.Equal([0.685, 0.247, 0.062, 0.007], Shares(new TokenSampling { Temperature = 0.5 }, logits), Near);
    }

    [Fact]
    public void A_penalty_makes_what_was_said_less_likely()
    {
        TokenSampling sampling = new() { Temperature = 0, RepetitionPenalty = 2 };
        Assert.Equal(1, sampling.Draw([3, 2, -1], [0], new TorchCpuGenerator(1)));
        Assert.Equal(1, sampling.Draw([-1, -1.5f, -4], [0], new TorchCpuGenerator(1)));
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 0.02;

    private static double[] Shares(TokenSampling sampling, float[] logits)
    {
        TorchCpuGenerator random = new(9);
        double[] counts = new double[logits.Length];
        for (int i = 0; i < 4000; i++)
            counts[sampling.Draw([.. logits], [], random)] += 1 / 4000.0;
        return counts;
    }
}
