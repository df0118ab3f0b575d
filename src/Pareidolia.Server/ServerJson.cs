using System.Text.Json;
using System.Text.Json.Serialization;
using Pareidolia.Server.Explain;
using Pareidolia.Server.Generate;
using Pareidolia.Server.Http;
using Pareidolia.Server.Jobs;
using Pareidolia.Server.Learn;
using Pareidolia.Server.Models;
using Pareidolia.Server.Observing;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Safety;
using Pareidolia.Server.Train;
using Pareidolia.Server.Uploads;
using Pareidolia.Server.Upscale;

namespace Pareidolia.Server;

/// <summary>What the server reads and writes as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never, Converters = [typeof(FiniteConverter)])]
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
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(Upload))]
[JsonSerializable(typeof(FoundSettings))]
[JsonSerializable(typeof(ModelView[]))]
[JsonSerializable(typeof(SamplerView[]))]
[JsonSerializable(typeof(ScheduleView[]))]
[JsonSerializable(typeof(UpscalersView))]
[JsonSerializable(typeof(ChoicesView))]
[JsonSerializable(typeof(PictureOrder))]
[JsonSerializable(typeof(Forecast))]
[JsonSerializable(typeof(TokensAsked))]
[JsonSerializable(typeof(TokensFound))]
[JsonSerializable(typeof(TrainOrder))]
[JsonSerializable(typeof(LossView))]
[JsonSerializable(typeof(RecipeView[]))]
[JsonSerializable(typeof(ExplainOrder))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(Credentials))]
[JsonSerializable(typeof(SessionView))]
[JsonSerializable(typeof(AuditLine[]))]
[JsonSerializable(typeof(UpscaleOrder))]
[JsonSerializable(typeof(ModelOrder))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(ClassifyOrder))]
[JsonSerializable(typeof(ClassifyReport))]
[JsonSerializable(typeof(LessonView[]))]
[JsonSerializable(typeof(FillOrder))]
[JsonSerializable(typeof(FillReport))]
[JsonSerializable(typeof(CompleteOrder))]
[JsonSerializable(typeof(WrittenView))]
[JsonSerializable(typeof(WalkOrder))]
[JsonSerializable(typeof(VaryOrder))]
[JsonSerializable(typeof(DataView[]))]
internal sealed partial class ServerJson : JsonSerializerContext;
