using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Repainting as the web UI has it, and drawing on beyond a picture's edges.</summary>
public sealed class InpaintTests
{
    // Worked out by hand from the web UI's rules: bounds, padding, the shape of the run, moved into the picture.
    [Theory]
    [InlineData(40, 20, 60, 30, 4, 32, 32, 36, 11, 64, 39)]       // 28 x 18 grows by 10 rows
    [InlineData(40, 20, 60, 30, 4, 32, 16, 32, 16, 68, 34)]       // 28 x 18 grows to 36 columns
    [InlineData(0, 0, 10, 30, 0, 32, 32, 0, 0, 30, 30)]           // 20 columns more, from the edge inwards
    [InlineData(90, 50, 100, 60, 8, 64, 32, 64, 42, 100, 60)]     // the far corner
    [InlineData(10, 10, 90, 20, 0, 16, 64, 10, 0, 90, 60)]        // higher than the picture: all of it
    public void The_part_that_is_drawn_is_the_web_UIs(
        int left, int top, int right, int bottom, int padding, int width, int height, int x1, int y1, int x2, int y2)
    {
        Image mask = new(100, 60, 1);
        for (int y = top; y < bottom; y++)
            mask.Row(y)[left..right].Fill(255);
        Assert.Equal(new CropRegion(x1, y1, x2, y2), CropRegion.Of(mask, padding, width, height));
    }

