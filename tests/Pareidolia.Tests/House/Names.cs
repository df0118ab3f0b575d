using System.Reflection;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.House;

/// <summary>Names that hide a missing noun, and shapes that hide a missing second case.</summary>
public sealed class Names
{
    private static readonly string[] s_empty =
        ["Util", "Utils", "Helper", "Helpers", "Manager", "Service", "Base", "Common", "Misc", "Impl"];

    [Fact]
    public void No_type_is_named_after_nothing()
    {
        string[] found = [.. SourceFile.All.SelectMany(file => file.DeclaredTypes.Where(IsEmpty).Select(type => $"{type} in {file.Path}"))];
        Assert.True(found.Length == 0, $"These names say nothing; the noun is missing: {string.Join(", ", found)}.");
    }

    [Fact]
    public void No_folder_is_named_after_nothing() =>
        Assert.DoesNotContain(SourceFile.All, file => file.Place.Split('.').Any(IsEmpty));

    [Fact]
    public void No_file_has_regions() =>
        Assert.DoesNotContain(
            SourceFile.All.SelectMany(file => file.Lines),
            line => line.TrimStart().StartsWith("#region", StringComparison.Ordinal));

    [Fact]
    public void No_interface_has_a_single_implementation()
    {
        Assembly[] house = [typeof(Tensor).Assembly, typeof(PareidoliaException).Assembly];
        Type[] types = [.. house.SelectMany(assembly => assembly.GetTypes())];
        Type[] lonely = [.. types.Where(type => type.IsInterface && types.Count(other => Implements(other, type)) < 2)];
        Assert.True(lonely.Length == 0, $"An interface needs two implementations; these have fewer: {string.Join<Type>(", ", lonely)}.");
    }

    private static bool Implements(Type type, Type contract) =>
        !type.IsInterface
        && type.GetInterfaces().Any(found => (found.IsGenericType ? found.GetGenericTypeDefinition() : found) == contract);

    private static bool IsEmpty(string name) => s_empty.Any(word => name.EndsWith(word, StringComparison.Ordinal));
}
