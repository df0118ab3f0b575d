using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Cpu;

/// <summary>
/// 3x3 convolutions of stride 1 with a quarter of the products, F(4x4, 3x3) of "Fast Algorithms for Convolutional Neural Networks", Lavin and
/// Gray, 2015, https://arxiv.org/abs/1509.09308: windows of 6x6 pixels and the kernels are transformed, multiplied place by place, which is 36
/// matrix products, and transformed back to 4x4 pixels.
/// A task takes a block of windows from start to end. Kernels would fill the memory fourfold if they stayed transformed: where there are many windows, all blocks
/// share those of some columns (<see cref="WinogradShared{L}"/>); where there are few, each block transforms them a little at a time (<see cref="WinogradOwn{B}"/>).
/// </summary>
internal static unsafe class Winograd
{
    /// <summary>Pixels of a side that one window gives.</summary>
    public const int Step = 4;

    /// <summary>Pixels of a side of a window.</summary>
    public const int Side = Step + 2;

    /// <summary>Products of one window.</summary>
    public const int Places = Side * Side;

    private const int LeastChannels = 32;

    // Kernels that only so many windows share are transformed for less than the products cost.
    private const int FewestWindows = 8;
    private const int SharingWindows = 128;
    private const int SharingChannels = 128;

    /// <summary>Whether it is allowed, and pays: enough channels and windows, and most of the windows' pixels inside the picture.</summary>
    public static bool Suits(ConvGeometry p, int depth, int outputs, Shape y)
    {
        if (!Approximation.IsAllowed || Math.Min(depth, outputs) < LeastChannels)
            return false;
        long windows = GemmPlan.Ceiling(y[1], Step) * (long)GemmPlan.Ceiling(y[2], Step);
        return p with { Top = 0, Bottom = 0, Left = 0, Right = 0 } == new ConvGeometry(3, 3)
            && y[0] * windows >= FewestWindows && Step * Step * windows <= 2L * y[1] * y[2];
    }

    /// <summary>output [pixels of the grid, outputs] = windows of the patches times kernels.</summary>
    /// <param name="device">Lends the memory for kernels.</param>
    /// <param name="images">Pictures of the batch.</param>
    /// <param name="patches">Where the input lies, and its windows.</param>
    /// <param name="depth">Channels in.</param>
    /// <param name="outputs">Channels out.</param>
    /// <param name="kernels">[9 taps x depth, outputs].</param>
    /// <param name="output">Where the result goes.</param>
    public static void Run<B>(Backend device, int images, in Patches patches, int depth, int outputs, in B kernels, in GemmOutput output)
        where B : struct, IRight
    {
        WinogradWindows windows = new(patches, depth, images);
        if (windows.Count >= SharingWindows && depth >= SharingChannels)
            Shared(device, windows, outputs, kernels, output);
        else
            WinogradOwn<B>.Run(windows, outputs, kernels, output);
    }

    // Rows as long as the chunks of usual networks lie in memory without gaps.
    private static void Shared<B>(Backend device, WinogradWindows windows, int outputs, in B kernels, in GemmOutput output)
        where B : struct, IRight
    {
        if (windows.Depth <= Rows128.RowStride)
            WinogradShared<Rows128>.Run(device, windows, outputs, kernels, output);
        else if (windows.Depth <= Rows256.RowStride)
            WinogradShared<Rows256>.Run(device, windows, outputs, kernels, output);
        else if (windows.Depth % Rows320.RowStride == 0)
            WinogradShared<Rows320>.Run(device, windows, outputs, kernels, output);
        else
            WinogradShared<Rows512>.Run(device, windows, outputs, kernels, output);
    }

    private readonly struct Rows128 : IPanelLayout
    {
        public static int RowStride => 128;
        public static int DepthStride => 1;
    }

    private readonly struct Rows256 : IPanelLayout
    {
        public static int RowStride => 256;
        public static int DepthStride => 1;
    }

    private readonly struct Rows320 : IPanelLayout
    {
        public static int RowStride => 320;
        public static int DepthStride => 1;
    }

    private readonly struct Rows512 : IPanelLayout
    {
        public static int RowStride => 512;
        public static int DepthStride => 1;
    }
}
