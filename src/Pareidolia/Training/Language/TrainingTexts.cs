using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Training.Language;

/// <summary>The texts of a recipe for a language model, paragraph by paragraph.</summary>
/// <param name="Train">What is learned from.</param>
/// <param name="Validation">What is measured on.</param>
internal sealed record TrainingTexts(IReadOnlyList<string> Train, IReadOnlyList<string> Validation)
{
    /// <summary>Reads the files that the recipe's data section names.</summary>
    /// <exception cref="PareidoliaException">There are none, one is damaged, or they hold no text.</exception>
    public static TrainingTexts Load(Recipe recipe, DataRoot root)
    {
        JsonConfig data = recipe.Section("data");
        return new TrainingTexts(TextSet.Load(root, data, "train"), TextSet.Load(root, data, "validation"));
    }

    /// <summary>Tokens of a window, as the recipe says: all of the model's positions where it says nothing.</summary>
    /// <exception cref="PareidoliaException">The model has not so many, or there are too few.</exception>
    public static int Window(Recipe recipe, int positions, int least)
    {
        int window = recipe.Json.Int("window", positions);
        return window >= least && window <= positions ? window
            : throw new PareidoliaException($"The recipe's window is {window}; {least} to the model's {positions} positions are needed.");
    }
}
