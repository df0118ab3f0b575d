using Pareidolia.Text.Prompts;

namespace Pareidolia.Tests.Text.Prompts;

/// <summary>Prompts that were made to hurt: the work grows with their length and no stack overflows.</summary>
public sealed class PromptHostileTests
{
    private const int Many = 100_000;

    public static TheoryData<string> Pieces =>
        ["(", ")", "[", "]", "(a", "[a", "a)", "(a:", ":1.1)", "[a|", "|", "\\", "\\(", "<", "<lora:", "<a:b>", " AND ", ": ", "a:1 AND ", "BREAK ", " "];

    [Theory]
    [MemberData(nameof(Pieces))]
    public async Task A_piece_many_times_over_is_read_in_time(string piece) =>
        await ReadAll(string.Concat(Enumerable.Repeat(piece, Many)));

    [Theory]
    [InlineData("(", "a", ")")]
    [InlineData("(a", "", ":1.0001)")]
    [InlineData("[", "a", ":1]")]
    [InlineData("[a:", "b", ":1]")]
    [InlineData("[a|", "b", "]")]
    [InlineData("([", "a", ")]")]
    [InlineData("((", "a", ")")]
    public async Task Deep_nesting_is_read_in_time(string before, string middle, string after) =>
        await ReadAll(string.Concat(Enumerable.Repeat(before, Many)) + middle + string.Concat(Enumerable.Repeat(after, Many)));

    [Fact]
    public void Brackets_that_overlap_count_each_for_its_own_range() =>
        Assert.Equal(
            [("a ", 1.1), ("b", 1.0), (" c", 1 / 1.1)],
            WebUiEmphasis.Parse("(a [b) c]").Select(part => (part.Text, Math.Round(part.Weight, 15))),
            (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-9);

    [Theory]
    [InlineData("a) (b:2) c", "a) (b:2) c=1")]
    [InlineData("((a) b)(c", "a=1.21| b=1.1|(c=1")]
    [InlineData("((a:2) b", "((a:2) b=1")]
    [InlineData("((a)", "(a=1.1")]
    [InlineData("(a:inf)", "a:inf=1.1")]
    public void Comfy_reads_unbalanced_brackets_as_it_does(string prompt, string expected) =>
        Assert.Equal(expected, string.Join('|', ComfyEmphasis.Parse(prompt).Select(part => $"{part.Text}={Math.Round(part.Weight, 9)}")));

    // A quadratic reading of these takes minutes.
    private static async Task ReadAll(string prompt)
    {
        Task reading = Task.Run(
            () =>
            {
                _ = WebUiEmphasis.Parse(prompt);
                _ = ComfyEmphasis.Parse(prompt);
                _ = PromptSchedule.Parse(prompt).Over(new SchedulePass(2));
                _ = PromptComposition.Split(prompt);
                _ = NetworkMentions.Take(prompt);
                _ = PromptDialects.WordsOf(PromptDialect.A1111, prompt);
                _ = PromptDialects.WordsOf(PromptDialect.ComfyUi, prompt);
            },
            TestContext.Current.CancellationToken);
        await reading.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
    }
}
