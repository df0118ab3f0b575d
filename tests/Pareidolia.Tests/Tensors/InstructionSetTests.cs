using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Cpu.Emitted;

namespace Pareidolia.Tests.Tensors;

/// <summary>
/// The comparison of the devices once more without the wide registers: each rung runs in a process of its own, where the instruction sets
/// above it are switched off, and first makes sure that they are.
/// </summary>
public sealed class InstructionSetTests
{
    private const string RungVariable = "PAREIDOLIA_TEST_RUNG";

    // .NET 10 knows these switches and silently ignores older names.
    private static readonly Dictionary<string, (string Switch, string Value, Func<bool> IsOff)> s_rungs = new()
    {
        ["256 bits"] = ("DOTNET_EnableAVX512", "0", () => !Vector512.IsHardwareAccelerated && !Avx512F.IsSupported),
        ["128 bits"] = ("DOTNET_EnableAVX2", "0", () => !Vector256.IsHardwareAccelerated && !Fma.IsSupported),
        ["no tiles"] = ("PAREIDOLIA_EMITTED", "avx512", () => !Bf16Unit.HasTiles && !ByteUnit.HasTiles),
        ["no code of our own"] = ("PAREIDOLIA_EMITTED", "0", () => !ReducedPrecision.IsSupported && !ByteUnit.HasCode),
        ["no registers"] = ("DOTNET_EnableHWIntrinsic", "0", () => !Vector256.IsHardwareAccelerated && !Vector128.IsHardwareAccelerated),
    };

    public static TheoryData<string> Rungs => [.. s_rungs.Keys];

    private static string? OwnRung => Environment.GetEnvironmentVariable(RungVariable);

    [Theory]
    [MemberData(nameof(Rungs))]
    public async Task The_devices_agree_on_a_lower_rung(string rung)
    {
        Assert.SkipWhen(OwnRung is not null, "This process is a rung itself.");
        Assert.SkipUnless(!s_rungs[rung].IsOff(), $"This machine stands on the rung of {rung} already.");
        string program = Path.ChangeExtension(typeof(InstructionSetTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null);
        ProcessStartInfo start = new(program)
        {
            ArgumentList = { "--filter-class", typeof(DeviceComparisonTests).FullName!, typeof(ReducedPrecisionTests).FullName!, typeof(QuantisedProductsTests).FullName!, typeof(InstructionSetTests).FullName! },
            Environment = { [s_rungs[rung].Switch] = s_rungs[rung].Value, [RungVariable] = rung },
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"{rung}: {output}");
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_rung_is_really_off()
    {
        Assert.SkipWhen(OwnRung is null, "This process uses all that the machine has.");
        Assert.True(s_rungs[OwnRung].IsOff(), $"{s_rungs[OwnRung].Switch}={s_rungs[OwnRung].Value} did not switch the rung off.");
    }
}
