using Pareidolia.Pipelines;

namespace Pareidolia.Cli.Xyz;

/// <summary>The one model that is loaded: pictures that need the same model and the same additions to it share it.</summary>
internal sealed class ModelInUse : IDisposable
{
    private string? _key;
    private LoadedModels? _models;

    /// <summary>What tells models apart.</summary>
    public static string KeyOf(GenerateRequest request)
    {
        Adapters.AdapterChoice adapters = request.Words.AdaptersFor([request.Prompt ?? ""]);
        string joined = string.Join('|', [.. adapters.Loras.Select(lora => lora.ToString()), adapters.Embeddings ?? "", .. request.Control.Nets]);
        return $"{request.Model}|{request.SingleFile}|{request.Memory}|{request.Decoder}|{request.Ways.Refiner}|{request.Ways.Hires.Upscaler}|{joined}";
    }

    /// <summary>The model of a request, loaded if it is not the one that is there.</summary>
    /// <exception cref="PareidoliaException">It cannot be loaded.</exception>
    public LoadedModels For(GenerateRequest request, GenerateRun run)
    {
        string key = KeyOf(request);
        if (_models is null || key != _key)
        {
            _models?.Dispose();
            _models = null;
            (_models, _key) = (run.Open(), key);
        }
        request.SetArithmetic(_models.Pipeline);
        return _models;
    }

    /// <inheritdoc/>
    public void Dispose() => _models?.Dispose();
}
