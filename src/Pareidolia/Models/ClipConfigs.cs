using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>What both towers of CLIP are made of, named as in transformers' config.json.</summary>
public abstract record ClipTowerConfig
{
    private static readonly string[] Activations = ["quick_gelu", "gelu", "gelu_new", "gelu_pytorch_tanh"];

    /// <summary>Channels of the tokens.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Channels inside the feed-forward parts.</summary>
    public int IntermediateSize { get; init; }

    /// <summary>Width of the latent that text and picture share, where the tower has its own projection.</summary>
    public int ProjectionDim { get; init; } = 512;

    /// <summary>Number of layers.</summary>
    public int NumHiddenLayers { get; init; } = 12;

    /// <summary>Number of attention heads.</summary>
    public int NumAttentionHeads { get; init; }

    /// <summary>Epsilon of the layer norms.</summary>
    public double LayerNormEps { get; init; } = 1e-5;

    /// <summary><c>quick_gelu</c> (OpenAI's), <c>gelu</c> (OpenCLIP's) or <c>gelu_new</c>.</summary>
    public string HiddenAct { get; init; } = "quick_gelu";

    /// <summary>Whether the tower ends with its own projection (<c>...ModelWithProjection</c>).</summary>
    public bool WithProjection { get; init; }

    /// <summary>The architecture's name in transformers.</summary>
    internal abstract string ClassName { get; }

    /// <summary>The tower's numbers without braces around them.</summary>
    internal virtual void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteNumber("hidden_size", HiddenSize);
        json.WriteNumber("intermediate_size", IntermediateSize);
        json.WriteNumber("projection_dim", ProjectionDim);
        json.WriteNumber("num_hidden_layers", NumHiddenLayers);
        json.WriteNumber("num_attention_heads", NumAttentionHeads);
        json.WriteNumber("layer_norm_eps", LayerNormEps);
        json.WriteString("hidden_act", HiddenAct);
    }

    /// <summary>Writes the config as transformers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", [ClassName]);
        WriteMembers(json);
        json.WriteEndObject();
    }

    /// <summary>A tower's numbers of a transformers config, where it says nothing those of transformers' classes.</summary>
    private protected static T ReadTower<T>(T start, JsonConfig config, int hidden, int heads) where T : ClipTowerConfig => start with
    {
        HiddenSize = config.Int("hidden_size", hidden),
        IntermediateSize = config.Int("intermediate_size", 4 * hidden),
        ProjectionDim = config.Int("projection_dim", 512),
        NumHiddenLayers = config.Int("num_hidden_layers", 12),
        NumAttentionHeads = config.Int("num_attention_heads", heads),
        LayerNormEps = config.Double("layer_norm_eps", 1e-5),
        HiddenAct = config.Choice("hidden_act", Activations),
        WithProjection = config.Texts("architectures", []).Any(name => name.EndsWith("WithProjection", StringComparison.Ordinal)),
    };
}

/// <summary>The numbers of a <see cref="ClipTextModel"/>; the defaults are Stable Diffusion 1's (CLIP ViT-L/14).</summary>
public sealed record ClipTextConfig : ClipTowerConfig
{
    /// <summary>The end token's id in old configs, which means: the largest id of a text is its end.</summary>
    public const int LegacyEnd = 2;

    /// <summary>CLIP ViT-L/14's text tower.</summary>
    public ClipTextConfig()
    {
        HiddenSize = 768;
        IntermediateSize = 3072;
        ProjectionDim = 768;
        NumAttentionHeads = 12;
    }

    /// <summary>Number of tokens in the vocabulary.</summary>
    public int VocabSize { get; init; } = 49408;

    /// <summary>Tokens of the longest text.</summary>
    public int MaxPositionEmbeddings { get; init; } = 77;

    /// <summary>The id that ends a text, where its meaning is read; <see cref="LegacyEnd"/> means the largest id.</summary>
    public int EosTokenId { get; init; } = LegacyEnd;

