namespace Pareidolia.Cli;

/// <summary>Progress on the error stream: a bar with the time left in a terminal, one plain line elsewhere.</summary>
internal static class ProgressLine
{
    /// <summary>Runs work of a known number of steps; it calls its argument after each.</summary>
    public static void Show(CommandIo io, string title, int steps, Action<Action> work)
    {
        if (io.Live)
            TerminalBar.Show(title, steps, work);
        else
        {
            io.Error.WriteLine($"{title}, {steps} steps");
            work(() => { });
        }
    }
}
