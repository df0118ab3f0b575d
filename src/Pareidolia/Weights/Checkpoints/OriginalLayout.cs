namespace Pareidolia.Weights.Checkpoints;

/// <summary>Writes a folder's networks as one file in the original layout.</summary>
internal static class OriginalLayout
{
    /// <summary>Writes the file.</summary>
    /// <exception cref="PareidoliaException">A tensor has no name in the original layout.</exception>
    public static void Write(ModelSource model, string path, SafetensorsType? type)
    {
        CheckpointFamily family = FamilyOf(model);
        List<SafetensorsSource> tensors = [];
        List<StoredWeights> open = [];
        try
        {
            foreach (CheckpointPart part in family.Parts.Where(part => model.Has(part.Name)))
            {
                StoredWeights weights = model.Component(part.Name).OpenWeights();
                open.Add(weights);
                tensors.AddRange(Tensors(part, weights, type));
            }
            SafetensorsWriter.Write(path, tensors, Metadata(model));
        }
        finally
        {
            foreach (StoredWeights weights in open)
                weights.Dispose();
        }
    }

    private static CheckpointFamily FamilyOf(ModelSource model)
    {
        if (!model.Has("unet") || !model.Has("vae"))
            throw new PareidoliaException($"'{model.Path}' has {string.Join(", ", model.Names)}; the original layout holds a unet and a vae with their text encoders.");
        if (model.Has("text_encoder_2"))
            return model.Has("text_encoder") ? CheckpointFamily.Sdxl : CheckpointFamily.SdxlRefiner;
        return model.Component("unet").Config.Bool("use_linear_projection", false) ? CheckpointFamily.Sd2 : CheckpointFamily.Sd1;
    }

    private static IEnumerable<SafetensorsSource> Tensors(CheckpointPart part, StoredWeights weights, SafetensorsType? type)
    {
        Dictionary<string, TensorView> views = part.AllToOriginal(weights);
        if (part is { IsOpenClip: true, Name: "text_encoder" })
            AddUnusedLayer(part, views);
        MappedWeights mapped = new(weights, views, owns: false);
        return mapped.Names.Select(name => ModelConversion.Source(mapped, name, type));
    }

    // SD 2 reads the layer before the last: programs for the original layout expect one more, whose numbers do not matter.
    private static void AddUnusedLayer(CheckpointPart part, Dictionary<string, TensorView> views)
    {
        string layers = $"{part.Prefix}transformer.resblocks.";
        int count = Counted.Times(layer => views.ContainsKey($"{layers}{layer}.ln_1.weight"));
        string last = $"{layers}{count - 1}.";
        foreach (string name in views.Keys.Where(name => name.StartsWith(last, StringComparison.Ordinal)).ToArray())
            views[$"{layers}{count}.{name[last.Length..]}"] = views[name];
    }

    private static Dictionary<string, string> Metadata(ModelSource model)
    {
        JsonConfig? scheduler = model.Has("scheduler") ? model.Component("scheduler").Config : null;
        bool velocity = scheduler?.Text("prediction_type") == "v_prediction";
        Dictionary<string, string> texts = new() { ["format"] = "pt", [InferredScheduler.PredictionKey] = velocity ? "v" : "epsilon" };
        if (scheduler?.Bool("rescale_betas_zero_snr", false) == true)
            texts[InferredScheduler.ZeroTerminalKey] = "true";
        return texts;
    }
}
