using System.CommandLine;
using System.Diagnostics;

namespace Pareidolia.Cli;

/// <summary>What a command talks to: results go to <paramref name="Out"/>, progress and messages to <paramref name="Error"/>.</summary>
/// <param name="Out">Results.</param>
/// <param name="Error">Progress, notes, errors.</param>
/// <param name="Cancelled">Ctrl-C.</param>
internal sealed record CommandIo(TextWriter Out, TextWriter Error, CancellationToken Cancelled = default)
{
    /// <summary>Whether <see cref="Error"/> is a terminal where a line may be drawn over.</summary>
    public bool Live { get; init; }

    /// <summary>Running since the command began.</summary>
    public Stopwatch Clock { get; } = Stopwatch.StartNew();

    /// <summary>The streams as the command line library takes them; signals and exceptions are ours.</summary>
    public InvocationConfiguration Invocation => new()
    {
        Output = Out,
        Error = Error,
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = null,
    };
}

/// <summary>What the process returns.</summary>
internal static class ExitCode
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>The program itself is at fault.</summary>
    public const int Fault = 1;

    /// <summary>The input cannot be served as it is; nothing was written.</summary>
    public const int UserError = 2;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>The system asked it to end, 128 + SIGTERM.</summary>
    public const int Terminated = 143;
}
