using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training.Language;

/// <summary>The tables that a recipe measures word models on; empty where it names none.</summary>
/// <param name="Senses">Sentences with a word of several meanings.</param>
/// <param name="Pairs">Words that belong together, and words that do not.</param>
internal sealed record MeaningTables(IReadOnlyList<SenseSentence> Senses, IReadOnlyList<WordPair> Pairs)
{
    /// <summary>Reads the tables that a recipe's data section names.</summary>
    /// <exception cref="PareidoliaException">One is missing or broken.</exception>
    public static MeaningTables Load(DataRoot root, JsonConfig data) => new(
        data.Text("senses") is string senses ? SenseTable.Load(root.File(senses)) : [],
        data.Text("pairs") is string pairs ? WordPairs.Load(root.File(pairs)) : []);

    /// <summary>What a model makes of them, under the names of the metrics.</summary>
    public Dictionary<string, double> Measured(Func<IReadOnlyList<SenseSentence>, double> senses, Func<IReadOnlyList<WordPair>, double> pairs)
    {
        Dictionary<string, double> results = [];
        if (Senses.Count > 0)
            results["senses"] = senses(Senses);
        if (Pairs.Count > 0)
            results["pairs_auc"] = pairs(Pairs);
        return results;
    }
}
