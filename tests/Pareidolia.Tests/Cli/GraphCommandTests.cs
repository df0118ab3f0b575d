using System.Text.Json.Nodes;
using Pareidolia.Tests.Graph;

namespace Pareidolia.Tests.Cli;

/// <summary><c>pareidolia graph</c>.</summary>
public sealed class GraphCommandTests
{
    [Fact]
    public void A_graph_runs_and_its_pictures_are_named()
    {
        using CommandLine line = new();
        Ran ran = CommandLine.Run("graph", "run", Prepare(line, TinyGraph.TextToImage()), "-o", line["out"], "--models", line["models"]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.EndsWith(Path.Combine("out", "cat_00001_.png"), ran.Lines[0], StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(line["out"], "cat_00001_.png")));
    }

    [Fact]
    public void Bad_graphs_are_one_sentence_and_code_2()
    {
        using CommandLine line = new();
        JsonObject graph = TinyGraph.TextToImage();
        graph["5"]!["inputs"]!["steps"] = 0;
        string models = line["models"];
        Ran range = CommandLine.Run("graph", "run", Prepare(line, graph), "-o", line["out"], "--models", models);
        Assert.Equal(2, range.Code);
        Assert.Contains("KSampler (5): Value 0 smaller than min of 1: steps", range.ErrorLine, StringComparison.Ordinal);
        File.WriteAllText(line["broken.json"], "{");
        foreach (string[] arguments in (string[][])[["graph", "run", line["missing.json"]], ["graph", "run", line["broken.json"]], ["graph", "run", line["graph.json"], "--models", line["nowhere"]]])
        {
            Ran ran = CommandLine.Run(arguments);
            Assert.Equal(2, ran.Code);
            _ = ran.ErrorLine;
        }
    }

    [Fact]
    public void Nodes_are_listed_as_a_table_and_as_object_info()
    {
        Ran table = CommandLine.Run("graph", "nodes"), json = CommandLine.Run("graph", "nodes", "--json");
        Assert.Contains(table.Lines, line => line.StartsWith("KSamplerAdvanced", StringComparison.Ordinal));
        Assert.Equal("sampling", JsonNode.Parse(json.Output)!["KSampler"]!["category"]!.GetValue<string>());
    }

    // The tiny model as a folder among the checkpoints.
    private static string Prepare(CommandLine line, JsonObject graph)
    {
        string target = Path.Combine(line["models"], "checkpoints", "tiny");
        foreach (string file in Directory.GetFiles(TinyGraph.Model, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(target, Path.GetRelativePath(TinyGraph.Model, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        File.WriteAllText(line["graph.json"], graph.ToJsonString());
        return line["graph.json"];
    }
}
