using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Prompts for parts of the picture, against ComfyUI's rules written out.</summary>
public sealed class RegionTests
{
    [Theory]
    [InlineData(0, 0, 256, 512, false, 0, 0, 32, 64)]
    [InlineData(100, 30, 300, 2000, false, 12, 3, 49, 64)]            // whole cells, cut off at the edge
    [InlineData(0.5, 0.25, 0.5, 0.3, true, 32, 16, 64, 35)]           // 0.3 of 64 is 19 cells
    [InlineData(0.99, 0, 0.001, 1, true, 63, 0, 64, 64)]              // at least one cell
    public void Areas_are_whole_cells(double x, double y, double width, double height, bool shares, int left, int top, int right, int bottom) =>
        Assert.Equal(new CropRegion(left, top, right, bottom), new RegionArea(x, y, width, height, shares).Cells(64, 64, 8));

    [Theory]
    [InlineData(0, 0, 20, 40, 1)]
    [InlineData(10, 20, 30, 20, 0.7)]
    [InlineData(0, 0, 40, 40, 2)]
    [InlineData(37, 3, 3, 30, 1)]
    public void An_area_fades_out_towards_the_rest_of_the_picture(int left, int top, int width, int height, double strength)
    {
        using Scope scope = new();
        PromptRegion region = new("a cat") { Area = new RegionArea(left * 8, top * 8, width * 8, height * 8), Strength = strength };
        RegionWeights weights = RegionWeights.Of(region, 40, 40, 8, Backend.Cpu);
        // ComfyUI: multiply the rows and columns near each inner side by 1 / reach, 2 / reach ...
        double[,] expected = new double[height, width];
        for (int i = 0; i < height; i++)
            for (int j = 0; j < width; j++)
                expected[i, j] = strength;
        int down = Math.Min(8, height / 4), across = Math.Min(8, width / 4);
        for (int t = 0; t < down; t++)
            for (int j = 0; j < width; j++)
            {
                if (top != 0)
                    expected[t, j] *= (t + 1.0) / down;
                if (top + height < 40)
                    expected[height - 1 - t, j] *= (t + 1.0) / down;
            }
        for (int t = 0; t < across; t++)
            for (int i = 0; i < height; i++)
            {
                if (left != 0)
                    expected[i, t] *= (t + 1.0) / across;
                if (left + width < 40)
                    expected[i, width - 1 - t] *= (t + 1.0) / across;
            }
        Assert.Equal(expected.Cast<double>(), weights.Shares.ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Areas_are_averaged_with_the_whole_and_guided_away_from_the_negative_prompts_word_of_them()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        pipeline.Exact = true;
        PromptRegion left = new("a blue bird") { Area = new RegionArea(0, 0, 0.5, 1, InShares: true), Strength = 2 };
        PromptRegion low = new("a cat") { Area = new RegionArea(0, 32, 64, 32) };
        GenerateSettings settings = Settings(pipeline) with { Regions = [left, low] };
        Check(pipeline, settings, (network, x, t, text) =>
        {
            // Areas of 4 cells fade over one, which keeps all of its weight.
            Tensor birds = Weights(2, (_, column) => column < 4), cats = Weights(1, (row, _) => row >= 4), all = (birds + cats).Affine(1, 1);
            Tensor Mean(Func<Conditioning, EncodedText> of, IReadOnlyList<Conditioning> texts)
            {
                Tensor sum = network.Says(x, t, of(texts[0]));
                sum += network.Says(x.Slice(2, 0, 4), t, of(texts[1])).Pad(2, 0, 4) * birds;
                sum += network.Says(x.Slice(1, 4, 4), t, of(texts[2])).Pad(1, 4, 0) * cats;
                return sum / all;
            }
            Tensor negative = Mean(WrittenOut.Negative, text), prompted = Mean(WrittenOut.Prompt, text);
            return negative + (prompted - negative).Scale((float)settings.Guidance);
        });
    }

    [Fact]
    public void Masks_weigh_answers_to_the_whole_picture()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        pipeline.Exact = true;
        Image mask = new(8, 8, 1);
        for (int i = 0; i < 64; i++)
            mask.Pixels[i] = (byte)(i * 4);
        GenerateSettings settings = Settings(pipeline) with { Regions = [new PromptRegion("a blue bird") { Mask = mask, Strength = 0.8 }] };
        Check(pipeline, settings, (network, x, t, text) =>
        {
            Tensor weights = Field([.. mask.Pixels.Select(value => 0.8f * value / 255)]);
            Tensor negative = network.Says(x, t, WrittenOut.Negative(text[0]));
            Tensor prompted = (network.Says(x, t, WrittenOut.Prompt(text[0])) + (network.Says(x, t, WrittenOut.Prompt(text[1])) * weights))
                / weights.Affine(1, 1);
            return negative + (prompted - negative).Scale((float)settings.Guidance);
        });
    }

