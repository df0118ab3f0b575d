#:project ../../src/Pareidolia/Pareidolia.csproj

using Pareidolia.Nn;
using Pareidolia.Nn.Optimizers;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Weights;

// A network of one's own: two layers learn the exclusive or, with the engine that everything here runs on.
using WeightStore weights = WeightStore.Initialise(seed: 1);
(Linear hidden, Linear last) = weights.Build(at => (new Linear(2, 8, at["hidden"]), new Linear(8, 1, at["last"])));
weights.RequireGradients(true);
using Adam adam = new([new ParameterGroup([.. weights.Trained])]);
Tensor x = Tensor.From([0f, 0, 0, 1, 1, 0, 1, 1], [4, 2]), target = Tensor.From([0f, 1, 1, 0], [4, 1]);
for (int step = 0; step < 500; step++)
{
    using Scope each = new();
    using Tape tape = new();
    Tensor loss = last.Forward(hidden.Forward(x).Silu()).MseLoss(target);
    tape.Backward(loss);
    adam.Step(0.02);
    adam.ClearGradients();
}
Console.WriteLine(string.Join(", ", last.Forward(hidden.Forward(x).Silu()).ToArray().Select(value => value.ToString("0.00"))));
