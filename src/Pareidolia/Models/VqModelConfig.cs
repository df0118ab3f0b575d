using System.Text.Json;
using Pareidolia.Weights;

namespace Pareidolia.Models;

/// <summary>The numbers of a <see cref="VqModel"/>, named as in diffusers' config.json.</summary>
public sealed record VqModelConfig : LatentHalvesConfig
{
    /// <summary>The numbers of latent-diffusion's usual model.</summary>
    public VqModelConfig() => (BlockOutChannels, LatentChannels) = ([128, 256, 512], 3);

    /// <summary>Entries of the codebook.</summary>
    public int NumVqEmbeddings { get; init; } = 256;

    /// <summary>Numbers of each entry.</summary>
    public int VqEmbedDim { get; init; } = 3;

    /// <summary>Reads a diffusers config.</summary>
    /// <exception cref="PareidoliaException">A value is of the wrong kind, or asks for a part that is not supported.</exception>
    public static VqModelConfig FromJson(JsonConfig config)
    {
        VqModelConfig read = Read(new VqModelConfig(), config, latentChannels: 3);
        config.Choice("norm_type", "group");
        config.RequireFalse("lookup_from_codebook");
        return read with
        {
            NumVqEmbeddings = config.Int("num_vq_embeddings", 256),
            VqEmbedDim = config.Int("vq_embed_dim", read.LatentChannels),
        };
    }

    /// <summary>Writes the config as diffusers reads it.</summary>
    public void Write(Utf8JsonWriter json)
    {
        WriteShared(json, "VQModel");
        json.WriteNumber("num_vq_embeddings", NumVqEmbeddings);
        json.WriteNumber("vq_embed_dim", VqEmbedDim);
        json.WriteString("norm_type", "group");
        json.WriteBoolean("lookup_from_codebook", false);
        json.WriteEndObject();
    }
}
