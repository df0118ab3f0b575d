using Pareidolia.Diffusion;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Training;

/// <summary>A network in training as it draws: with guidance (https://arxiv.org/abs/2207.12598), both answers of one pass.</summary>
internal static class TrainedGuidance
{
    /// <summary>What it says without being told, and <paramref name="guidance"/> times as far in the direction of what it says when told.</summary>
    /// <param name="unet">The network.</param>
    /// <param name="nothing">What stands for not being told [b, n, d].</param>
    /// <param name="told">What it is told [b, n, d].</param>
    /// <param name="guidance">1 is as told.</param>
    public static Network Of(UNet2DConditionModel unet, Tensor nothing, Tensor told, float guidance)
    {
        Tensor both = Tensor.Concat(0, nothing, told);                                  // [2 b, n, d]
        return (x, timestep) =>
        {
            using Scope scope = new();
            Tensor[] halves = unet.Forward(Tensor.Concat(0, x, x), [(float)timestep], both).Chunk(2, 0);
            return scope.Keep(halves[0] + ((halves[1] - halves[0]) * guidance));
        };
    }
}
