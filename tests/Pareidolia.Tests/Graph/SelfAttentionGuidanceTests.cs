using System.Text.Json.Nodes;
using Pareidolia.Diffusion;
using Pareidolia.Graph;
using Pareidolia.Graph.Running;
using Pareidolia.Graph.Sampling;
using Pareidolia.Graph.Values;
using Pareidolia.Models;
using Pareidolia.Nn;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Graph;

/// <summary>Self-attention guidance: what is blurred, and when it steers.</summary>
public sealed class SelfAttentionGuidanceTests
{
    private const double Timestep = 400;

    [Fact]
    public void Only_the_half_that_is_looked_at_is_blurred_with_a_mirror_at_the_edges()
    {
        using Scope scope = new();
        const int Side = 6;
        float[] values = [.. Enumerable.Range(0, Side * Side).Select(i => MathF.Sin(i * i))];
        float[] blurred = BlurredPart.Of(Tensor.From(values, [1, Side, Side, 1]), LookingLeft(), 2).ToArray();
        for (int row = 0; row < Side; row++)
            for (int column = 0; column < Side; column++)
                Assert.Equal(column < Side / 2 ? Gaussian(values, row, column, Side) : values[(row * Side) + column], blurred[(row * Side) + column], 1e-5);
    }

    [Fact]
    public void A_blur_of_nothing_leaves_pictures_as_they_are()
    {
        using Scope scope = new();
        Tensor pictures = Tensor.Uniform([1, 6, 6, 4], 5, 1);
        Assert.Equal(pictures.ToArray(), BlurredPart.Of(pictures, LookingLeft(), 0).ToArray());
        Assert.True(BlurredPart.Fits(Tensor.Zeros([1, 5, 9, 4])));
        Assert.False(BlurredPart.Fits(Tensor.Zeros([1, 9, 4, 4])));
    }

    [Fact]
    public void What_is_said_of_the_blurred_picture_is_steered_away_from()
    {
        const double Scale = 3, Steering = 2, Blur = 1.5;
        using TemporaryFolder folder = new();
        GraphFolders folders = new(folder["in"], folder["out"], folder["temp"]);
        using LoadedWeights models = new(folders, null, _ => { });
        using Scope scope = new();
        ModelChoice choice = new(TinyGraph.Model, []);
        LoadedModel model = models.Model(choice);
        EncodedText[] texts = [.. ((string[])["a cat", "blurry"]).Select(text => models.Text(choice).Read(text, text))];
        ConditioningValue[] said = [.. texts.Select(text => new ConditioningValue([new ConditioningEntry(text)]))];
        SamplingPlan plan = SamplerCatalog.Along(model.Scheduler, SamplerCatalog.Find("euler"), [14.6, 0], GraphSampling.Options(model));
        Guides guides = new(said[0], said[1], Scale);
        Tensor x = Tensor.Uniform([1, 16, 16, 4], 3, 2);
        HeardTexts heard = new TextPreparation(models, choice, plan.Schedule!, new LatentValue(x)).Prepare(guides, needsNegative: false);
        ModelPatches patches = new() { Blur = new BlurSteering(Steering, Blur) };
        using GraphGuidance guidance = new(new ConditionedNetwork(model, plan.Schedule!), plan, patches, guides, heard);
        Tensor steered = guidance.Predict(x, Timestep).Output;

        NoiseLevel level = NoiseLevel.Preserving(plan.Schedule!.LogInterpolatedSigmaAt(Timestep));
        BottomWatch watch = new();
        Tensor prompted = Noise(x, texts[0], null), negative = Noise(x, texts[1], watch);
        Tensor clean = Clean(x, negative), blurred = BlurredPart.Of(clean, watch, Blur), seen = x + (blurred - clean).Scale((float)level.Alpha);
        Tensor wanted = Clean(x, negative + (prompted - negative).Scale((float)Scale)) + (blurred - Clean(seen, Noise(seen, texts[1], null))).Scale((float)Steering);
        Assert.NotEqual(clean.ToArray(), blurred.ToArray());
        Assert.All(wanted.ToArray().Zip(Clean(x, steered).ToArray()), pair => Assert.Equal(pair.First, pair.Second, 2e-3));

        Tensor Noise(Tensor sample, EncodedText text, BottomWatch? mid) =>
            model.UNet.Model.Forward(sample, [(float)Timestep], text.Context, new UNetExtras { MidWatch = mid });

        Tensor Clean(Tensor sample, Tensor noise) => (sample - noise.Scale((float)level.Sigma)).Scale((float)(1 / level.Alpha));
    }

