using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Adapters;

/// <summary>diffusers' ControlNetModel, what it sees and says, and the UNet that hears it.</summary>
public sealed partial class ControlNetGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("controlnet");

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_says_what_diffusers_says(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        JsonConfig config = JsonConfig.Load(Path.Combine(golden.Folder, "config.json"));
        UNet2DConditionConfig control = ControlNetFile.ConfigOf(config.Section("controlnet")!);
        int[] hint = [.. config.Section("controlnet")!.Ints("conditioning_embedding_out_channels")];
        using WeightStore store = WeightStore.Load(Path.Combine(golden.Folder, "model.safetensors"), GoldenCase.Device(device));
        (ControlNetModel net, UNet2DConditionModel unet) = store.Build(root => (
            new ControlNetModel(control, hint, root["controlnet"]),
            new UNet2DConditionModel(UNet2DConditionConfig.FromJson(config.Section("unet")!), root["unet"])));
        Check(golden, net, unet, store.Device);
    }

    private static void Check(GoldenCase golden, ControlNetModel net, UNet2DConditionModel unet, Backend device)
    {
        using Scope scope = new();
        Tensor sample = golden.Input("sample", device, Layout.ChannelsLast), text = golden.Input("encoder_hidden_states", device);
        float[] time = golden.Inputs["timestep"].ToSingle();
        UNetExtras extras = new() { TextEmbeds = Optional(golden, "text_embeds", device), TimeIds = Optional(golden, "time_ids", device) };
        Tensor seen = net.See(golden.Input("controlnet_cond", device, Layout.ChannelsLast));
        golden.Check("cond_embedding", seen, Layout.ChannelsLast);
        ControlResiduals said = net.Forward(sample, time, text, seen, WeightOf(golden), extras);
        for (int i = 0; i < said.Down.Count; i++)
            golden.Check($"down{i}", said.Down[i], Layout.ChannelsLast);
        golden.Check("mid", said.Mid, Layout.ChannelsLast);
        golden.Check("unet_without", unet.Forward(sample, time, text, extras), Layout.ChannelsLast);
        golden.Check("unet_with_control", unet.Forward(sample, time, text, extras with { Control = said }), Layout.ChannelsLast);
    }

    private static Tensor? Optional(GoldenCase golden, string key, Backend device) =>
        golden.Inputs.ContainsKey(key) ? golden.Input(key, device) : null;

    // The case tells it in its words alone.
    private static double WeightOf(GoldenCase golden)
    {
        if (golden.Config.TryGetProperty("conditioning_scale", out JsonElement scale))
            return scale.GetDouble();
        Match told = Scale().Match(golden.Description.GetProperty("what").GetString()!);
        return told.Success ? double.Parse(told.Groups["scale"].Value, CultureInfo.InvariantCulture) : 1;
    }

    [GeneratedRegex(@"conditioning_scale (?<scale>[0-9.]*[0-9])")]
    private static partial Regex Scale();
}
