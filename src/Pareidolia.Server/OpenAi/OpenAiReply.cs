using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pareidolia.Imaging;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server.OpenAi;

/// <summary>Pictures as OpenAI's clients read them.</summary>
/// <param name="request">What was asked.</param>
/// <param name="http">How.</param>
/// <param name="store">Where the pictures are.</param>
internal sealed class OpenAiReply(OpenAiRequest request, HttpRequest http, PictureStore store)
{
    /// <summary>Most previews that a stream shows.</summary>
    public int Partial => request.PartialImages ?? 0;

    /// <summary>The whole answer.</summary>
    public JsonObject Of(JobView job)
    {
        JsonObject answer = new()
        {
            ["created"] = job.CreatedAt.ToUnixTimeSeconds(),
            ["data"] = new JsonArray([.. job.Pictures.Select(picture => (JsonNode)new JsonObject
            {
                [request.AsUrl ? "url" : "b64_json"] = request.AsUrl ? $"{http.Scheme}://{http.Host}{picture.Url}{Query}" : Encoded(picture.Id),
                ["revised_prompt"] = picture.Infotext is string text ? Infotext.Parse(text).Prompt : picture.Prompt,
            })]),
        };
        Describe(answer, job);
        return answer;
    }

    /// <summary>What a stream says of a finished picture.</summary>
    public JsonObject Completed(string type, JobView job, PictureView picture)
    {
        JsonObject said = new() { ["type"] = type, ["b64_json"] = Encoded(picture.Id), ["created_at"] = job.CreatedAt.ToUnixTimeSeconds() };
        Describe(said, job);
        return said;
    }

    /// <summary>What a stream shows of an unfinished one.</summary>
    public JsonObject Preview(string type, Job job, byte[] file, int index)
    {
        PictureOrder order = PictureOrder.Read(job.Settings);
        return new JsonObject
        {
            ["type"] = type, ["b64_json"] = Convert.ToBase64String(ImageFile.Encode(PngReader.Read(file, "the preview"), request.Encoding)),
            ["partial_image_index"] = index, ["created_at"] = job.CreatedAt.ToUnixTimeSeconds(), ["size"] = $"{order.Width}x{order.Height}",
            ["quality"] = request.Quality ?? "auto", ["background"] = "opaque", ["output_format"] = request.OutputFormat ?? "png",
        };
    }

    // The gallery keeps PNG files.
    private string Query => request.Encoding is { Format: not ImageFormat.Png, Quality: int quality } ? $"?format={request.OutputFormat}&quality={quality}" : "";

    private string Encoded(string id) => Convert.ToBase64String(request.Encoding.Format == ImageFormat.Png
        ? File.ReadAllBytes(store.FileOf(id)) : ImageFile.Encode(PngReader.Read(store.FileOf(id)), request.Encoding));

    private void Describe(JsonObject answer, JobView job)
    {
        PictureOrder order = PictureOrder.Read(job.Settings);
        answer["background"] = "opaque";
        answer["output_format"] = request.OutputFormat ?? "png";
        answer["size"] = $"{order.Width}x{order.Height}";
        answer["quality"] = request.Quality ?? "auto";
        // Nothing is charged here; words and steps stand in for tokens.
        int words = (order.Prompt ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Length, steps = order.Steps!.Value * order.Count!.Value;
        answer["usage"] = new JsonObject
        {
            ["total_tokens"] = words + steps, ["input_tokens"] = words, ["output_tokens"] = steps,
            ["input_tokens_details"] = new JsonObject { ["text_tokens"] = words, ["image_tokens"] = 0 },
        };
    }
}
