using System.Text.RegularExpressions;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.House;

/// <summary>Arrows point one way: which folder may see which. A reverse arrow fails here, with the file and the line.</summary>
public sealed partial class DependencyRule
{
    private const string JsonConfigOnly = "Weights.JsonConfig";

    // A folder, and what it may see besides itself and the folders above it. Folders inside it are one with it unless they have
    // their own rule.
    private static readonly Dictionary<string, string[]> s_maySee = new()
    {
        ["Tensors"] = ["Tensors"],
        ["Tensors.Kernels"] = [],
        ["Tensors.Random"] = [],
        ["Tensors.Reference"] = ["Tensors.Kernels"],
        ["Tensors.Cpu"] = ["Tensors.Kernels", "Tensors.Reference"],
        ["Files"] = [],
        ["Hub"] = ["Files"],
        ["Weights"] = ["Tensors", "Files"],
        ["Nn"] = ["Tensors", "Weights"],
        ["Models"] = ["Nn", "Weights", "Tensors", "Files"],
        ["Diffusion"] = ["Tensors", JsonConfigOnly],
        ["Diffusion.Samplers"] = ["Tensors"],
        ["Diffusion.Schedulers"] = ["Tensors", "Diffusion.Samplers", JsonConfigOnly],
        ["Imaging"] = ["Tensors", "Files"],
        ["Text"] = ["Files", JsonConfigOnly],
        ["Adapters"] = ["Models", "Nn", "Weights", "Tensors", "Text"],
        ["Pipelines"] = ["Adapters", "Text", "Models", "Diffusion", "Imaging", "Weights", "Tensors", "Nn"],
        ["Training"] = ["Text", "Models", "Diffusion", "Imaging", "Weights", "Nn", "Tensors", "Files"],
        ["Graph"] = ["Adapters", "Pipelines", "Models", "Diffusion", "Imaging", "Weights", "Tensors", "Files"],
        ["Server"] = ["Graph", "Adapters", "Hub", "Training", "Pipelines", "Text", "Models", "Diffusion", "Imaging", "Weights", "Nn", "Tensors", "Files"],
        ["Cli"] = ["Server", "Graph", "Adapters", "Hub", "Training", "Pipelines", "Text", "Models", "Diffusion", "Imaging", "Weights", "Nn", "Tensors", "Files"],
        [""] = [],
    };

    private static readonly ILookup<string, string> s_typesByPlace = SourceFile.All
        .SelectMany(file => file.DeclaredTypes.Select(type => (file.Place, type))).ToLookup(row => row.Place, row => row.type);

    [Fact]
    public void No_file_sees_a_folder_that_its_own_folder_may_not_see() =>
        Report(SourceFile.All.SelectMany(Violations));

    [Fact]
    public void A_namespace_is_the_path_of_its_folder() =>
        Report(from file in SourceFile.All
               let found = file.Code.FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
               where found is not null && !IsNamespaceOf(found["namespace ".Length..].TrimEnd(';'), file.Place)
               select $"{file.Path}: '{found}' is not the folder's name.");

    [Theory]
    [InlineData("Training", "using Pareidolia.Pipelines;")]
    [InlineData("Training", "    Pareidolia.Pipelines.Anything thing = new();")]
    [InlineData("Training.Data", "using Pareidolia.Pipelines;")]
    [InlineData("Weights", "using Pareidolia.Nn;")]
    [InlineData("Text", "using Pareidolia.Tensors;")]
    [InlineData("Text", "    private readonly SafetensorsFile _file;")]
    [InlineData("Diffusion", "    Weights.WeightStore store = new();")]
    [InlineData("Tensors.Kernels", "using Pareidolia.Tensors.Cpu;")]
    [InlineData("Tensors.Reference", "using Pareidolia.Tensors.Cpu;")]
    public void A_reverse_arrow_is_found(string place, string line) =>
        Assert.Contains(Violations(At(place, "using System;", line)), found => found.Contains(":2:", StringComparison.Ordinal));

    [Theory]
    [InlineData("Training", "using Pareidolia.Training.Data;")]
    [InlineData("Diffusion.Schedulers", "using Pareidolia.Diffusion.Samplers;")]
    [InlineData("Training.Data", "using Pareidolia.Tensors.Random;")]
    [InlineData("Text", "    private readonly JsonConfig _config; // not WeightStore, \"Pareidolia.Nn\"")]
    [InlineData("Cli", "using Pareidolia.Pipelines;")]
    public void An_arrow_that_points_the_right_way_passes(string place, string line) =>
        Assert.Empty(Violations(At(place, line)));

