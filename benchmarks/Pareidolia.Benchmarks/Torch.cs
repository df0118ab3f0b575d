using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;
using System.Text.Json;

namespace Pareidolia.Benchmarks;

/// <summary>PyTorch in a process of its own (torch_peer.py, Debian: python3-torch), which prepares a case and runs it when asked.</summary>
internal sealed class Torch : IDisposable
{
    private readonly Process _process;

    public Torch()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "torch_peer.py");
        string python = Environment.GetEnvironmentVariable("PYTHON") ?? "/usr/bin/python3";
        ProcessStartInfo start = new(python, [script]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // Debian's OpenBLAS does not know recent processors and would do without their wide registers.
        if (Vector512.IsHardwareAccelerated)
            start.Environment.TryAdd("OPENBLAS_CORETYPE", "SkylakeX");
        _process = Process.Start(start)!;
    }

    /// <summary>A contender that runs one kind of case of torch_peer.py with these numbers.</summary>
    public Func<double> Case(string kind, params int[] numbers)
    {
        Ask($"{kind} {string.Join(' ', numbers)}");
        return () => Ask("run");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private double Ask(string request)
    {
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        string answer = _process.StandardOutput.ReadLine()
            ?? throw new InvalidOperationException($"torch_peer.py ended while it was asked for '{request}'");
        using JsonDocument json = JsonDocument.Parse(answer);
        return json.RootElement.TryGetProperty("seconds", out JsonElement seconds)
            ? seconds.GetDouble()
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"torch_peer.py answered {answer}"));
    }
}
