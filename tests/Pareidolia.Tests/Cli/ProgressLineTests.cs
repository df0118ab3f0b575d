using Pareidolia.Cli;

namespace Pareidolia.Tests.Cli;

public sealed class ProgressLineTests
{
    [Theory]
    [InlineData(0, 24, 0, "drawing [------------------------]  0/24")]
    [InlineData(8, 24, 0.3, "drawing [########----------------]  8/24  0.6 s left")]
    [InlineData(24, 24, 1, "drawing [########################]  24/24  0.0 s left")]
    public void A_line_tells_how_much_is_done_and_how_long_it_will_take(int done, int steps, double seconds, string line) =>
        Assert.Equal(line, ProgressLine.Text("drawing", done, steps, TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_terminal_is_left_with_an_empty_line_also_after_a_failure(bool fails)
    {
        using StringWriter error = new();
        CommandIo io = new(TextWriter.Null, error) { Live = true };
        void Work(Action advance)
        {
            advance();
            if (fails)
                throw new PareidoliaException("no");
        }
        Exception? thrown = Record.Exception(() => ProgressLine.Show(io, "drawing", 2, Work));
        Assert.Equal(fails, thrown is PareidoliaException);
        string[] drawn = error.ToString().Split('\r', StringSplitOptions.RemoveEmptyEntries);
        Assert.StartsWith("drawing [------------------------]  0/2", drawn[0], StringComparison.Ordinal);
        Assert.StartsWith("drawing [############------------]  1/2", drawn[1], StringComparison.Ordinal);
        Assert.Equal("", drawn[^1].Trim());
        Assert.EndsWith("\r", error.ToString(), StringComparison.Ordinal);
    }
}
