using System.Diagnostics;

namespace Pareidolia.Cli;

/// <summary>
/// Progress on the error stream: in a terminal one line that is drawn over, with a bar and the time left; elsewhere one plain line. By hand,
/// because a picture takes about as long as the start of a console library.
/// </summary>
internal sealed class ProgressLine
{
    private const int BarWidth = 24;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly CommandIo _io;
    private readonly string _title;
    private readonly int _steps;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _drawnAt = -s_pause;
    private int _done;
    private int _width;

    private ProgressLine(CommandIo io, string title, int steps) => (_io, _title, _steps) = (io, title, steps);

    /// <summary>Runs work of a known number of steps; it calls its argument after each. The line is gone when the work is done or has failed.</summary>
    public static void Show(CommandIo io, string title, int steps, Action<Action> work)
    {
        ProgressLine line = new(io, title, steps);
        line.Begin();
        try
        {
            work(line.Advance);
        }
        finally
        {
            line.End();
        }
    }

    /// <summary>Reads like <c>drawing [########----------------]  8/24  0.6 s left</c>.</summary>
    internal static string Text(string title, int done, int steps, TimeSpan elapsed)
    {
        int filled = steps == 0 ? BarWidth : (int)((long)BarWidth * done / steps);
        string left = done == 0 ? "" : $"  {Shown.Seconds(elapsed / done * (steps - done))} left";
        return $"{title} [{new string('#', filled)}{new string('-', BarWidth - filled)}]  {done}/{steps}{left}";
    }

    private void Begin()
    {
        if (_io.Live)
            Draw(Text(_title, 0, _steps, TimeSpan.Zero));
        else
            _io.Error.WriteLine($"{_title}, {_steps} steps");
    }

    private void Advance()
    {
        _done++;
        if (!_io.Live || _clock.Elapsed - _drawnAt < s_pause)
            return;
        Draw(Text(_title, _done, _steps, _clock.Elapsed));
        _drawnAt = _clock.Elapsed;
    }

    private void End()
    {
        if (!_io.Live)
            return;
        Draw("");
        _io.Error.Write('\r');
    }

    private void Draw(string text)
    {
        _io.Error.Write('\r' + text.PadRight(_width));
        _width = text.Length;
    }
}
