using Pareidolia.Tensors;

namespace Pareidolia.Tests.House;

/// <summary>What others may call is a decision: the public API of the engine and the library, line by line, in PublicApi.txt.</summary>
public sealed class PublicSurface
{
    private const string Variable = "PAREIDOLIA_UPDATE_API";

    private static readonly string s_file = Path.Combine(RepositoryRoot.Path, "tests", "Pareidolia.Tests", "House", "PublicApi.txt");

    [Fact]
    public void The_public_api_is_the_one_that_was_agreed()
    {
        string[] actual = [.. ApiText.Of(typeof(Tensor).Assembly), .. ApiText.Of(typeof(PareidoliaException).Assembly)];
        if (Environment.GetEnvironmentVariable(Variable) == "1")
            File.WriteAllLines(s_file, actual);
        string[] agreed = File.ReadAllLines(s_file);
        string[] changes = [.. agreed.Except(actual).Select(line => "- " + line), .. actual.Except(agreed).Select(line => "+ " + line)];
        Assert.True(
            changes.Length == 0,
            $"The public API has changed. If it is meant, run this test once with {Variable}=1 and commit PublicApi.txt; "
            + "if not, make it internal:\n" + string.Join('\n', changes.Take(40)));
    }

    [Fact]
    public void A_member_is_written_as_it_is_declared()
    {
        string[] lines = [.. ApiText.Of(typeof(Made<>))];
        string[] expected =
        [
            "record Pareidolia.Tests.House.Made<T> : IDisposable where T : class",
            "  Made<T>.new(string Name, int? Size = 3)",
            "  Made<T>.Dispose() : void",
            "  Made<T>.Find<TFound>(ReadOnlySpan<float> values, out TFound found, params int[] axes) : IReadOnlyList<(int, T)>",
            "  Made<T>.Name : string { get; init; }",
            "  Made<T>.Size : int? { get; init; }",
            "  Made<T>.this[int axis] : int { get; }",
            "  static Made<T>.operator +(Made<T> a, Made<T> b) : Made<T>",
        ];
        Assert.Equal(expected.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }
}

/// <summary>One of each kind of member.</summary>
public record Made<T>(string Name, int? Size = 3) : IDisposable
    where T : class
{
    public int this[int axis] => axis;

    public static Made<T> operator +(Made<T> a, Made<T> b) => a ?? b;

    public IReadOnlyList<(int, T)> Find<TFound>(ReadOnlySpan<float> values, out TFound? found, params int[] axes)
    {
        found = default;
        return values.Length == axes.Length ? [] : [(Hidden(), null!)];
    }

    public void Dispose() => GC.SuppressFinalize(this);

    private static int Hidden() => 0;
}
