using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Token weights on encoded text, as the web UI's and ComfyUI's own code applies them.</summary>
public sealed class EmphasisGoldenTests
{
    public static TheoryData<string, string> Cases => GoldenCase.OnDevices("prompt_emphasis");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_act_as_in_each_tool(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        Backend on = GoldenCase.Device(device);
        using Scope scope = new();
        Tensor encoded = golden.Input("z", on), empty = golden.Input("z_empty", on), weights = golden.Input("multipliers", on);
        golden.Check("webui_original", Emphasis.Restored(encoded, weights));
        golden.Check("webui_no_norm", Emphasis.Scaled(encoded, weights));
        golden.Check("comfy", Emphasis.FromEmpty(encoded, empty, weights));
    }
}
