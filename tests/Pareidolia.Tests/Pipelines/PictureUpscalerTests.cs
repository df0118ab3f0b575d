using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Upscalers against a second writing of their architectures, in every layout; tiles against whole pictures.</summary>
public sealed class PictureUpscalerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(1, 2, 1, "basicsr")]
    [InlineData(2, 2, 1, "pth")]
    [InlineData(2, 2, 1, "trunk")]
    [InlineData(1, 2, 1, "numbered")]
    [InlineData(1, 1, 1, "numbered")]
    [InlineData(2, 3, 1, "numbered")]
    [InlineData(1, 0, 1, "numbered")]
    [InlineData(1, 2, 2, "basicsr")]
    [InlineData(1, 2, 4, "basicsr")]
    public void Rrdb_is_what_its_authors_describe_whatever_its_names_are(int blocks, int doublings, int fold, string layout)
    {
        RandomUpscaler made = RandomUpscaler.Rrdb(6, 4, blocks, doublings, fold);
        string file = layout switch
        {
            "pth" => made.SavePth(_folder["x.pth"]),
            "trunk" => made.Save(_folder["x.safetensors"], RandomUpscaler.TrunkName),
            "numbered" => made.Save(_folder["x.safetensors"], RandomUpscaler.NumberedName(blocks, doublings)),
            _ => made.Save(_folder["x.safetensors"]),
        };
        using UpscalingNetwork network = UpscalingNetwork.Load(file, Backend.Cpu);
        Assert.Equal((1 << doublings) / fold, network.Scale);
        double[][][] picture = Picture(8, 12);
        AssertNear(new PlainUpscaler(made.Weights).Rrdb(picture, blocks, doublings, fold), Run(network, picture));
    }

    [Theory]
    [InlineData(2, 3)]
    [InlineData(0, 1)]
    [InlineData(1, 4)]
    public void Compact_is_what_its_authors_describe(int layers, int scale)
    {
        RandomUpscaler made = RandomUpscaler.Compact(5, layers, scale);
        using UpscalingNetwork network = UpscalingNetwork.Load(made.SavePth(_folder["x.pth"]), Backend.Cpu);
        Assert.Equal(scale, network.Scale);
        double[][][] picture = Picture(7, 9);
        AssertNear(new PlainUpscaler(made.Weights).Compact(picture, layers, scale), Run(network, picture));
    }

    [Fact]
    public void Sides_that_do_not_fold_are_mirrored_and_cut()
    {
        RandomUpscaler made = RandomUpscaler.Rrdb(6, 4, 1, 2, 2);
        using UpscalingNetwork network = UpscalingNetwork.Load(made.Save(_folder["x.safetensors"]), Backend.Cpu);
        double[][][] odd = Picture(7, 9), even = [.. odd.Select(channel => Mirrored([.. channel.Select(Mirrored)]))];
        double[][][] whole = new PlainUpscaler(made.Weights).Rrdb(even, 1, 2, 2);
        AssertNear([.. whole.Select(channel => channel[..14].Select(row => row[..18]).ToArray())], Run(network, odd));

        T[] Mirrored<T>(T[] line) => [.. line, line[^2]];
    }

    [Fact]
    public void Tiles_of_a_network_that_sees_as_far_as_a_quarter_of_the_overlap_are_the_whole_picture()
    {
        // Two convolutions see two pixels to each side.
        using PictureUpscaler upscaler = PictureUpscaler.Load(RandomUpscaler.Compact(5, 0, 2).Save(_folder["x.safetensors"]));
        AssertTiled(upscaler, new Image(70, 45, 3, Bytes(70 * 45 * 3)), mostShades: 0);
    }

    [Fact]
    public void Tiles_of_a_deep_network_differ_little_and_without_a_seam()
    {
        using PictureUpscaler upscaler = PictureUpscaler.Load(RandomUpscaler.Rrdb(6, 4, 2, 2, 1).Save(_folder["x.safetensors"]));
        AssertTiled(upscaler, new Image(70, 45, 3, Bytes(70 * 45 * 3)), mostShades: 1);
    }

    [Fact]
    public void Tiles_of_folded_pixels_fold_the_same_ones()
    {
        // Each convolution sees four times as far as on single pixels.
        using PictureUpscaler upscaler = PictureUpscaler.Load(RandomUpscaler.Rrdb(6, 4, 1, 2, 4).Save(_folder["x.safetensors"]));
        AssertTiled(upscaler, new Image(301, 16, 3, Bytes(301 * 16 * 3)), mostShades: 1, tile: 200, overlap: 100);
    }

    [Theory]
    [InlineData(10, 0, 8)]
    [InlineData(100, 32, 8)]
    [InlineData(377, 192, 8)]
    [InlineData(1000, 64, 32)]
    [InlineData(33, 32, 0)]
    public void Spans_cover_an_axis_and_their_weights_add_up_to_one(int extent, int tile, int overlap)
    {
        IReadOnlyList<TileSpan> spans = TileSpan.Cut(extent, tile, overlap);
        Assert.Equal((0, extent), (spans[0].From, spans[^1].To));
        for (float place = 0.25f; place < extent; place += 0.5f)
        {
            Assert.Equal(1, spans.Sum(span => span.Weight(place)), 5);
            Assert.All(spans.Where(span => span.Weight(place) > 0), span => Assert.InRange(place, span.From, span.To));
        }
    }

    [Fact]
    public void A_size_is_reached_by_repeating_and_resizing()
    {
        using PictureUpscaler upscaler = PictureUpscaler.Load(RandomUpscaler.Compact(5, 0, 2).Save(_folder["net.safetensors"]));
        Image small = new(12, 8, 3, Bytes(12 * 8 * 3));
        Image twice = upscaler.Upscale(upscaler.Upscale(small));
        Assert.Equal(Resize.To(twice, 40, 30).Pixels, upscaler.UpscaleTo(small, 40, 30).Pixels);
        Assert.Equal("net", upscaler.Name);
    }

    [Theory]
    [InlineData("lanczos", Resampling.Lanczos)]
    [InlineData("Nearest", Resampling.Nearest)]
    [InlineData("bicubic", Resampling.Bicubic)]
    public void Plain_resampling_needs_no_file(string name, Resampling resampling)
    {
        using PictureUpscaler upscaler = PictureUpscaler.Load(name);
        Image small = new(12, 8, 3, Bytes(12 * 8 * 3));
        Assert.Equal(Resize.To(small, 24, 16, resampling).Pixels, upscaler.Upscale(small).Pixels);
        Assert.Equal(Resize.To(small, 30, 20, resampling).Pixels, upscaler.UpscaleTo(small, 30, 20).Pixels);
    }

    [Fact]
    public void The_shipped_kind_of_upscaler_loads_from_its_folder()
    {
        using PictureUpscaler upscaler = PictureUpscaler.Load(Path.Combine(TinyModel.Folder, "upscaler"));
        Image large = upscaler.Upscale(new Image(9, 5, 3, Bytes(9 * 5 * 3)));
        Assert.Equal((2, 18, 10), (upscaler.Scale, large.Width, large.Height));
    }

    [Theory]
    [InlineData("conv_hr.bias", "conv_hr.bias' [6] is missing")]
    [InlineData("body.0.rdb2.conv3.weight", "body.0.rdb2.conv3.weight")]
    [InlineData("conv_first.weight", "conv_first.weight")]
    public void An_incomplete_file_is_refused_by_the_tensor_that_lacks(string lost, string message)
    {
        string file = RandomUpscaler.Rrdb(6, 4, 1, 2, 1).Save(_folder["x.safetensors"], name => name == lost ? "gone" : name);
        Assert.Contains(message, Refusal(file), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_upscaler_is_refused_in_a_sentence()
    {
        string unknown = RandomUpscaler.Compact(5, 0, 2).Save(_folder["x.safetensors"], name => "odd." + name);
        Assert.EndsWith("is of no kind that is known here; an upscaler of the ESRGAN family (RRDB or compact) is needed.", Refusal(unknown), StringComparison.Ordinal);
        Assert.Contains("an autoencoder (VAE) alone", Refusal(Path.Combine(TinyModel.Folder, "vae", "diffusion_pytorch_model.safetensors")), StringComparison.Ordinal);
        // ESRGAN+ has one more convolution.
        Func<string, string> numbered = RandomUpscaler.NumberedName(1, 2);
        string variant = RandomUpscaler.Rrdb(6, 4, 1, 2, 1).Save(
            _folder["y.safetensors"], name => name == "conv_up1.bias" ? "model.1.sub.0.RDB1.conv1x1.weight" : numbered(name));
        Assert.Contains("\"model.1.sub.0.RDB1.conv1x1.weight\" belongs to no layer", Refusal(variant).Replace('\'', '"'), StringComparison.Ordinal);
        Assert.Contains("Cannot read", Refusal(_folder["none.pth"]), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static string Refusal(string file) => Assert.Throws<PareidoliaException>(() => PictureUpscaler.Load(file)).Message;

    private static void AssertTiled(PictureUpscaler upscaler, Image small, int mostShades, int tile = 32, int overlap = 16)
    {
        Image whole = upscaler.Upscale(small, tile: 0), tiled = upscaler.Upscale(small, tile, overlap);
        Assert.True(whole.Pixels.Distinct().Count() > 100, "A picture of few shades shows no seam.");
        int most = whole.Pixels.Zip(tiled.Pixels, (a, b) => Math.Abs(a - b)).Max();
        Assert.InRange(most, 0, mostShades);
    }

    private static double[][][] Picture(int h, int w)
    {
        System.Random random = new(3);
        return [.. Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, h).Select(_ => Enumerable.Range(0, w).Select(_ => (double)random.NextSingle()).ToArray()).ToArray())];
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new System.Random(4).NextBytes(bytes);
        return bytes;
    }

    private static Tensor Run(UpscalingNetwork network, double[][][] picture)
    {
        (int h, int w) = (picture[0].Length, picture[0][0].Length);
        float[] pixels = new float[h * w * 3];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (float)picture[i % 3][i / 3 / w][i / 3 % w];
        using Tensor input = Tensor.From(pixels, [1, h, w, 3]);
        return network.Enlarge(input);
    }

    private static void AssertNear(double[][][] expected, Tensor actual)
    {
        using (actual)
        {
            (int h, int w) = (expected[0].Length, expected[0][0].Length);
            Assert.Equal([1, h, w, 3], actual.Shape);
            float[] values = actual.ToArray();
            double largest = expected.SelectMany(channel => channel.SelectMany(row => row)).Max(Math.Abs);
            for (int i = 0; i < values.Length; i++)
                Assert.InRange(Math.Abs(values[i] - expected[i % 3][i / 3 / w][i / 3 % w]), 0, 1e-5 * largest);
        }
    }
}
