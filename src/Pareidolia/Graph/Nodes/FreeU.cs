using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Values;
using Pareidolia.Models;

namespace Pareidolia.Graph.Nodes;

/// <summary>More of what comes from below and less of the skip connections, in two versions.</summary>
internal sealed record FreeU : Node
{
    private static readonly Input<ModelValue> s_model = Port.ModelIn();

    private readonly NumberInput _deepBody, _shallowBody;
    private readonly NumberInput _deepSkip = Factor("s1", 0.9), _shallowSkip = Factor("s2", 0.2);
    private readonly bool _followsMean;

    private FreeU(string name, string description, double deepBody, double shallowBody, bool followsMean) : base(name, name, "model_patches/unet", description)
    {
        (_deepBody, _shallowBody, _followsMean) = (Factor("b1", deepBody), Factor("b2", shallowBody), followsMean);
        Inputs = [s_model, _deepBody, _shallowBody, _deepSkip, _shallowSkip];
    }

    /// <summary>The first version.</summary>
    public static FreeU First { get; } = new("FreeU", "Strengthens the network's own drawing against its skip connections.", 1.1, 1.2, followsMean: false);

    /// <summary>The second, which weighs pixel by pixel.</summary>
    public static FreeU Second { get; } = new("FreeU_V2", "Strengthens the network's own drawing against its skip connections, pixel by pixel.", 1.3, 1.4, followsMean: true);

    /// <inheritdoc/>
    public override IReadOnlyList<Input> Inputs { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<Output> Outputs { get; } = [Port.Model];

    /// <inheritdoc/>
    public override NodeResult Run(Arguments inputs, NodeRun run)
    {
        ModelValue model = inputs.Of(s_model);
        SkipBalance balance = new(
            new SkipWeights(inputs.Of(_deepBody), inputs.Of(_deepSkip)), new SkipWeights(inputs.Of(_shallowBody), inputs.Of(_shallowSkip)), _followsMean);
        return new NodeResult(model with { Patches = model.Patches with { Balance = balance } });
    }

    private static NumberInput Factor(string name, double usual) => new(name, usual, 0, 10);
}
