using System.Text.Json;
using System.Text.Json.Nodes;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Weights.Checkpoints;

/// <summary>A golden single file, with the numbers that its shapes do not tell.</summary>
internal sealed class GoldenCheckpoint : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GoldenCheckpoint(string name)
    {
        Case = GoldenCase.Load(name);
        string map = Path.Combine(Case.Folder, "keymap.json");
        KeyMap = System.IO.File.Exists(map) ? JsonNode.Parse(System.IO.File.ReadAllText(map))!.AsObject() : null;
        File = Path.Combine(Case.Folder, "model.safetensors");
        if (!System.IO.File.Exists(File))
            Assemble(File = _folder["model.safetensors"]);
        Options = new SingleFileOptions { Config = ConfigPath() };
    }

    public GoldenCase Case { get; }

    /// <summary>The file's name of a tensor, and its part and diffusers' name; a list for what is joined. Null where the selection leaves it out.</summary>
    public JsonObject? KeyMap { get; }

    public string File { get; }

    public SingleFileOptions Options { get; }

    /// <summary>The folder with the same weights; null where there is none.</summary>
    public string? SameWeights => Case.Config.TryGetProperty("same_weights_as", out JsonElement same)
        ? Path.GetFullPath(Path.Combine(Case.Folder, same.GetString()!))
        : null;

    public void Dispose() => _folder.Dispose();

    // A folder or a file of sections as it is; numbers of the original code under diffusers' names.
    private string ConfigPath()
    {
        if (SameWeights is string folder && Directory.Exists(folder))
            return folder;
        string path = _folder["config.json"];
        JsonObject config = JsonNode.Parse(Case.Config.GetRawText())!.AsObject();
        foreach (JsonObject part in config.Select(member => member.Value).OfType<JsonObject>())
        {
            if (part["norm_groups"] is JsonNode groups)
                part["norm_num_groups"] = groups.DeepClone();
            if (part["num_heads"] is JsonNode heads)
                part["attention_head_dim"] = heads.DeepClone();
        }
        System.IO.File.WriteAllText(path, config.ToJsonString());
        return path;
    }

    // The selection in the repository has no second copy of weights that another case holds.
    private void Assemble(string path)
    {
        ModelFolder folder = new(SameWeights!);
        List<SafetensorsSource> tensors = [];
        foreach (IGrouping<string, KeyValuePair<string, JsonNode?>> part in KeyMap!.GroupBy(row => row.Value!.GetValue<string>().Split('/')[0]))
        {
            using StoredWeights weights = folder.Component(part.Key).OpenWeights();
            foreach ((string name, JsonNode? value) in part)
            {
                StoredTensor tensor = weights.Entry(value!.GetValue<string>()[(part.Key.Length + 1)..]);
                byte[] bytes = weights.Bytes(tensor.Name).ToArray();
                bool convolution = name.Contains(".attn_1.", StringComparison.Ordinal) && tensor.Shape.Length == 2;
                tensors.Add(new SafetensorsSource(name, tensor.Type, convolution ? [.. tensor.Shape, 1, 1] : tensor.Shape, stream => stream.Write(bytes)));
            }
        }
        SafetensorsWriter.Write(path, tensors);
    }
}
