using Pareidolia.Adapters;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Text.Prompts;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Prompts of each dialect on their way to the network.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class PromptEncoderTests
{
    private const string Long = "a red apple, a green apple on a table, a sleeping cat, a blue bird and a red house, an emoji of a cat, a cat, a red house";

    [Theory]
    [InlineData(PromptDialect.Plain, 1)]
    [InlineData(PromptDialect.A1111, 2)]
    [InlineData(PromptDialect.ComfyUi, 2)]
    public void A_long_prompt_has_several_chunks(PromptDialect dialect, int least)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        using Conditioning conditioning = Encode(pipeline, dialect, Long);
        int tokens = Text(conditioning, 0).Shape[1], chunk = pipeline.PromptTokens + 2;
        Assert.Equal(0, tokens % chunk);
        Assert.True(least == 1 ? tokens == chunk : tokens >= least * chunk, $"{tokens} tokens");
    }

    [Theory]
    [InlineData(PromptDialect.A1111)]
    [InlineData(PromptDialect.ComfyUi)]
    public void Without_markup_the_dialects_say_what_plain_words_say(PromptDialect dialect)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        using Conditioning plain = Encode(pipeline, PromptDialect.Plain, "a red apple"), other = Encode(pipeline, dialect, "a red apple");
        Assert.Equal(Text(plain, 0).ToArray(), Text(other, 0).ToArray());
        using Conditioning weighted = Encode(pipeline, dialect, "a (red:1.4) apple");
        Assert.NotEqual(Text(plain, 0).ToArray(), Text(weighted, 0).ToArray());
    }

    [Fact]
    public void BREAK_begins_a_chunk()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        using Conditioning whole = Encode(pipeline, PromptDialect.A1111, "a cat BREAK a bird"), first = Encode(pipeline, PromptDialect.A1111, "a cat");
        using Scope scope = new();
        int chunk = pipeline.PromptTokens + 2;
        Assert.Equal(2 * chunk, Text(whole, 0).Shape[1]);
        Assert.Equal(Text(first, 0).ToArray(), Text(whole, 0).Slice(1, 0, chunk).ToArray());
    }

    [Fact]
    public void A_schedule_changes_the_text_at_its_step()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = pipeline.Defaults with { Dialect = PromptDialect.A1111, Steps = 4 };
        using Conditioning scheduled = pipeline.Encode([new PictureRequest("a [cat:bird:0.5]", "", 0)], settings);
        using Conditioning cat = pipeline.Encode([new PictureRequest("a cat", "", 0)], settings);
        using Conditioning bird = pipeline.Encode([new PictureRequest("a bird", "", 0)], settings);
        Assert.Equal(
            [Text(cat, 1).ToArray(), Text(cat, 1).ToArray(), Text(bird, 1).ToArray(), Text(bird, 1).ToArray()],
            Enumerable.Range(1, 4).Select(step => Text(scheduled, 1, step).ToArray()));
    }

    [Fact]
    public void Prompts_joined_by_AND_pull_each_with_its_weight()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Dialect = PromptDialect.A1111, Seed = 3 };
        Image Draw(string prompt) => pipeline.Generate(settings with { Prompt = prompt })[0];
        Image plain = Draw("a cat");
        Assert.Equal(plain.Pixels, Draw("a cat AND a bird :0").Pixels);
        Assert.NotEqual(plain.Pixels, Draw("a cat AND a bird :0.8").Pixels);
        // Halves of the same pull add up to it.
        Assert.All(plain.Pixels.Zip(Draw("a cat :0.5 AND a cat :0.5").Pixels), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, 1));
    }

    [Fact]
    public void Prompts_of_different_length_are_drawn_in_one_batch_as_alone()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Dialect = PromptDialect.A1111 };
        Image[] Draw(params PictureRequest[] batch)
        {
            using Conditioning conditioning = pipeline.Encode(batch, settings);
            using RunStart start = pipeline.Begin(pipeline.Noise(batch, settings), settings);
            using Tensor last = Scope.Detach(
                Pareidolia.Diffusion.DenoiseLoop.Finish(pipeline.Denoise(conditioning, start, settings, pipeline.Noise(batch, settings))));
            return [.. pipeline.Decode(new Latent(last))];
        }

        PictureRequest one = new("a cat", "", 1), two = new(Long, "a bird", 2);
        Image[] together = Draw(one, two);
        Assert.Equal(Draw(one)[0].Pixels, together[0].Pixels);
        Assert.Equal(Draw(two)[0].Pixels, together[1].Pixels);
    }

    [Theory]
    [InlineData(PromptDialect.A1111, "a zebra on a table")]
    [InlineData(PromptDialect.ComfyUi, "a embedding:zebra on a table")]
    public void Learned_words_are_rows_of_their_own(PromptDialect dialect, string prompt)
    {
        using TemporaryFolder folder = new();
        float[] row = LearnedRow("cat");
        Save(folder["zebra.safetensors"], "emb_params", [1, row.Length], row);
        AdapterChoice adapters = new() { Embeddings = folder.Path };
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Folder), adapters: adapters);
        using Conditioning learned = Encode(pipeline, dialect, prompt), plain = Encode(pipeline, PromptDialect.Plain, "a cat on a table");
        Assert.Equal(Text(plain, 0).ToArray(), Text(learned, 0).ToArray());
    }

    [Fact]
    public void A_learned_word_of_another_family_is_refused_by_name_and_width()
    {
        using TemporaryFolder folder = new();
        Save(folder["zebra.safetensors"], "emb_params", [1, 5], new float[5]);
        AdapterChoice adapters = new() { Embeddings = folder.Path };
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Folder), adapters: adapters);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Encode(pipeline, PromptDialect.ComfyUi, "embedding:zebra"));
        Assert.Contains("'emb_params' of 5 numbers", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<PareidoliaException>(() => Encode(pipeline, PromptDialect.ComfyUi, "embedding:lion"));
        Assert.Contains("there are zebra", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_prompt_that_is_refused_leaves_nothing_behind()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        long before = TensorMemory.LiveBuffers;
        Assert.Throws<PareidoliaException>(() => pipeline.Encode(
            [new PictureRequest("a cat", "embedding:lion", 0)], pipeline.Defaults with { Dialect = PromptDialect.ComfyUi }));
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void Prompts_leave_nothing_behind()
    {
        long before = TensorMemory.LiveBuffers;
        using (StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder))
            _ = pipeline.Generate(pipeline.Defaults with { Dialect = PromptDialect.A1111, Prompt = "a [cat|bird] AND (a red house:1.2) :0.5", Negative = "[a:b:2]" });
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    /// <summary>Writes a file with one tensor.</summary>
    internal static void Save(string path, string name, long[] shape, float[] values) =>
        SafetensorsWriter.Write(path, [new SafetensorsSource(name, SafetensorsType.F32, shape, stream =>
            stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan())))]);

    private static Conditioning Encode(StableDiffusionPipeline pipeline, PromptDialect dialect, string prompt) =>
        pipeline.Encode([new PictureRequest(prompt, "", 0)], pipeline.Defaults with { Dialect = dialect, Guidance = 1 });

    private static Tensor Text(Conditioning conditioning, int row, int step = 1) => conditioning.RowsAt(step)[row].Text.Context;

    // The row of a word that is one token.
    private static float[] LearnedRow(string word)
    {
        int[] ids = [.. Pareidolia.Text.ClipTokenizer.Load(Path.Combine(TinyModel.Folder, "tokenizer")).Tokenize(word).Items.Select(token => token.Id)];
        using Pretrained<Pareidolia.Models.ClipTextModel> text = Pareidolia.Models.ClipTextModel.Load(Path.Combine(TinyModel.Folder, "text_encoder"));
        using Scope scope = new();
        return text.Model.Embed(Tensor.From([Assert.Single(ids)], [1, 1])).ToArray();
    }
}
