using System.Text.Json;
using Pareidolia.Diffusion;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Whole runs of diffusers, from text, from a picture, and within a mask, stage by stage: tokens, conditioning, every step's latents, decoded picture.</summary>
public sealed class StableDiffusionGoldenTests
{
    public static TheoryData<string> Cases => [.. GoldenCase.NamesOfKind("sd_pipeline"), .. GoldenCase.NamesOfKind("sdxl_pipeline")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_run_agrees_with_diffusers(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(ModelOf(golden, folder));
        pipeline.Exact = true;
        GenerateSettings settings = SettingsOf(golden);
        PictureRequest[] batch = BatchOf(golden);

        CheckTokens(golden, pipeline, batch, settings);
        using Conditioning conditioning = pipeline.Encode(batch, settings);
        CheckConditioning(golden, conditioning);
        StepNoise noise = NoiseOf(golden);
        using RunStart start = StartOf(golden, pipeline, settings, noise);
        using Latent final = Denoised(golden, pipeline.Denoise(conditioning, start, settings, noise));
        golden.Check("final_latents", final.Values, Layout.ChannelsLast);
        using Tensor pixels = pipeline.Decoder.Pixels(final.Values);
        golden.Check("decoded_raw", pixels, Layout.ChannelsLast);
        CheckPictures(golden, pipeline.Decode(final));
    }

    private static RunStart StartOf(GoldenCase golden, StableDiffusionPipeline pipeline, GenerateSettings settings, StepNoise noise)
    {
        if (settings.Source is null)
            return new RunStart(new Latent(golden.Input("latents", Backend.Cpu, Layout.ChannelsLast)));
        Tensor picture = golden.Input("image", Backend.Cpu, Layout.ChannelsLast).Affine(2, -1);
        Tensor? mask = golden.Inputs.ContainsKey("mask") ? golden.Input("mask", Backend.Cpu, Layout.ChannelsLast) : null;
        return pipeline.Begin(() => noise(default, default), settings, new SourcePixels(picture, mask));
    }

    // Python's -Infinity, in a scheduler's lambda_min_clipped, is no JSON; it says "no bound".
    private static JsonElement ConfigOf(GoldenCase golden) =>
        JsonElement.Parse(File.ReadAllText(Path.Combine(golden.Folder, "config.json")).Replace("-Infinity", "null", StringComparison.Ordinal));

    // The case's model with the case's scheduler.
    private static string ModelOf(GoldenCase golden, TemporaryFolder folder)
    {
        string source = Path.GetFullPath(Path.Combine(golden.Folder, ConfigOf(golden).GetProperty("pipeline").GetString()!));
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string target = folder[Path.GetRelativePath(source, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        if (ConfigOf(golden).TryGetProperty("unet_override", out JsonElement unet) && unet.GetString() is string weights)
            Replace(Path.Combine(golden.Folder, weights), folder);
        File.WriteAllText(folder["scheduler/scheduler_config.json"], ConfigOf(golden).GetProperty("scheduler").GetRawText());
        return folder.Path;
    }

    // A UNet of nine channels, else like the model's own.
    private static void Replace(string weights, TemporaryFolder folder)
    {
        foreach (string old in Directory.GetFiles(folder["unet"], "*.safetensors"))
            File.Copy(weights, old, overwrite: true);
        string config = File.ReadAllText(folder["unet/config.json"]);
        File.WriteAllText(folder["unet/config.json"], System.Text.RegularExpressions.Regex.Replace(config, "\"in_channels\": *4", "\"in_channels\": 9"));
    }

    private static SourcePicture? SourceOf(GoldenCase golden) =>
        ConfigOf(golden).TryGetProperty("strength", out JsonElement strength) && strength.ValueKind == JsonValueKind.Number
        ? new SourcePicture(new Image(1, 1)) { Strength = strength.GetDouble() }
        : null;

    private static GenerateSettings SettingsOf(GoldenCase golden) => new()
    {
        Source = SourceOf(golden),
        Steps = ConfigOf(golden).GetProperty("num_inference_steps").GetInt32(),
        Guidance = ConfigOf(golden).GetProperty("guidance_scale").GetDouble(),
        Width = ConfigOf(golden).GetProperty("width").GetInt32(),
        Height = ConfigOf(golden).GetProperty("height").GetInt32(),
        Eta = ConfigOf(golden).TryGetProperty("eta", out JsonElement eta) ? eta.GetDouble() : null,
        GuidanceRescale = ConfigOf(golden).TryGetProperty("guidance_rescale", out JsonElement rescale) ? rescale.GetDouble() : 0,
        // diffusers counts the layers that are left out, the web UI counts from the end.
        ClipSkip = ConfigOf(golden).TryGetProperty("clip_skip", out JsonElement skip) ? skip.GetInt32() + 1 : 1,
        Sizes = SizesOf(ConfigOf(golden)),
    };

    private static PictureRequest[] BatchOf(GoldenCase golden)
    {
        string[] prompts = Texts(golden, "prompt"), negatives = Texts(golden, "negative_prompt");
        return [.. prompts.Select((prompt, i) => new PictureRequest(prompt, negatives.Length > i ? negatives[i] : "", 0))];
    }

    private static string[] Texts(GoldenCase golden, string name)
    {
        JsonElement texts = ConfigOf(golden).GetProperty(name);
        return texts.ValueKind == JsonValueKind.Array ? [.. texts.EnumerateArray().Select(text => text.GetString()!)] : [];
    }

    // The reference's own noise, in the order in which it drew it.
    private static StepNoise NoiseOf(GoldenCase golden)
    {
        int drawn = 0;
        return (_, _) => golden.Input($"noise{drawn++}", Backend.Cpu, Layout.ChannelsLast);
    }

    private static void CheckTokens(GoldenCase golden, StableDiffusionPipeline pipeline, PictureRequest[] batch, GenerateSettings settings)
    {
        int length = pipeline.PromptTokens + 2;
        Assert.Equal(golden.Outputs["input_ids"].ToInt64(), batch.SelectMany(picture => Ids(picture.Prompt)));
        if (settings.Guidance != 1)
            Assert.Equal(golden.Outputs["negative_input_ids"].ToInt64(), batch.SelectMany(picture => Ids(picture.Negative)));
        IEnumerable<long> Ids(string text) => pipeline.Tokenize(text).Padded(length).Select(id => (long)id);
    }

    private static void CheckConditioning(GoldenCase golden, Conditioning conditioning)
    {
        // The file has the embeddings without clip skip.
        if (ConfigOf(golden).TryGetProperty("clip_skip", out _))
            return;
        foreach (IGrouping<bool, ConditionRow> rows in conditioning.RowsAt(1).GroupBy(row => row.Weight is null))
        {
            string prefix = rows.Key ? "negative_" : "";
            golden.Check($"{prefix}prompt_embeds", [.. rows.SelectMany(row => row.Text.Context.ToArray())]);
            if (golden.Outputs.ContainsKey($"{prefix}pooled_prompt_embeds"))
                golden.Check($"{prefix}pooled_prompt_embeds", [.. rows.SelectMany(row => row.Text.Pooled!.ToArray())]);
        }
    }

    // Heights stand before widths there.
    private static SizeConditioning SizesOf(JsonElement config) => new()
    {
        Original = Pair(config, "original_size"),
        Crop = Pair(config, "crops_coords_top_left") ?? default,
        Target = Pair(config, "target_size"),
    };

    private static (int, int)? Pair(JsonElement config, string name) =>
        config.TryGetProperty(name, out JsonElement pair) && pair.ValueKind == JsonValueKind.Array ? (pair[1].GetInt32(), pair[0].GetInt32()) : null;

    private static Latent Denoised(GoldenCase golden, IEnumerable<DenoiseStep> steps)
    {
        GoldenTensor expected = golden.Outputs["latents_steps"];
        int[] shape = expected.Shape[1..];
        List<float[]> samples = [];
        List<double> timesteps = [];
        Tensor? last = null;
        foreach (DenoiseStep step in steps)
        {
            samples.Add(Layout.ChannelsLast.Unload(step.Sample.ToArray(), shape));
            timesteps.Add(step.From.Timestep);
            last?.Dispose();
            last = step.Take();
        }
        // diffusers counts the two estimates of PLMS's first step as two steps at one timestep; the first of them is no step of ours.
        if (samples.Count == expected.Shape[0] - 1)
            samples.Insert(0, expected.ToSingle()[..samples[0].Length]);
        golden.Check("latents_steps", samples.SelectMany(sample => sample).ToArray());
        double[] visited = [.. golden.Outputs["timesteps"].ToSingle().Distinct().Select(t => (double)t)];
        Assert.Equal(visited, timesteps, (a, b) => Math.Abs(a - b) <= 0.02);
        return new Latent(last!);
    }

    // A byte is the nearest to the reference's value, or the next where that value lies between two within the tolerance.
    private static void CheckPictures(GoldenCase golden, IReadOnlyList<Image> images)
    {
        GoldenTensor expected = golden.Outputs["image"];
        float[] bytes = [.. images.SelectMany(image => image.Pixels).Select(value => (float)value)];
        float[] actual = Layout.ChannelsLast.Unload(bytes, expected.Shape);
        double allowed = 0.5 + 255 * golden.Description.GetProperty("tolerance").GetProperty("per_tensor_max_abs").GetProperty("image").GetDouble();
        Assert.All(expected.ToSingle().Zip(actual), pair => Assert.InRange(Math.Abs(pair.First * 255 - pair.Second), 0, allowed));
    }
}
