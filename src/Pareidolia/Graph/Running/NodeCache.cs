using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Pareidolia.Graph.Inputs;
using Pareidolia.Graph.Validation;

namespace Pareidolia.Graph.Running;

/// <summary>
/// What nodes gave in the last run, by what decides it: their kind, their values, and the same of all that they need. A graph that is run again with
/// one value changed runs only what that value changes.
/// </summary>
internal sealed class NodeCache : IDisposable
{
    private readonly Dictionary<string, NodeResult> _results = [];

    /// <summary>The signature of each node of a sound graph.</summary>
    /// <param name="prompt">The graph.</param>
    /// <param name="order">Its nodes, each behind what it needs.</param>
    /// <param name="validator">Reads values.</param>
    /// <param name="folders">Where files are.</param>
    public static Dictionary<string, string> Signatures(GraphPrompt prompt, IEnumerable<string> order, GraphValidator validator, GraphFolders folders)
    {
        Dictionary<string, string> signatures = [];
        foreach (string id in order)
        {
            GraphNode node = prompt.Nodes[id];
            Node kind = NodeCatalog.Find(node.Class!)!;
            StringBuilder text = new($"{node.Class}\n{kind.Fingerprint(validator.Read(node, kind), folders)}\n");
            foreach (Input input in kind.Inputs)
                text.Append($"{input.Name}={Written(node.Inputs[input.Name], signatures)}\n");
            signatures[id] = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        }
        return signatures;
    }

    /// <summary>What a signature came to; null where it has not run.</summary>
    public NodeResult? Find(string signature) => _results.GetValueOrDefault(signature);

    /// <summary>Keeps what a node gave.</summary>
    public void Add(string signature, NodeResult result) => _results[signature] = result;

    /// <summary>Lets go of all but some.</summary>
    public void KeepOnly(IEnumerable<string> signatures)
    {
        HashSet<string> kept = [.. signatures];
        foreach (string signature in _results.Keys.Where(signature => !kept.Contains(signature)).ToArray())
        {
            _results[signature].Dispose();
            _results.Remove(signature);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => KeepOnly([]);

    private static string Written(JsonNode? value, Dictionary<string, string> signatures) =>
        NodeLink.Of(value) is NodeLink link ? $"{signatures[link.Node]}:{link.Slot}" : value?.ToJsonString() ?? "";
}
