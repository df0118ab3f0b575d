namespace Pareidolia.Graph.Validation;

/// <summary>The nodes that others need, each behind those that it needs itself.</summary>
/// <param name="Order">Their names.</param>
/// <param name="Cycle">Nodes that need each other in a circle, the first once more at the end; null where there are none.</param>
internal sealed record NodeOrder(IReadOnlyList<string> Order, IReadOnlyList<string>? Cycle)
{
    /// <summary>All that the targets need, and the targets. Links to nodes that are not there are passed over.</summary>
    public static NodeOrder Of(GraphPrompt prompt, IEnumerable<string> targets)
    {
        Walk walk = new(prompt);
        IReadOnlyList<string>? cycle = null;
        foreach (string target in targets)
            cycle ??= walk.From(target);
        return new NodeOrder(walk.Done, cycle);
    }

    // Depth first with a stack of its own: a chain of ten thousand nodes must not end the process.
    private sealed class Walk(GraphPrompt prompt)
    {
        private readonly HashSet<string> _finished = [];
        private readonly Stack<(string Node, Queue<string> Needed)> _open = [];
        private readonly HashSet<string> _onPath = [];

        public List<string> Done { get; } = [];

        public IReadOnlyList<string>? From(string target)
        {
            Open(target);
            while (_open.TryPeek(out (string Node, Queue<string> Needed) top))
            {
                if (!top.Needed.TryDequeue(out string? next))
                    Close();
                else if (_onPath.Contains(next))
                    return [.. _open.Select(step => step.Node).TakeWhile(node => node != next).Append(next).Reverse(), next];
                else
                    Open(next);
            }
            return null;
        }

        private void Open(string node)
        {
            if (_finished.Contains(node) || !prompt.Nodes.TryGetValue(node, out GraphNode? found))
                return;
            _onPath.Add(node);
            _open.Push((node, new Queue<string>(found.Links.Select(link => link.Link.Node))));
        }

        private void Close()
        {
            string node = _open.Pop().Node;
            _onPath.Remove(node);
            _finished.Add(node);
            Done.Add(node);
        }
    }
}
