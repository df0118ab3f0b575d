using System.Text.Json;
using Pareidolia.Tests.Golden;
using Pareidolia.Text;
using Pareidolia.Text.Prompts;

namespace Pareidolia.Tests.Text.Prompts;

/// <summary>The prompt language as the web UI's and ComfyUI's own parsers read it, row by row.</summary>
public sealed class PromptGoldenTests
{
    private const double WeightTolerance = 1e-9;

    public static TheoryData<string> WebUi() => GoldenCase.NamesOfKind("prompt_webui");

    public static TheoryData<string> Comfy() => GoldenCase.NamesOfKind("prompt_comfy");

    [Theory]
    [MemberData(nameof(WebUi))]
    public void Web_ui_weights_are_exact(string name)
    {
        foreach (JsonElement row in Rows(name, "attention.json"))
        {
            string prompt = row.GetProperty("prompt").GetString()!;
            IReadOnlyList<WeightedText> parsed = WebUiEmphasis.Parse(prompt);
            if (row.TryGetProperty("parsed", out JsonElement expected))
                CheckWeights(prompt, expected, parsed);
        }
    }

    [Theory]
    [MemberData(nameof(WebUi))]
    public void Web_ui_schedules_are_exact(string name)
    {
        foreach (JsonElement row in Rows(name, "schedules.json"))
        {
            PromptSchedule schedule = PromptSchedule.Parse(row.GetProperty("prompt").GetString()!);
            int steps = row.GetProperty("steps").GetInt32();
            IReadOnlyList<ScheduledText> plain = schedule.Over(new SchedulePass(steps));
            Assert.Equal(Scheduled(row, "schedule"), plain);
            Assert.Equal(Scheduled(row, "schedule_old"), schedule.Over(new SchedulePass(steps, OldFractions: true)));
            Assert.Equal(Scheduled(row, "schedule_hires_pass"), schedule.Over(new SchedulePass(steps, Earlier: steps)));
            IEnumerable<string> inForce = Enumerable.Range(1, steps).Select(step => plain.First(text => text.Until >= step).Text);
            Assert.Equal(row.GetProperty("per_step").EnumerateArray().Select(text => text.GetString()!), inForce);
        }
    }

    [Theory]
    [MemberData(nameof(WebUi))]
    public void Web_ui_compositions_are_exact(string name)
    {
        foreach (JsonElement row in Rows(name, "compose.json"))
        {
            List<string> flat = [];
            JsonElement[] indexes = [.. row.GetProperty("indexes").EnumerateArray()];
            string[] prompts = [.. row.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetString()!)];
            for (int i = 0; i < prompts.Length; i++)
            {
                IReadOnlyList<WeightedText> parts = PromptComposition.Split(prompts[i]);
                flat.AddRange(parts.Select(part => part.Text).Where(text => !flat.Contains(text)));
                Assert.Equal(
                    indexes[i].EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetDouble())),
                    parts.Select(part => (flat.IndexOf(part.Text), part.Weight)));
            }
            Assert.Equal(row.GetProperty("flat").EnumerateArray().Select(text => text.GetString()!), flat);
        }
    }

    [Theory]
    [MemberData(nameof(Comfy))]
    public void Comfy_weights_are_exact(string name)
    {
        foreach (JsonElement row in Rows(name, "comfy.json"))
        {
            string prompt = row.GetProperty("prompt").GetString()!;
            CheckWeights(prompt, row.GetProperty("token_weights"), ComfyEmphasis.Parse(prompt));
        }
    }

    [Theory]
    [MemberData(nameof(Comfy))]
    public void Comfy_token_batches_are_exact(string name)
    {
        const string Vocabulary = "clip-vocab/bpe_simple_vocab_16e6.txt.gz";
        ClipTokenizer tokenizer = ClipTokenizer.Load(SharedData.Require(Vocabulary).File(Vocabulary));
        foreach (JsonElement row in Rows(name, "comfy.json"))
        {
            if (!row.TryGetProperty("batches", out JsonElement batches))
                continue;
            string prompt = row.GetProperty("prompt").GetString()!;
            IReadOnlyList<TokenChunk> chunks =
                ComfyChunks.Cut(ComfyEmphasis.Parse(prompt), tokenizer, 77, new Dictionary<string, LearnedWord>());
            Assert.Equal(batches.GetArrayLength(), chunks.Count);
            foreach ((JsonElement expected, TokenChunk chunk) in batches.EnumerateArray().Zip(chunks))
                Assert.Equal(
                    expected.EnumerateArray().Select(pair => (pair[0].GetInt32(), pair[1].GetDouble())),
                    chunk.Tokens.Select(token => (token.Id, token.Weight)), Near);
        }
    }

    private static IEnumerable<JsonElement> Rows(string name, string file) =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(RepositoryRoot.Golden, name, file))).EnumerateArray();

    private static IEnumerable<ScheduledText> Scheduled(JsonElement row, string name) =>
        row.GetProperty(name).EnumerateArray().Select(pair => new ScheduledText(pair[0].GetInt32(), pair[1].GetString()!));

    private static void CheckWeights(string prompt, JsonElement expected, IReadOnlyList<WeightedText> actual)
    {
        WeightedText[] rows = [.. expected.EnumerateArray().Select(pair => new WeightedText(pair[0].GetString()!, pair[1].GetDouble()))];
        string shown = $"'{prompt}': {string.Join(' ', actual)} instead of {string.Join(' ', rows)}";
        Assert.True(rows.Length == actual.Count, shown);
        Assert.True(rows.Zip(actual).All(pair => pair.First.Text == pair.Second.Text
            && Math.Abs(pair.First.Weight - pair.Second.Weight) <= WeightTolerance), shown);
    }

    private static bool Near((int Id, double Weight) a, (int Id, double Weight) b) =>
        a.Id == b.Id && Math.Abs(a.Weight - b.Weight) <= WeightTolerance;
}
