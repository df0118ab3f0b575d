using Pareidolia.Explaining;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Nn;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Cli;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Tests.Training;
using Pareidolia.Text;

namespace Pareidolia.Tests.Explaining;

/// <summary>What is shown of a run is what happened in it.</summary>
public sealed class ExplainTests
{
    [Fact]
    public void A_watched_run_draws_the_same_picture_and_shows_its_steps()
    {
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyModel.Lively);
        GenerateSettings settings = pipeline.Defaults with { Prompt = "a red apple and a green apple", Seed = 7 };
        ExplainReport report = new PictureExplainer(pipeline, TinyModel.Lively).Explain(settings);
        Assert.Equal(pipeline.Generate(settings)[0].Pixels, report.Picture.Pixels);
        Assert.Equal([1, 2, 3], report.Steps.Select(step => step.Number));
        Assert.True(report.Steps.Zip(report.Steps.Skip(1)).All(pair => pair.First.Share > pair.Second.Share));
        Assert.All(report.Steps, step => Assert.Equal((32, 32), (step.Clean!.Width, step.Clean.Height)));
        Assert.Equal(["a", "red", "apple", "and", "a", "green", "apple"], report.Words.Select(word => word.Word));
        Assert.All(report.Words, word => Assert.InRange(word.Strength, 0, 7));
        Assert.Equal(4, report.Guidance.Count);
        Assert.Equal(pipeline.Generate(settings with { Guidance = 7.5 })[0].Pixels, report.Guidance[2].Picture.Pixels);
        Assert.Equal(["a red apple", "a green apple"], report.Verdicts!.Select(verdict => verdict.Phrase));
        Assert.Equal("a green apple", report.Verdicts![0].Contrasts[0].Text);
        Assert.Null(report.NearestByMeaning);
        Assert.Null(report.HitRate);
    }

    [Fact]
    public void Attention_that_is_watched_is_the_softmax_of_its_scores()
    {
        using Scope scope = new();
        // Two pixels, three tokens, two heads of one number; the row of the negative text comes first and does not count.
        Tensor query = Tensor.From([9f, 9, 9, 9, 1, 0, 0, 1], [2, 2, 2]), key = Tensor.From([9f, 9, 9, 9, 9, 9, 1, 1, 0, 0, 2, 2], [2, 3, 2]);
        using AttentionWatch watch = new(1, 2, 3);
        AttentionWatch.See(query, key, 2);
        double total = Math.E + 1 + Math.Exp(2);
        float expected = (float)(((Math.E / total) + (1 / 3.0)) / 2);
        Assert.Equal(1, watch.Seen);
        Assert.All(watch.Of(0), share => Assert.Equal(expected, share, 1e-6));
        Assert.Equal(1, watch.Of(0)[0] + watch.Of(1)[0] + watch.Of(2)[0], 1e-6);
    }

    [Fact]
    public void Contrasts_swap_colours_between_phrases_or_take_others()
    {
        string[] phrases = ["a red apple", "an orange book"];
        Assert.Equal(["an orange apple", "not a red apple"], Contrasts.Of("a red apple", phrases));
        Assert.Equal(["a red book", "not an orange book"], Contrasts.Of("an orange book", phrases));
        Assert.Equal(["not a cat"], Contrasts.Of("a cat", phrases));
        Assert.Equal(5, Contrasts.Of("a Red apple", ["a Red apple"]).Count);
    }

    [Fact]
    public void A_negation_does_not_decide_a_verdict()
    {
        Assert.True(new PhraseVerdict("a red apple", 0.5, [("a green apple", 0.4), ("not a red apple", 0.6)]).Holds);
        Assert.False(new PhraseVerdict("a red apple", 0.5, [("a green apple", 0.6), ("not a red apple", 0.4)]).Holds);
        Assert.Null(new PhraseVerdict("a cat", 0.5, [("not a cat", 0.4)]).Holds);
    }

    [Fact]
    public void An_index_finds_the_picture_itself_first()
    {
        using TemporaryFolder folder = new();
        float[][] places = [[1, 0], [0, 1], [0.8f, 0.6f]];
        byte[][] copies = [.. Enumerable.Range(0, 3).Select(i => Enumerable.Repeat((byte)(100 * i), PictureIndex.Side * PictureIndex.Side * 3).ToArray())];
        new PictureIndex(places, copies, [("a", "first"), ("b", "second"), ("c", "third")]).Save(folder.Path);
        PictureIndex index = PictureIndex.Load(folder.Path)!;
        Assert.Equal(["a", "c", "b"], index.ByMeaning([1, 0], 3).Select(found => found.Key));
        Assert.Equal(["b", "c", "a"], index.ByPixels(Enumerable.Repeat((byte)130, PictureIndex.Side * PictureIndex.Side * 3).ToArray(), 3).Select(found => found.Key));
        Assert.Equal(30 / 255.0, index.ByPixels(Enumerable.Repeat((byte)130, PictureIndex.Side * PictureIndex.Side * 3).ToArray(), 1)[0].Score, 1e-6);
        _ = Assert.Throws<PareidoliaException>(() => index.ByMeaning([1, 0, 0], 1));
        Assert.Null(PictureIndex.Load(folder["elsewhere"]));
        Directory.Move(folder["index"], folder["elsewhere-index"]);
        Assert.Equal(3, PictureIndex.Load(folder["elsewhere"])!.Count);
    }

    [Fact]
    public void The_command_writes_one_page_that_needs_nothing_else()
    {
        using CommandLine line = new();
        Ran ran = CommandLine.Run("explain", "a <b>red</b> apple", "--seed", "7", "--model", TinyModel.Folder, "-o", line["report"]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        string page = File.ReadAllText(Path.Combine(line["report"], "report.html"));
        Assert.DoesNotContain("<b>red</b>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("src=\"http", page, StringComparison.Ordinal);
        Assert.Contains("Not indexed", page, StringComparison.Ordinal);
        Assert.Contains("was not measured", page, StringComparison.Ordinal);
        Assert.Equal(["filmstrip.png", "guidance.png", "picture.png", "words.png"], Directory.GetFiles(line["report"], "*.png").Select(file => Path.GetFileName(file)!).Order());
        Assert.Contains("Seed: 7", ImageFile.Read(Path.Combine(line["report"], "picture.png")).Texts[Infotext.Key], StringComparison.Ordinal);
        Ran again = CommandLine.Run("explain", "a blue apple", "--seed", "7", "--model", TinyModel.Folder, "-o", line["report"]);
        Assert.Contains(Path.Combine(line["report-1"], "report.html"), again.Output, StringComparison.Ordinal);
        Assert.Equal(page, File.ReadAllText(Path.Combine(line["report"], "report.html")));
        Assert.Equal(0, CommandLine.Run("explain", "a blue apple", "--seed", "7", "--model", TinyModel.Folder, "-o", line["report"], "--force").Code);
        Assert.NotEqual(page, File.ReadAllText(Path.Combine(line["report"], "report.html")));
        Assert.Equal(2, CommandLine.Run("explain", "a", "--model", TinyGraphModel, "--index", "emoji/train-*.tar").Code);
    }

    [Theory]
    [InlineData("The prompt is empty", " ", "report")]
    [InlineData("is not a folder", "a red apple", "note.txt/report")]
    public void What_cannot_be_is_refused_before_a_model_is_loaded(string said, string prompt, string output)
    {
        using CommandLine line = new();
        File.WriteAllText(line["note.txt"], "");
        Ran ran = CommandLine.Run("explain", prompt, "--model", line["no model"], "-o", line[output]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(said, ran.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_that_a_T5_reads_have_their_own_maps()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, "pixels, t5"));
        ExplainReport report = new PictureExplainer(pipeline, null) { Guidances = [], Frames = 0 }.Explain(pipeline.Defaults with { Prompt = "a red", Seed = 7 });
        Assert.Equal(["a", "red"], report.Words.Select(word => word.Word));
        Assert.NotEqual(report.Words[0].Map.Pixels, report.Words[1].Map.Pixels);
        Assert.All(report.Words, word => Assert.True(word.Strength > 0));
        Assert.Equal(6, report.Tokens.Count);
        Assert.Equal("d", report.Tokens[^1].Text);
        Assert.All(report.Tokens, token => Assert.Equal(6, token.Neighbours.Count));
        // It reads 12 tokens, the end included, and a letter is a token.
        Assert.Equal("cd", new PictureExplainer(pipeline, null) { Guidances = [], Frames = 0 }.Explain(pipeline.Defaults with { Prompt = "aaaaaaaaaacd" }).CutOff);
    }

    [Fact]
    public void A_network_that_reads_pictures_looks_at_no_words()
    {
        using TemporaryFolder folder = new();
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(TinyRuns.Model(folder, "decoder"));
        ExplainReport report = new PictureExplainer(pipeline, null) { Guidances = [] }.Explain(pipeline.Defaults with { Prompt = "a red disc", Seed = 7 });
        Assert.Empty(report.Words);
        Assert.Contains("does not look at words", HtmlReport.Html(report), StringComparison.Ordinal);
        Assert.DoesNotContain("words.png", HtmlReport.Parts(report).Select(part => part.Name));
    }

    private static string TinyGraphModel => Path.Combine(RepositoryRoot.Golden, "sd-tiny", "pipeline");
}
