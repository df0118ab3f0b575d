namespace Pareidolia.Tensors.Cpu;

/// <summary>The fast device: SIMD and threads for what is hot; what is rare it takes from the reference device.</summary>
internal sealed partial class CpuBackend : Reference.ReferenceBackend
{
    public override string Name => "cpu";
}