    [Fact]
    public void Only_the_masked_part_is_drawn_and_the_picture_keeps_its_size()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(100, 60);
        GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, picture, Box(100, 60, 40, 20, 60, 30), new MaskRules { OnlyMasked = true, Padding = 4 });
        Image made = pipeline.Generate(settings)[0];
        Assert.Equal((100, 60), (made.Width, made.Height));
        Assert.Equal(picture.Crop(0, 0, 40, 60).Pixels, made.Crop(0, 0, 40, 60).Pixels);
        Assert.Equal(picture.Crop(0, 30, 100, 30).Pixels, made.Crop(0, 30, 100, 30).Pixels);
        Assert.NotEqual(picture.Crop(40, 20, 20, 10).Pixels, made.Crop(40, 20, 20, 10).Pixels);
        Assert.Contains("Inpaint area: Only masked, Masked area padding: 4", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_laid_back_is_what_a_run_of_the_cut_part_makes()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(100, 60), mask = Box(100, 60, 38, 14, 62, 36);
        GenerateSettings only = Settings(pipeline, NoiseMode.WebUiCpu, picture, mask, new MaskRules { OnlyMasked = true, Padding = 4 });
        // The part is 32 x 30, grown to 32 x 32: as large as the run, so nothing is resized.
        GenerateSettings cut = Settings(pipeline, NoiseMode.WebUiCpu, picture.Crop(34, 9, 32, 32), mask.Crop(34, 9, 32, 32), new MaskRules());
        Assert.Equal(pipeline.Generate(cut)[0].Pixels, pipeline.Generate(only)[0].Crop(34, 9, 32, 32).Pixels);
    }

    [Fact]
    public void A_softened_mask_mixes_the_pixels_at_its_edge()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(32, 32), mask = Box(32, 32, 16, 0, 32, 32);
        GenerateSettings settings = Settings(pipeline, NoiseMode.Diffusers, picture, mask, new MaskRules { Blur = 2 });
        Image made = pipeline.Generate(settings)[0];
        Image white = new(32, 32, 3), soft = Blur.Gaussian(MaskPicture.Of(mask), 2);
        Array.Fill(white.Pixels, (byte)255);
        Image back = new PreparedSource(settings.Source!, settings).PutBack(white);
        Assert.Equal(Enumerable.Range(0, 32 * 32).Select(i => (byte)((255 * soft.Pixels[i] + picture.Pixels[3 * i] * (255 - soft.Pixels[i]) + 127) / 255)),
            Enumerable.Range(0, 32 * 32).Select(i => back.Pixels[3 * i]));
        Assert.Equal(picture.Crop(0, 0, 10, 32).Pixels, made.Crop(0, 0, 10, 32).Pixels);
        Assert.Contains("Mask blur: 2", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void An_inverted_mask_is_the_mask_of_the_rest()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(32, 32);
        Image left = pipeline.Generate(Settings(pipeline, NoiseMode.WebUiCpu, picture, Box(32, 32, 0, 0, 16, 32), new MaskRules()))[0];
        Image right = pipeline.Generate(
            Settings(pipeline, NoiseMode.WebUiCpu, picture, Box(32, 32, 16, 0, 32, 32), new MaskRules { Inverted = true }))[0];
        Assert.Equal(left.Pixels, right.Pixels);
        Assert.Contains("Mask mode: Inpaint not masked", right.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MaskedContent.Noise)]
    [InlineData(MaskedContent.Nothing)]
    public void The_masked_latents_begin_as_noise_or_as_nothing(MaskedContent content)
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        using Scope scope = new();
        Tensor plain = Known(pipeline, MaskedContent.Original), made = Known(pipeline, content);
        float[] noise = new float[4 * 4 * 4];                                                          // channels first
        new TorchCpuGenerator(3).Randn(noise);
        (float[] was, float[] now) = (plain.ToArray(), made.ToArray());                                // [4, 4, 4], channels last
        for (int i = 0; i < now.Length; i++)
        {
            (int row, int column, int channel) = (i / 16, i / 4 % 4, i % 4);
            float hole = content == MaskedContent.Noise ? noise[(channel * 16) + (row * 4) + column] : 0;
            Assert.Equal(column < 2 ? was[i] : hole, now[i], 1e-6f);
        }
    }

    [Fact]
    public void Fill_shows_the_network_the_colours_around_the_hole()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        GenerateSettings settings = Settings(
            pipeline, NoiseMode.WebUiCpu, Pattern(32, 32), Box(32, 32, 16, 0, 32, 32), new MaskRules { Content = MaskedContent.Fill });
        (Image seen, Image? mask) = new PreparedSource(settings.Source!, settings).At(32, 32);
        Assert.Equal(HoleFill.Fill(Pattern(32, 32), mask!).Pixels, seen.Pixels);
        Assert.Contains("Masked content: fill", pipeline.Generate(settings)[0].Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void A_soft_mask_keeps_its_shades_in_the_web_UIs_runs()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image grey = new(32, 32, 1);
        Array.Fill(grey.Pixels, (byte)102);
        Assert.Equal(0, Mask(new MaskRules()), 1e-6);
        Assert.Equal(0.4, Mask(new MaskRules { Soft = true }), 1e-6);

        double Mask(MaskRules rules)
        {
            GenerateSettings settings = Settings(pipeline, NoiseMode.WebUiCpu, Pattern(32, 32), grey, rules);
            using RunStart start = pipeline.Begin(pipeline.Noise([.. settings.Pictures()], settings), settings);
            return start.Mask!.ToArray().Average();
        }
    }

    [Fact]
    public void A_mask_that_grows_is_ComfyUIs()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(32, 32);
        GenerateSettings settings = Settings(pipeline, NoiseMode.ComfyUi, picture, Box(32, 32, 12, 8, 20, 20), new MaskRules { Grow = 6 });
        (Image seen, Image? mask) = new PreparedSource(settings.Source!, settings).At(32, 32);
        Assert.Equal([128, 128, 128], seen.Pixel(12, 8).ToArray());
        Assert.Equal(picture.Pixel(11, 8).ToArray(), seen.Pixel(11, 8).ToArray());
        Assert.Equal((10, 6, 23, 23), MaskPicture.Bounds(mask!));                                      // 2 up and left, 3 down and right
        Assert.Contains("Grow mask by: 6", pipeline.Generate(settings)[0].Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 0, 0, 16, 5)]
    [InlineData(0, 24, 0, 0, 40)]                                                                      // too wide to fade
    public void New_margins_are_masked_as_ComfyUI_masks_them(int left, int top, int right, int bottom, int feather)
    {
        Image picture = Pattern(24, 32);
        SourcePicture source = new OutpaintMargins(left, top, right, bottom, feather).Around(picture);
        Assert.Equal((24 + left + right, 32 + top + bottom), (source.Picture.Width, source.Picture.Height));
        Assert.Equal(picture.Pixels, source.Picture.Crop(left, top, 24, 32).Pixels);
        for (int y = 0; y < source.Picture.Height; y++)
            for (int x = 0; x < source.Picture.Width; x++)
                Assert.Equal(Padded(x - left, y - top), source.Mask!.Pixel(x, y)[0] / 255.0, 0.003);

        double Padded(int j, int i)
        {
            if (i < 0 || j < 0 || i >= 32 || j >= 24)
                return 1;
            if (feather * 2 >= 32 || feather * 2 >= 24)
                return 0;
            int d = new[] { top != 0 ? i : 32, bottom != 0 ? 32 - i : 32, left != 0 ? j : 24, right != 0 ? 24 - j : 24 }.Min();
            return d >= feather ? 0 : Math.Pow((double)(feather - d) / feather, 2);
        }
    }

    [Fact]
    public void Margins_grow_to_what_the_model_can_draw()
    {
        Assert.Equal(new OutpaintMargins(12, 0, 0, 4), new OutpaintMargins(8).For(Pattern(20, 28), 16));
        Assert.Equal(new OutpaintMargins(8, 4, 4, 0), new OutpaintMargins(8, 2, 1).For(Pattern(20, 28), 32));
        Assert.Equal(new OutpaintMargins(0, 0, 12, 0), new OutpaintMargins(0, 0, 8).For(Pattern(20, 32), 16));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(9)]
    public void A_picture_is_drawn_on_by_models_of_4_and_9_channels(int channels)
    {
        using TemporaryFolder folder = new();
        TinyModel.CopyTo(folder);
        TinyModel.WithChannels(folder, channels);
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(folder.Path);
        Image picture = Pattern(24, 32);
        SourcePicture source = new OutpaintMargins(Right: 8, Feather: 0).Around(picture) with { Masking = new MaskRules { Content = MaskedContent.Fill } };
        Image made = pipeline.Generate(pipeline.Defaults with { Prompt = "a red apple", Source = source })[0];
        Assert.Equal(picture.Pixels, made.Crop(0, 0, 24, 32).Pixels);
        Assert.NotEqual(source.Picture.Crop(24, 0, 8, 32).Pixels, made.Crop(24, 0, 8, 32).Pixels);
        Assert.Contains("Outpaint: \"left=0,top=0,right=8,bottom=0,feather=0\"", made.Texts[Infotext.Key], StringComparison.Ordinal);
    }

    [Fact]
    public void What_makes_no_sense_is_refused_in_a_sentence()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder);
        Image picture = Pattern(32, 32);
        Refused("the mask is black everywhere", Settings(pipeline, NoiseMode.WebUiCpu, picture, new Image(32, 32, 1), new MaskRules { OnlyMasked = true }));
        Refused("Mask blur is 65; a number from 0 to 64", Settings(pipeline, NoiseMode.WebUiCpu, picture, picture, new MaskRules { Blur = 65 }));
        Refused("there is no mask", Settings(pipeline, NoiseMode.WebUiCpu, picture, null, new MaskRules { Blur = 4 }));
        Assert.Contains("no margins", Assert.Throws<PareidoliaException>(() => new OutpaintMargins().Around(picture)).Message, StringComparison.Ordinal);
        Assert.Contains("left is -1", Assert.Throws<PareidoliaException>(() => new OutpaintMargins(-1).Around(picture)).Message, StringComparison.Ordinal);

        void Refused(string sentence, GenerateSettings settings) => Assert.Contains(
            sentence, Assert.Throws<PareidoliaException>(() => pipeline.Generate(settings)).Message, StringComparison.Ordinal);
    }

    private static Tensor Known(StableDiffusionPipeline pipeline, MaskedContent content)
    {
        GenerateSettings settings = Settings(
            pipeline, NoiseMode.WebUiCpu, Pattern(32, 32), Box(32, 32, 16, 0, 32, 32), new MaskRules { Content = content });
        // Only the latents: what "fill" shows the network is another matter.
        SourcePixels pixels = SourcePixels.Of(
            new PreparedSource(settings.Source! with { Masking = new MaskRules() }, settings), 16, 16, Backend.Cpu);
        PictureNoise noise = pipeline.Noise([.. settings.Pictures()], settings);
        using RunStart start = pipeline.Begin(noise.Start, settings, pixels, noise.Unvaried);
        return start.Known!.Clone();
    }

    private static GenerateSettings Settings(StableDiffusionPipeline pipeline, NoiseMode mode, Image picture, Image? mask, MaskRules rules) =>
        pipeline.Defaults with
        {
            Prompt = "a red apple",
            Seed = 3,
            Noise = new NoiseSettings { Mode = mode },
            Sampler = SamplerChoice.Parse("euler"),
            Source = new SourcePicture(picture) { Mask = mask, Masking = rules },
        };

    private static Image Box(int width, int height, int left, int top, int right, int bottom)
    {
        Image mask = new(width, height, 1);
        for (int y = top; y < bottom; y++)
            mask.Row(y)[left..right].Fill(255);
        return mask;
    }

    private static Image Pattern(int width, int height)
    {
        Image image = new(width, height);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < 3; c++)
                    image.Pixel(x, y)[c] = (byte)((x * 7) + (y * 5) + (c * 53));
        return image;
    }
}