    [Theory]
    [InlineData(6, 0, true)]
    [InlineData(6, 2, false)]
    // Without other guidance the negative text is asked all the same.
    [InlineData(1, 0, true)]
    [InlineData(1, 2, false)]
    public void Where_nothing_is_blurred_nothing_is_steered(double scale, double sigma, bool same)
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        (graph["4"]!["inputs"]!["width"], graph["4"]!["inputs"]!["height"]) = (128, 128);
        graph["5"]!["inputs"]!["cfg"] = scale;
        byte[] plain = tiny.Run(graph)[0].Pixels;
        graph["20"] = GraphRunTests.Node("SelfAttentionGuidance", ("model", GraphRunTests.Link("1")), ("scale", 5), ("blur_sigma", sigma));
        graph["5"]!["inputs"]!["model"] = GraphRunTests.Link("20");
        int difference = tiny.Run(graph)[0].Pixels.Zip(plain, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(same ? difference <= 1 : difference > 1, $"The largest difference is {difference} shades.");
    }

    [Theory]
    [InlineData(32, true)]
    [InlineData(64, false)]
    public void Pictures_of_few_cells_and_guiders_without_a_negative_text_are_not_steered(int side, bool hasNegative)
    {
        using TinyGraph tiny = new();
        JsonObject graph = TinyGraph.TextToImage();
        (graph["4"]!["inputs"]!["width"], graph["4"]!["inputs"]!["height"]) = (side, side);
        graph["20"] = GraphRunTests.Node("SelfAttentionGuidance", ("model", GraphRunTests.Link("1")), ("scale", 5), ("blur_sigma", 2));
        byte[] Drawn(string model)
        {
            graph["5"]!["inputs"]!["model"] = GraphRunTests.Link(model);
            return tiny.Run(hasNegative ? graph : GuidedByOne(graph, model))[0].Pixels;
        }
        Assert.Equal(Drawn("1"), Drawn("20"));
    }

    // The same graph with a guider that has one text.
    private static JsonObject GuidedByOne(JsonObject graph, string model)
    {
        JsonObject guided = graph.DeepClone().AsObject();
        guided["10"] = GraphRunTests.Node("KSamplerSelect", ("sampler_name", "euler"));
        guided["11"] = GraphRunTests.Node("BasicScheduler", ("model", GraphRunTests.Link(model)), ("scheduler", "normal"), ("steps", 2), ("denoise", 1));
        guided["12"] = GraphRunTests.Node("RandomNoise", ("noise_seed", 7));
        guided["13"] = GraphRunTests.Node("BasicGuider", ("model", GraphRunTests.Link(model)), ("conditioning", GraphRunTests.Link("2")));
        guided["5"] = GraphRunTests.Node("SamplerCustomAdvanced", ("noise", GraphRunTests.Link("12")), ("guider", GraphRunTests.Link("13")),
            ("sampler", GraphRunTests.Link("10")), ("sigmas", GraphRunTests.Link("11")), ("latent_image", GraphRunTests.Link("4")));
        return guided;
    }

    // A bottom of two pixels, of which all attention goes to the left one.
    private static BottomWatch LookingLeft()
    {
        BottomWatch watch = new();
        using (watch.Over(Tensor.Zeros([1, 1, 2, 1])))
            SelfAttentionWatch.See(Tensor.Full([1, 2, 1], 1), Tensor.From([9f, -9f], [1, 2, 1]), 1);
        return watch;
    }

    private static double Gaussian(float[] values, int row, int column, int side)
    {
        double sum = 0, all = 0;
        for (int dy = -4; dy <= 4; dy++)
            for (int dx = -4; dx <= 4; dx++)
            {
                double weight = Math.Exp(-((dx * dx) + (dy * dy)) / 8.0);
                sum += weight * values[(Mirrored(row + dy, side) * side) + Mirrored(column + dx, side)];
                all += weight;
            }
        return sum / all;
    }

    private static int Mirrored(int place, int side) => place < 0 ? -place : place >= side ? (2 * (side - 1)) - place : place;
}
