using Pareidolia.Nn;
using Pareidolia.Tensors;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Docs;

/// <summary>The code of docs/adding-a-layer.md and docs/adding-a-model.md.</summary>
public sealed class LayerPages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_layer_documents_its_keys()
    {
        using WeightStore store = WeightStore.Initialise(seed: 3);
        GatedLinear layer = store.Build(weights => new GatedLinear(2, 3, weights["mlp"]));
        string[] keys = ["mlp.value.weight", "mlp.value.bias", "mlp.gate.weight", "mlp.gate.bias", "mlp.scale"];
        Assert.Equal(keys, store.Parameters.Select(parameter => parameter.Name));
        using Tensor x = Tensor.From([1f, 2], [1, 2]);
        using Tensor y = layer.Forward(x);
        Assert.Equal([1, 3], y.Shape);
    }

    [Fact]
    public void A_model_is_made_saved_and_loaded()
    {
        string file = _folder["model.safetensors"];
        using WeightStore made = WeightStore.Initialise(seed: 7);
        Perceptron model = made.Build(weights => new Perceptron(4, 16, 2, weights));
        made.Save(file);                                              // first.weight, first.bias, second.weight, second.bias

        using WeightStore loaded = WeightStore.Load(file);
        Perceptron again = loaded.Build(weights => new Perceptron(4, 16, 2, weights));
        using Scope scope = new();
        Tensor x = Tensor.From([0.1f, 0.2f, 0.3f, 0.4f], [1, 4]);
        bool same = model.Forward(x).ToArray().SequenceEqual(again.Forward(x).ToArray());
        Assert.True(same);
    }

    public void Dispose() => _folder.Dispose();

    public sealed class GatedLinear(int inputs, int outputs, WeightScope weights)
    {
        private readonly Linear _value = new(inputs, outputs, weights["value"]);
        private readonly Linear _gate = new(inputs, outputs, weights["gate"]);
        private readonly Tensor _scale = weights.Get("scale", [outputs], Initializer.Ones);

        /// <summary>[.., inputs] to [.., outputs].</summary>
        public Tensor Forward(Tensor x)
        {
            using Scope scope = new();
            return scope.Keep(_value.Forward(x) * _gate.Forward(x).Sigmoid() * _scale);
        }
    }

    public sealed class Perceptron(int inputs, int hidden, int outputs, WeightScope weights)
    {
        private readonly Linear _first = new(inputs, hidden, weights["first"]);
        private readonly Linear _second = new(hidden, outputs, weights["second"]);

        /// <summary>[b, inputs] to [b, outputs].</summary>
        public Tensor Forward(Tensor x)
        {
            using Scope scope = new();
            return scope.Keep(_second.Forward(_first.Forward(x).Relu()));
        }
    }
}
