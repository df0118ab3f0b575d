using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Pictures;

namespace Pareidolia.Server;

/// <summary>What the server reads and writes as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(JobView))]
[JsonSerializable(typeof(JobPage))]
[JsonSerializable(typeof(JobMove))]
[JsonSerializable(typeof(PreviewPlace))]
[JsonSerializable(typeof(PicturePage))]
[JsonSerializable(typeof(PictureChange))]
[JsonSerializable(typeof(Film))]
internal sealed partial class ServerJson : JsonSerializerContext;
