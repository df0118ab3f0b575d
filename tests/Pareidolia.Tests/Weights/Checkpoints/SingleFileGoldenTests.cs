using System.Text.Json.Nodes;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Weights.Checkpoints;

/// <summary>Single files in the original layout give the outputs of diffusers.</summary>
public sealed class SingleFileGoldenTests
{
    public static TheoryData<string, string> Sd => GoldenCase.OnDevices("sd_single_file");

    public static TheoryData<string, string> Sdxl => GoldenCase.OnDevices("sdxl_single_file");

    public static TheoryData<string> All => [.. GoldenCase.NamesOfKind("sd_single_file"), .. GoldenCase.NamesOfKind("sdxl_single_file")];

    [Theory]
    [MemberData(nameof(Sd))]
    [MemberData(nameof(Sdxl))]
    public void Unet_and_autoencoder(string name, string device)
    {
        using GoldenCheckpoint checkpoint = new(name);
        using Scope scope = new();
        SingleFileModel model = new(checkpoint.File, checkpoint.Options);
        GoldenCase golden = checkpoint.Case;
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(model.Component("unet"), GoldenCase.Device(device));
        UNetExtras extras = new() { TextEmbeds = Optional(golden, "text_embeds", unet.Weights.Device), TimeIds = Optional(golden, "time_ids", unet.Weights.Device) };
        float[] times = [.. golden.Inputs["timestep"].ToInt64().Select(time => (float)time)];
        CheckPicture(golden, "unet", unet.Model.Forward(Picture(golden, "sample", unet.Weights.Device), times,
            golden.Input("encoder_hidden_states", unet.Weights.Device), extras));
        using Pretrained<AutoencoderKl> vae = AutoencoderKl.Load(model.Component("vae"), GoldenCase.Device(device));
        CheckPicture(golden, "vae_decoded", vae.Model.Decode(Picture(golden, "latent", vae.Weights.Device)));
        if (!golden.Inputs.ContainsKey("image"))
            return;
        LatentDistribution latent = vae.Model.Encode(Picture(golden, "image", vae.Weights.Device));
        CheckPicture(golden, "vae_moments", Tensor.Concat(-1, latent.Mean, latent.LogVariance));
    }

    [Theory]
    [MemberData(nameof(Sd))]
    public void Text_encoder(string name, string device)
    {
        using GoldenCheckpoint checkpoint = new(name);
        using Scope scope = new();
        using Pretrained<ClipTextModel> text = Text(checkpoint, "text_encoder", device);
        checkpoint.Case.Check("text", Read(checkpoint.Case, text).LastHidden);
    }

    [Theory]
    [MemberData(nameof(Sdxl))]
    public void Two_text_encoders(string name, string device)
    {
        using GoldenCheckpoint checkpoint = new(name);
        using Scope scope = new();
        using Pretrained<ClipTextModel> first = Text(checkpoint, "text_encoder", device), second = Text(checkpoint, "text_encoder_2", device);
        checkpoint.Case.Check("text1_penultimate", Read(checkpoint.Case, first).Penultimate);
        ClipTextOutput output = Read(checkpoint.Case, second);
        checkpoint.Case.Check("text2_penultimate", output.Penultimate);
        checkpoint.Case.Check("text2_embeds", output.Embeds!);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_key_becomes_what_the_map_says(string name)
    {
        using GoldenCheckpoint checkpoint = new(name);
        SingleFileModel model = new(checkpoint.File, checkpoint.Options);
        Assert.Empty(model.Unclaimed);
        Assert.SkipWhen(checkpoint.KeyMap is null, $"{name}: the selection of golden cases has no key map of it.");
        HashSet<string> expected = [.. checkpoint.KeyMap.SelectMany(row => row.Value is JsonArray parts
            ? parts.Select(part => part!.GetValue<string>())
            : [row.Value!.GetValue<string>()])];
        HashSet<string> actual = [];
        foreach (string part in model.Names.Where(part => model.Component(part).HasWeights))
        {
            using StoredWeights weights = model.Component(part).OpenWeights();
            actual.UnionWith(weights.Names.Select(key => $"{part}/{key}"));
        }
        // position_ids are a buffer that newer code does not have.
        Assert.Equal(expected.Order(), actual.Where(key => !key.EndsWith("position_ids", StringComparison.Ordinal)).Order());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void What_shapes_tell_is_what_the_config_says(string name)
    {
        using GoldenCheckpoint checkpoint = new(name);
        SingleFileModel told = new(checkpoint.File, checkpoint.Options), inferred = new(checkpoint.File);
        UNet2DConditionConfig unet = UNet2DConditionConfig.FromJson(told.Component("unet").Config);
        Assert.Equivalent(unet, UNet2DConditionConfig.FromJson(inferred.Component("unet").Config) with
        {
            SampleSize = unet.SampleSize,
            AttentionHeads = unet.AttentionHeads,
            NormNumGroups = unet.NormNumGroups,
        }, strict: true);
        AutoencoderKlConfig vae = AutoencoderKlConfig.FromJson(told.Component("vae").Config);
        Assert.Equivalent(vae, AutoencoderKlConfig.FromJson(inferred.Component("vae").Config) with
        {
            SampleSize = vae.SampleSize,
            NormNumGroups = vae.NormNumGroups,
        }, strict: true);
        foreach (string part in told.Names.Where(part => part.StartsWith("text", StringComparison.Ordinal)))
        {
            ClipTextConfig text = ClipTextConfig.FromJson(told.Component(part).Config);
            ClipTextConfig shapes = ClipTextConfig.FromJson(inferred.Component(part).Config);
            int projection = shapes.WithProjection ? shapes.ProjectionDim : text.ProjectionDim;
            Assert.Equal(text with { ProjectionDim = projection }, shapes with { NumAttentionHeads = text.NumAttentionHeads, ProjectionDim = projection });
        }
    }

    private static Pretrained<ClipTextModel> Text(GoldenCheckpoint checkpoint, string part, string device) =>
        ClipTextModel.Load(new SingleFileModel(checkpoint.File, checkpoint.Options).Component(part), GoldenCase.Device(device));

    private static ClipTextOutput Read(GoldenCase golden, Pretrained<ClipTextModel> text)
    {
        GoldenTensor ids = golden.Inputs["input_ids"];
        return text.Model.Forward(Tensor.From(Array.ConvertAll(ids.ToInt64(), id => (int)id), new Shape(ids.Shape), text.Weights.Device));
    }

    private static Tensor Picture(GoldenCase golden, string input, Backend device) => golden.Input(input, device, Layout.ChannelsLast);

    private static Tensor? Optional(GoldenCase golden, string input, Backend device) =>
        golden.Inputs.ContainsKey(input) ? golden.Input(input, device) : null;

    private static void CheckPicture(GoldenCase golden, string output, Tensor actual) => golden.Check(output, actual, Layout.ChannelsLast);
}
