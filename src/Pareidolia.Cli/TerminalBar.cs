using Spectre.Console;

namespace Pareidolia.Cli;

/// <summary>A progress bar in a terminal; apart from its caller, so that the library behind it is loaded only where there is one.</summary>
internal static class TerminalBar
{
    /// <summary>Runs work of a known number of steps behind a bar that vanishes when it is done.</summary>
    public static void Show(string title, int steps, Action<Action> work)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        console.Progress().AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(title), maxValue: steps);
                work(() => task.Increment(1));
            });
    }
}
