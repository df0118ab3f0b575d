using Pareidolia.Text;
using Pareidolia.Weights;

namespace Pareidolia.Pipelines;

/// <summary>A model's tokenizer.</summary>
public static class TokenizerPart
{
    /// <summary>Loads it from its folder; where the model itself says how texts are padded, that counts.</summary>
    /// <exception cref="PareidoliaException">A file is missing or damaged.</exception>
    public static ClipTokenizer Load(ModelComponent component)
    {
        ArgumentNullException.ThrowIfNull(component);
        ClipVocabulary vocabulary = RandomModel.IsNamed(component.Folder) ? RandomModel.Vocabulary : ClipVocabulary.Load(component.Folder);
        return new ClipTokenizer(component.PadToken is string pad ? vocabulary with { PadToken = pad } : vocabulary);
    }
}
