using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Pareidolia.Imaging;
using Pareidolia.Server.Http;

namespace Pareidolia.Server.OpenAi;

/// <summary>What OpenAI's clients ask for. Its names are theirs.</summary>
internal sealed record OpenAiRequest
{
    private const int MostPictures = 10;
    private const int MostPartial = 3;

    private static readonly string[] s_qualities = ["auto", "low", "medium", "high", "standard", "hd"];

    public string? Prompt { get; init; }

    public string? Model { get; init; }

    public int? N { get; init; }

    public string? Size { get; init; }

    public string? Quality { get; init; }

    public string? ResponseFormat { get; init; }

    public string? OutputFormat { get; init; }

    public int? OutputCompression { get; init; }

    public string? Background { get; init; }

    public string? Moderation { get; init; }

    public bool? Stream { get; init; }

    public int? PartialImages { get; init; }

    public string? Style { get; init; }

    public string? User { get; init; }

    /// <summary>Ours: the seed.</summary>
    public long? Seed { get; init; }

    /// <summary>What is not known.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }

    /// <summary>The pictures' encoding.</summary>
    [JsonIgnore]
    public ImageEncoding Encoding => new(OutputFormat switch { null or "png" => ImageFormat.Png, "jpeg" => ImageFormat.Jpeg, _ => ImageFormat.WebP },
        OutputCompression is int percent ? Math.Max(1, percent) : ImageEncoding.UsualQuality);

    /// <summary>Whether pictures are answered as addresses.</summary>
    [JsonIgnore]
    public bool AsUrl => ResponseFormat == "url" || (ResponseFormat is null && Model?.StartsWith("dall-e", StringComparison.OrdinalIgnoreCase) == true);

    /// <summary>Reads a JSON body.</summary>
    /// <exception cref="Refusal">A field is not what it has to be.</exception>
    public static OpenAiRequest Read(JsonElement body) => JsonBody.As(body, OpenAiJson.Default.OpenAiRequest).Checked();

    /// <summary>Reads the fields of a form.</summary>
    /// <exception cref="Refusal">A field is not what it has to be.</exception>
    public static OpenAiRequest Read(IFormCollection form)
    {
        string? Text(string name) => form.TryGetValue(name, out Microsoft.Extensions.Primitives.StringValues value) && value.ToString() is { Length: > 0 } text ? text : null;
        int? Whole(string name) => Text(name) is not string text ? null : int.TryParse(text, out int number) ? number
            : throw Refusal.Bad($"{name} is '{(text.Length > 40 ? text[..40] : text)}'; a whole number is needed.", name);
        return new OpenAiRequest
        {
            Prompt = Text("prompt"), Model = Text("model"), N = Whole("n"), Size = Text("size"), Quality = Text("quality"), ResponseFormat = Text("response_format"),
            OutputFormat = Text("output_format"), OutputCompression = Whole("output_compression"), Background = Text("background"),
            Stream = Text("stream") is string stream ? stream is "true" or "1" : null, PartialImages = Whole("partial_images"), User = Text("user"), Seed = Whole("seed"),
        }.Checked();
    }

    private OpenAiRequest Checked()
    {
        Require(Unknown is null or { Count: 0 }, Unknown?.Keys.FirstOrDefault(), "there is no such parameter");
        Require(N is null or (>= 1 and <= MostPictures), "n", $"it is {N}; 1 to {MostPictures} is needed");
        Require(Quality is null || s_qualities.Contains(Quality), "quality", $"it is '{Quality}'; {string.Join(", ", s_qualities)} are known");
        Require(ResponseFormat is null or "url" or "b64_json", "response_format", $"it is '{ResponseFormat}'; url and b64_json are known");
        Require(OutputFormat is null or "png" or "jpeg" or "webp", "output_format", $"it is '{OutputFormat}'; png, jpeg and webp are known");
        Require(OutputCompression is null or (>= 0 and <= 100), "output_compression", $"it is {OutputCompression}; 0 to 100 is needed");
        Require(Background is null or "auto" or "opaque", "background", "pictures here are opaque");
        Require(Moderation is null or "auto" or "low", "moderation", $"it is '{Moderation}'; auto and low are known");
        Require(Style is null or "vivid" or "natural", "style", $"it is '{Style}'; vivid and natural are known");
        Require(PartialImages is null or (>= 0 and <= MostPartial), "partial_images", $"it is {PartialImages}; 0 to {MostPartial} is needed");
        Require(Seed is null or >= -1, "seed", $"it is {Seed}; a whole number from 0 is needed");
        return this;
    }

    private static void Require(bool holds, string? name, string why)
    {
        if (!holds)
            throw new Refusal(StatusCodes.Status400BadRequest, $"{name}: {why}.") { Field = name, Code = "invalid_value" };
    }
}

/// <summary>What OpenAI's clients write.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OpenAiRequest))]
internal sealed partial class OpenAiJson : JsonSerializerContext;
