using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Docs;

/// <summary>The code of docs/ways.md.</summary>
public sealed class WaysPage
{
    [Fact]
    public void Ways_page()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Folder), refiner = StableDiffusionPipeline.Load(TinyModel.Lively);

        GenerateSettings settings = pipeline.Defaults with
        {
            Prompt = "a red apple",
            Hires = new HiresFix { Scale = 1.5, Upscaler = "Latent (bicubic)", Strength = 0.6 },                 // a second, larger pass
            Refiner = new RefinerHandOver(refiner, SwitchAt: 0.8),                                              // another model for the end
            Tiling = Tiling.X,                                                                                  // left and right edge meet
            Regions = [new PromptRegion("a blue bird") { Area = new RegionArea(0, 0, 0.5, 1, InShares: true) }], // the left half
        };
        Image drawn = pipeline.Generate(settings)[0];
        SourcePicture source = new OutpaintMargins(Left: 16, Feather: 4).Around(drawn) with { Masking = new MaskRules { Content = MaskedContent.Fill } };
        Image wider = pipeline.Generate(pipeline.Defaults with { Prompt = "a red apple", Source = source, Width = source.Picture.Width, Height = source.Picture.Height })[0];

        Assert.Equal((48, 48), (drawn.Width, drawn.Height));
        Assert.Equal(drawn.Crop(4, 0, 44, 48).Pixels, wider.Crop(20, 0, 44, 48).Pixels);
    }
}
