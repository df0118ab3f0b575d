namespace Pareidolia.Tests.House;

/// <summary>
/// Size is a decision, not a drift: budgets of files and functions in src/, and a total that only a deliberate commit raises.
/// </summary>
public sealed class LineBudget
{
    // 27,000 held the engine, the first model and its trainers. The Stable Diffusion family (people's checkpoints, prompt language, samplers, adapters,
    // ways to make a picture) brought 38,000; the remaining ways, memory, previews and the kernels of lower precision 42,000; the other networks of the
    // story, the server and the node graph bring the rest.
    private const int TotalLines = 85_000;
    private const int LongestFile = 800;
    private const int LongFile = 350;

    [Fact]
    public void The_total_stays_under_its_number()
    {
        int total = SourceFile.All.Sum(file => file.Lines.Length);
        Assert.True(
            total <= TotalLines,
            $"src/ has {total} lines where {TotalLines} are allowed. Remove some, or raise {nameof(TotalLines)} and say why.");
    }

    [Fact]
    public void No_file_is_longer_than_800_lines()
    {
        SourceFile[] large = [.. SourceFile.All.Where(file => file.Lines.Length > LongFile).OrderByDescending(file => file.Lines.Length)];
        string list = string.Join(", ", large.Select(file => $"{file.Path} ({file.Lines.Length})"));
        Assert.True(
            large.All(file => file.Lines.Length <= LongestFile),
            $"No file of src/ may be over {LongestFile} lines. Over {LongFile}: {list}.");
    }

    [Fact]
    public void Files_have_a_median_of_120_lines_and_nine_in_ten_at_most_350()
    {
        int[] lengths = [.. SourceFile.All.Select(file => file.Lines.Length)];
        Assert.InRange(Quantile(lengths, 0.5), 1, 120);
        Assert.InRange(Quantile(lengths, 0.9), 1, LongFile);
    }

    [Fact]
    public void Functions_have_a_median_of_10_lines_and_nine_in_ten_at_most_40()
    {
        Function[] functions = [.. SourceFile.All.SelectMany(Function.In)];
        int[] lengths = [.. functions.Select(function => function.Lines)];
        string longest = string.Join(", ", functions.OrderByDescending(function => function.Lines).Take(10));
        Assert.True(functions.Length > 100, $"Only {functions.Length} functions were found in src/: the guard does not see them.");
        (int median, int p90) = (Quantile(lengths, 0.5), Quantile(lengths, 0.9));
        Assert.True(median <= 10, $"The median function has {median} lines; the longest are {longest}.");
        Assert.True(p90 <= 40, $"One function in ten has over {p90} lines; the longest are {longest}.");
    }

    [Fact]
    public void A_function_is_counted_from_its_signature_to_its_closing_brace()
    {
        string[] text = """
            internal sealed class Made(
                int size)
            {
                private int Twice => 2 * size;

                public int Sum(
                    int first)
                {
                    for (int i = 0; i < size; i++)
                    {
                        first += i;
                    }
                    return first;
                }

                private sealed class Inner
                {
                    public void Empty()
                    {
                    }
                }
            }
            """.Split('\n');
        Function[] found = [.. Function.In(new SourceFile("src/Pareidolia/Made.cs", text))];
        Assert.Equal([new Function("src/Pareidolia/Made.cs", 6, 9), new Function("src/Pareidolia/Made.cs", 18, 3)], found);
    }

    private static int Quantile(int[] lengths, double part) => lengths.Order().ElementAt((int)(part * (lengths.Length - 1)));
}
