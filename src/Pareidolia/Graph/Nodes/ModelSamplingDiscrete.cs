using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;

namespace Pareidolia.Graph.Nodes;

/// <summary>What a model's output means.</summary>
internal sealed record ModelSamplingDiscrete() : Node("ModelSamplingDiscrete", "ModelSamplingDiscrete", "advanced/model", "Says what a model predicts, where its file does not, and whether its noise ends in noise alone.")
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();
    private static readonly ChoiceInput s_sampling = new("sampling", "eps", "v_prediction", "lcm", "x0", "img_to_img");
    private static readonly FlagInput s_zero = new("zsnr", false) { Tooltip = "Whether the noise schedule was rescaled to end in noise alone." };

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; } = [s_model, s_sampling, s_zero];

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        string prediction = inputs.Of(s_sampling) switch
        {
            "eps" => "epsilon",
            "x0" => "sample",
            string same => same,
        };
        string config = $$"""{"prediction_type": "{{prediction}}", "rescale_betas_zero_snr": {{(inputs.Of(s_zero) ? "true" : "false")}}}""";
        return new NodeResult(model with { Patches = model.Patches with { Scheduler = config } });
    }
}
