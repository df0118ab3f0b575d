namespace Pareidolia.Tensors.Cpu;

internal sealed partial class CpuBackend
{
    internal override void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings) =>
        LaneWorkers.Run(
            LaneWorkers.Pieces(parameter.Count, LaneWorkers.Grain), new AdamSweep(parameter, gradient, m, v, vmax, settings));
}