    [Fact]
    public void The_rectangle_around_a_mask_has_at_least_8_cells_of_a_side()
    {
        using Scope scope = new();
        Image mask = new(40, 40, 1);
        for (int y = 10; y < 30; y++)
            mask.Row(y)[20..25].Fill(255);
        PromptRegion region = new("a cat") { Mask = mask, BoundedByMask = true };
        RegionWeights weights = RegionWeights.Of(region, 40, 40, 8, Backend.Cpu);
        Assert.Equal(new CropRegion(20, 10, 28, 30), weights.Area);
        Assert.Equal(20 * 5, weights.Shares.ToArray().Sum(), 1e-3);
        Assert.Equal([1, 20, 8, 1], weights.Shares.Shape.ToArray());
    }

    [Fact]
    public void A_region_of_the_same_prompt_changes_nothing_where_it_is_seen_whole()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = Settings(pipeline);
        PromptRegion same = new(settings.Prompt) { Area = new RegionArea(0, 0, 1, 1, InShares: true), Strength = 3 };
        using Scope scope = new();
        WrittenOut.Same(WrittenOut.Run(pipeline, settings), WrittenOut.Run(pipeline, settings with { Regions = [same] }));
    }

    [Fact]
    public void A_picture_of_a_batch_is_the_same_alone()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        PromptRegion region = new("a cat") { Area = new RegionArea(0, 0, 0.75, 1, InShares: true) };
        GenerateSettings settings = Settings(pipeline) with { Regions = [region], Count = 2 };
        Image alone = pipeline.Generate(settings with { Seed = 6, Count = 1 })[0];
        IReadOnlyList<Image> both = pipeline.Generate(settings);
        Assert.Equal(alone.Pixels, both[1].Pixels, (a, b) => Math.Abs(a - b) <= 1);
        Assert.NotEqual(both[0].Pixels, both[1].Pixels);
    }

    [Fact]
    public void The_picture_says_so_and_nonsense_is_refused()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(pipeline);
        PromptRegion region = new("a cat, sleeping") { Area = new RegionArea(0, 0, 0.5, 1, InShares: true) };
        Image made = pipeline.Generate(settings with { Regions = [region] })[0];
        Assert.Equal("0,0,0.5,1,1: a cat, sleeping", Infotext.Parse(made.Texts[Infotext.Key]).Fields["Region 1"]);
        Refused("needs either an area or a mask", new PromptRegion("a cat"));
        Refused("lies outside of the picture", region with { Area = new RegionArea(70, 0, 8, 8) });
        Refused("The strength of a region is -1", region with { Strength = -1 });

        void Refused(string sentence, PromptRegion wrong) => Assert.Contains(sentence, Assert.Throws<PareidoliaException>(
            () => pipeline.Generate(settings with { Regions = [wrong] })).Message, StringComparison.Ordinal);
    }

    private delegate Tensor Written(WrittenOut network, Tensor x, double timestep, IReadOnlyList<Conditioning> texts);

    private static void Check(StableDiffusionPipeline pipeline, GenerateSettings settings, Written written)
    {
        using WrittenOut network = new(TinyModel.Lively);
        using Scope scope = new();
        List<Conditioning> texts = [.. new[] { settings.Prompt }.Concat(settings.Regions.Select(region => region.Prompt)).Select(
            prompt => pipeline.Encode([new PictureRequest(prompt, settings.Negative, 5)], settings with { Regions = [] }))];
        SamplingPlan plan = WrittenOut.Plan(TinyModel.Lively, settings, settings.Steps);
        Tensor expected = plan.Run((x, t) => new GuidedOutput(written(network, x, t, texts), x), plan.Start(WrittenOut.Noise(5, 8, 8)),
            (_, _) => throw new InvalidOperationException()).Finish();
        WrittenOut.Same(expected, WrittenOut.Run(pipeline, settings), 5e-5);
        texts.ForEach(text => text.Dispose());
    }

    private static Tensor Weights(float strength, Func<int, int, bool> inside) =>
        Field([.. Enumerable.Range(0, 64).Select(i => inside(i / 8, i % 8) ? strength : 0)]);

    private static Tensor Field(float[] values) => Tensor.From(values, [1, 8, 8, 1]);

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline) => pipeline.Defaults with
    {
        Prompt = "a red apple",
        Negative = "a house",
        Seed = 5,
        Width = 64,
        Height = 64,
        Sampler = SamplerChoice.Parse("euler"),
    };
}