    internal override string ClassName => WithProjection ? "CLIPTextModelWithProjection" : "CLIPTextModel";

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static ClipTextConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return ReadTower(new ClipTextConfig(), config, hidden: 512, heads: 8) with
        {
            VocabSize = config.Int("vocab_size", 49408),
            MaxPositionEmbeddings = config.Int("max_position_embeddings", 77),
            EosTokenId = config.Int("eos_token_id", 49407),
        };
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("model_type", "clip_text_model");
        base.WriteMembers(json);
        json.WriteNumber("vocab_size", VocabSize);
        json.WriteNumber("max_position_embeddings", MaxPositionEmbeddings);
        json.WriteNumber("eos_token_id", EosTokenId);
    }
}

/// <summary>The numbers of a <see cref="ClipVisionModel"/>; the defaults are CLIP ViT-L/14's.</summary>
public sealed record ClipVisionConfig : ClipTowerConfig
{
    /// <summary>CLIP ViT-L/14's vision tower.</summary>
    public ClipVisionConfig()
    {
        HiddenSize = 1024;
        IntermediateSize = 4096;
        ProjectionDim = 768;
        NumHiddenLayers = 24;
        NumAttentionHeads = 16;
    }

    /// <summary>Height and width of the pictures.</summary>
    public int ImageSize { get; init; } = 224;

    /// <summary>Height and width of the patches that become tokens.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Number of tokens: the patches and one for the whole picture.</summary>
    public int Tokens => ((ImageSize / PatchSize) * (ImageSize / PatchSize)) + 1;

    internal override string ClassName => WithProjection ? "CLIPVisionModelWithProjection" : "CLIPVisionModel";

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static ClipVisionConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        if (config.Int("num_channels", 3) != 3)
            throw new PareidoliaException($"'{config.Name}': \"num_channels\" is {config.Int("num_channels")}; 3 is supported.");
        return ReadTower(new ClipVisionConfig(), config, hidden: 768, heads: 12) with
        {
            ImageSize = config.Int("image_size", 224),
            PatchSize = config.Int("patch_size", 32),
        };
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("model_type", "clip_vision_model");
        base.WriteMembers(json);
        json.WriteNumber("image_size", ImageSize);
        json.WriteNumber("patch_size", PatchSize);
    }
}

/// <summary>The numbers of a <see cref="ClipModel"/>.</summary>
public sealed record ClipConfig
{
    /// <summary>The text tower.</summary>
    public ClipTextConfig Text { get; init; } = new();

    /// <summary>The vision tower.</summary>
    public ClipVisionConfig Vision { get; init; } = new();

    /// <summary>Width of the shared latent.</summary>
    public int ProjectionDim { get; init; } = 768;

    /// <summary>Where the logarithm of the logits' scale begins: ln(1 / 0.07).</summary>
    public double LogitScaleInitValue { get; init; } = 2.6592;

    /// <summary>Reads a transformers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static ClipConfig FromJson(JsonConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return new ClipConfig
        {
            Text = ClipTextConfig.FromJson(Needed(config, "text_config")),
            Vision = ClipVisionConfig.FromJson(Needed(config, "vision_config")),
            ProjectionDim = config.Int("projection_dim", 512),
            LogitScaleInitValue = config.Double("logit_scale_init_value", 2.6592),
        };
    }

    /// <summary>Writes the config as transformers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        ArgumentNullException.ThrowIfNull(json);
        json.WriteStartObject();
        json.WriteList("architectures", ["CLIPModel"]);
        json.WriteString("model_type", "clip");
        json.WriteNumber("projection_dim", ProjectionDim);
        json.WriteNumber("logit_scale_init_value", LogitScaleInitValue);
        json.WriteStartObject("text_config");
        Text.WriteMembers(json);
        json.WriteEndObject();
        json.WriteStartObject("vision_config");
        Vision.WriteMembers(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static JsonConfig Needed(JsonConfig config, string key) =>
        config.Section(key) ?? throw new PareidoliaException($"'{config.Name}' has no \"{key}\", the numbers of one of the towers.");
}
