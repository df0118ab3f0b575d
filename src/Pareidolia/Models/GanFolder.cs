namespace Pareidolia.Models;

/// <summary>How a GAN lies in a model folder: <c>model_index.json</c> names the class, and the generator has a folder beside <c>text_encoder/</c> and <c>tokenizer/</c>.</summary>
public static class GanFolder
{
    /// <summary>The pipeline's class.</summary>
    public const string PipelineClass = "GanPipeline";

    /// <summary>Where the generator lies.</summary>
    public const string Generator = "generator";
}