    [Fact]
    public void The_engine_depends_on_NET_alone_and_the_library_on_the_engine()
    {
        Assert.All(Foreign(typeof(Tensor)), name => Assert.Fail($"Pareidolia.Tensors refers to {name}."));
        IEnumerable<string> others = Foreign(typeof(PareidoliaException)).Where(name => name != "Pareidolia.Tensors");
        Assert.All(others, name => Assert.Fail($"Pareidolia refers to {name}."));
    }

    private static IEnumerable<string> Foreign(Type type) =>
        type.Assembly.GetReferencedAssemblies().Select(found => found.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal));

    private static SourceFile At(string place, params string[] lines)
    {
        string folder = place.StartsWith("Tensors", StringComparison.Ordinal) || place is "Cli" or "Server" ? "src/Pareidolia." : "src/Pareidolia/";
        return new SourceFile($"{folder}{place.Replace('.', '/')}/Made.cs", lines);
    }

    private static IEnumerable<string> Violations(SourceFile file)
    {
        if (RuleOf(file.Place) is not (string home, string[] allowed))
            return [$"{file.Path}: the folder has no rule; give it one in {nameof(DependencyRule)}."];
        string seen = allowed.Length == 0 ? "nothing" : string.Join(", ", allowed);
        return from line in file.Code.Index()
               where !line.Item.StartsWith("namespace ", StringComparison.Ordinal)
               from target in Targets(line.Item, file.Place).Distinct()
               where !IsAllowed(home, allowed, target)
               select $"{file.Path}:{line.Index + 1}: {file.Place} may not see {target}; it may see {seen}.";
    }

    // The nearest rule: the folder that has it, this one or one above, and what it may see.
    private static (string Home, string[] Allowed)? RuleOf(string place)
    {
        string home = place;
        while (!s_maySee.ContainsKey(home) && home.Contains('.', StringComparison.Ordinal))
            home = home[..home.LastIndexOf('.')];
        return s_maySee.TryGetValue(home, out string[]? allowed) ? (home, allowed) : null;
    }

    // What a line names: a full name, a name relative to Pareidolia, or a type of Weights where only one of them may be seen.
    private static IEnumerable<string> Targets(string line, string place)
    {
        foreach (Match full in FullName().Matches(line))
            if (s_maySee.ContainsKey(full.Groups["folder"].Value))
                yield return full.Groups["name"].Value;
        foreach (Match relative in RelativeName().Matches(line))
            if (s_typesByPlace[relative.Groups["folder"].Value].Contains(relative.Groups["type"].Value))
                yield return relative.Value;
        if (RuleOf(place) is (_, string[] allowed) && allowed.Contains(JsonConfigOnly))
            foreach (string type in Word().Matches(line).Select(word => word.Value).Where(word => s_typesByPlace["Weights"].Contains(word)))
                yield return $"Weights.{type}";
    }

    private static bool IsAllowed(string home, string[] allowed, string target) =>
        IsInside(target, home) || IsInside(home, target)
        || allowed.Any(name => IsInside(target, name) || (name == JsonConfigOnly && target == "Weights"));

    private static bool IsInside(string inner, string outer) =>
        outer.Length > 0 && $"{inner}.".StartsWith($"{outer}.", StringComparison.Ordinal);

    // Ops, Autograd and Memory are aspects of the engine's own types: their files are partial classes of the folder above.
    private static bool IsNamespaceOf(string declared, string place)
    {
        string folder = place is "Tensors.Ops" or "Tensors.Autograd" or "Tensors.Memory" ? "Tensors" : place;
        return declared == (folder.Length == 0 ? "Pareidolia" : $"Pareidolia.{folder}");
    }

    private static void Report(IEnumerable<string> found)
    {
        string[] all = [.. found];
        Assert.True(all.Length == 0, string.Join(Environment.NewLine, all));
    }

    [GeneratedRegex(@"\bPareidolia\.(?<name>(?<folder>[A-Z]\w*)(\.[A-Z]\w*)*)")]
    private static partial Regex FullName();

    [GeneratedRegex(@"(?<![\w.])(?<folder>[A-Z]\w*)\.(?<type>[A-Z]\w*)")]
    private static partial Regex RelativeName();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
    private static partial Regex Word();
}
