namespace Pareidolia.Text.Prompts;

/// <summary>A part of a prompt and how strongly it counts; 1 is as it is written.</summary>
/// <param name="Text">The words, their escapes undone.</param>
/// <param name="Weight">Any number; negative ones push away.</param>
internal readonly record struct WeightedText(string Text, double Weight)
{
    /// <summary>The web UI's word that ends a chunk of tokens. In brackets, where its weight is another, it is a word like any other.</summary>
    public static WeightedText Break { get; } = new("BREAK", -1);

    /// <summary>Whether a chunk ends here.</summary>
    public bool IsBreak => this == Break;

    /// <summary>Neighbours of equal weight as one; a prompt without words as one empty part.</summary>
    public static IReadOnlyList<WeightedText> Merged(IEnumerable<WeightedText> parts)
    {
        List<WeightedText> merged = [];
        List<string> run = [];
        double weight = 1;
        foreach (WeightedText part in parts)
        {
            if (run.Count > 0 && part.Weight != weight)
                EndRun();
            weight = part.Weight;
            run.Add(part.Text);
        }
        if (run.Count > 0 || merged.Count == 0)
            EndRun();
        return merged;

        void EndRun()
        {
            merged.Add(new WeightedText(string.Concat(run), weight));
            run.Clear();
        }
    }
}
