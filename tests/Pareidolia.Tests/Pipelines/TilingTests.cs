using Pareidolia.Diffusion;
using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Nn;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Pictures that continue themselves: what is moved around the edge before comes out moved around the edge.</summary>
public sealed class TilingTests
{
    [Theory]
    [InlineData(Tiling.Both, 1, 2)]
    [InlineData(Tiling.X, 0, 1)]
    [InlineData(Tiling.Y, 3, 0)]
    public void Rolled_latents_are_rolled_pictures(Tiling tiling, int down, int across)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        pipeline.Exact = true;
        using Scope scope = new();
        Tensor latent = WrittenOut.Noise(1, 6, 6);
        Image plain = Decoded(latent, tiling), rolled = Decoded(Rolled(latent, down, across), tiling);
        Near(Rolled(plain, down * pipeline.Factor, across * pipeline.Factor), rolled, 1);
        Assert.True(Difference(Rolled(Decoded(latent, Tiling.None), down * pipeline.Factor, across * pipeline.Factor),
            Decoded(Rolled(latent, down, across), Tiling.None)) > 1, "Without tiling there should be a seam.");

        Image Decoded(Tensor values, Tiling edges)
        {
            using Latent own = new(values.Clone());
            return pipeline.Decode(own, edges)[0];
        }
    }

    [Fact]
    public void A_network_of_one_axis_keeps_the_other_edges()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        using Scope scope = new();
        using Latent latent = new(WrittenOut.Noise(1, 6, 6)), rolled = new(Rolled(WrittenOut.Noise(1, 6, 6), 1, 0));
        Image x = pipeline.Decode(latent, Tiling.X)[0];
        Assert.True(Difference(Rolled(x, pipeline.Factor, 0), pipeline.Decode(rolled, Tiling.X)[0]) > 1, "The upper edge should be one.");
    }

    [Theory]
    [InlineData("sd-tiny")]
    [InlineData("sdxl-tiny")]
    public void A_run_from_rolled_noise_ends_in_a_rolled_picture(string model)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(Path.Combine(RepositoryRoot.Golden, model, "pipeline"));
        pipeline.Exact = true;
        GenerateSettings settings = pipeline.Defaults with
        {
            Prompt = "a red apple",
            Steps = 3,
            Width = 16 * pipeline.Factor,
            Height = 16 * pipeline.Factor,
            Tiling = Tiling.Both,
            Sampler = SamplerChoice.Parse("euler"),
        };
        // By as much as the UNet's bottom has pixels of.
        Image plain = Run(settings, 0), rolled = Run(settings, 8);
        Near(Rolled(plain, 8 * pipeline.Factor, 8 * pipeline.Factor), rolled, 1);
        Image edged = Run(settings with { Tiling = Tiling.None }, 0);
        Assert.True(Difference(Rolled(edged, 8 * pipeline.Factor, 8 * pipeline.Factor), Run(settings with { Tiling = Tiling.None }, 8)) > 0, "Edges should show.");

        Image Run(GenerateSettings asked, int cells)
        {
            using Scope scope = new();
            using Conditioning conditioning = pipeline.Encode([.. asked.Pictures()], asked);
            using RunStart start = new(new Latent(Rolled(WrittenOut.Noise(3, 16, 16), cells, cells)));
            using Latent final = new(pipeline.Denoise(conditioning, start, asked, pipeline.Noise([.. asked.Pictures()], asked)).Finish());
            return pipeline.Decode(final, asked.Tiling)[0];
        }
    }

    [Fact]
    public void A_convolution_reads_the_other_side()
    {
        using WeightStore store = WeightStore.Initialise(1);
        Conv2d conv = store.Build(weights => new Conv2d(1, 1, 3, weights["conv"], Window.Square(1, 1)));
        using Scope scope = new();
        float[] values = [.. Enumerable.Range(0, 20).Select(i => (float)Math.Sin(i))];
        Tensor x = Tensor.From(values, [1, 4, 5, 1]);
        float[] kernel = conv.Forward(Tensor.From([0f, 0, 0, 0, 1, 0, 0, 0, 0], [1, 3, 3, 1])).ToArray();     // mirrored, and the bias
        float bias = conv.Forward(Tensor.Zeros([1, 1, 1, 1])).ToArray()[0];
        using WrappedEdges open = new(columns: true, rows: true);
        float[] made = conv.Forward(x).ToArray();
        for (int i = 0; i < 20; i++)
        {
            double sum = bias;
            for (int k = 0; k < 9; k++)
                sum += (kernel[8 - k] - bias) * values[(((i / 5) + (k / 3) - 1 + 4) % 4 * 5) + (((i % 5) + (k % 3) - 1 + 5) % 5)];
            Assert.Equal(sum, made[i], 1e-5);
        }
    }

    [Fact]
    public void It_ends_with_the_run_even_one_that_is_left_or_fails_and_is_this_threads_alone()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings plain = pipeline.Defaults with { Prompt = "a red apple" }, tiled = plain with { Tiling = Tiling.Both };
        byte[] before = pipeline.Generate(plain)[0].Pixels;
        Image made = pipeline.Generate(tiled)[0];
        Assert.NotEqual(before, made.Pixels);
        using (Conditioning conditioning = pipeline.Encode([.. tiled.Pictures()], tiled))
        {
            PictureNoise noise = pipeline.Noise([.. tiled.Pictures()], tiled);
            using RunStart start = pipeline.Begin(noise, tiled);
            foreach (DenoiseStep _ in pipeline.Denoise(conditioning, start, tiled, noise))
            {
                Assert.False(WrappedEdges.Concern(Window.Square(1, 1)));
                break;
            }
        }
        Assert.ThrowsAny<Exception>(() => pipeline.Decode(new Latent(Tensor.Zeros([1, 4, 4, 3])), Tiling.Both));
        Assert.Equal(before, pipeline.Generate(plain)[0].Pixels);
        using WrappedEdges open = new(columns: true, rows: false);
        Assert.True(WrappedEdges.Concern(Window.Square(1, 1)));
        Assert.False(WrappedEdges.Concern(Window.Unit));
        bool elsewhere = true;
        Thread other = new(() => elsewhere = WrappedEdges.Concern(Window.Square(1, 1)));
        other.Start();
        other.Join();
        Assert.False(elsewhere);
        Assert.Contains("Tiling: True", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    private static Tensor Rolled(Tensor x, int down, int across)
    {
        (int h, int w) = (x.Shape[1], x.Shape[2]);
        (down, across) = (down % h, across % w);
        Tensor rows = down == 0 ? x : Tensor.Concat(1, x.Slice(1, h - down, down), x.Slice(1, 0, h - down));
        return across == 0 ? rows : Tensor.Concat(2, rows.Slice(2, w - across, across), rows.Slice(2, 0, w - across));
    }

    private static Image Rolled(Image image, int down, int across)
    {
        Image result = new(image.Width, image.Height, image.Channels);
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
                image.Pixel(x, y).CopyTo(result.Pixel((x + across) % image.Width, (y + down) % image.Height));
        return result;
    }

    private static void Near(Image expected, Image actual, int shades) =>
        Assert.InRange(Difference(expected, actual), 0, shades);

    private static int Difference(Image a, Image b) => a.Pixels.Zip(b.Pixels).Max(pair => Math.Abs(pair.First - pair.Second));
}
