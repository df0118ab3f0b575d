using System.Reflection;

namespace Pareidolia.Tests.Golden;

/// <summary>No golden case is silently ignored: a case of a kind that no test asks for is reported by name as skipped.</summary>
public sealed class GoldenCoverageTests
{
    private const BindingFlags DataSource =
        BindingFlags.Public | BindingFlags.Static | BindingFlags.GetProperty | BindingFlags.InvokeMethod | BindingFlags.GetField;

    private static readonly Lazy<HashSet<string>> s_tested = new(AskAll);

    public static TheoryData<string, string> Cases => [.. GoldenCase.All()];

    /// <summary>The kinds of golden case that some test asks for.</summary>
    internal static IReadOnlySet<string> TestedKinds => s_tested.Value;

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_case_is_of_a_kind_that_has_a_test(string name, string kind) =>
        Assert.SkipUnless(s_tested.Value.Contains(kind), $"{name}: no test runs cases of kind '{kind}' yet.");

    // Asks every data source of every test class for its rows; GoldenCase notes the kinds that they ask for.
    private static HashSet<string> AskAll()
    {
        IEnumerable<MethodInfo> tests = typeof(GoldenCoverageTests).Assembly.GetTypes()
            .Where(type => type.Name.Contains("Golden", StringComparison.Ordinal) && type != typeof(GoldenCoverageTests))
            .SelectMany(type => type.GetMethods());
        foreach (MethodInfo test in tests)
            foreach (MemberDataAttribute source in test.GetCustomAttributes<MemberDataAttribute>())
                _ = (source.MemberType ?? test.DeclaringType)!.InvokeMember(
                    source.MemberName, DataSource, null, null, source.Arguments);
        return [.. GoldenCase.KindsAskedFor];
    }
}
