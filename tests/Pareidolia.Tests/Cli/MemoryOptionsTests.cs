namespace Pareidolia.Tests.Cli;

/// <summary><c>--precision</c>, <c>--low-memory</c>, <c>--memory-limit</c> and the models of random weights on the command line.</summary>
public sealed class MemoryOptionsTests : IDisposable
{
    private static readonly string[] s_quick = ["generate", "a cat", "--model", "random:tiny", "--steps", "1", "--size", "64", "--seed", "3"];

    private readonly CommandLine _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Less_memory_does_not_change_the_picture()
    {
        Draw("whole.png");
        Draw("staged.png", "--low-memory");
        Draw("half.png", "--precision", "f16-weights");
        Assert.Equal(File.ReadAllBytes(_cli["whole.png"]), File.ReadAllBytes(_cli["staged.png"]));
        Assert.NotEqual(File.ReadAllBytes(_cli["whole.png"]), File.ReadAllBytes(_cli["half.png"]));
    }

    [Fact]
    public void A_run_that_does_not_fit_is_refused_with_what_would()
    {
        Ran ran = CommandLine.Run("generate", "a cat", "--count", "2", "--model", "random:sd15", "--memory-limit", "4GB", "-o", _cli["a.png"]);
        Assert.Equal(2, ran.Code);
        Assert.StartsWith("pareidolia: 512x512 pixels with 'random:sd15' take about ", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Contains("4.0 GB are allowed; what would fit: --precision f16-weights (", ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    [Theory]
    [InlineData("take about 3.8 GB of memory")]
    [InlineData("take about 4.6 GB of memory", "--count", "2")]
    [InlineData("take about 4.6 GB of memory", "--preview-every", "2")]
    public void Weights_that_one_picture_reads_once_are_held_stage_by_stage(string expected, params string[] options)
    {
        Ran ran = CommandLine.Run(["generate", "a cat", "--model", "random:sd15", "--memory-limit", "2GB", "-o", _cli["a.png"], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(expected, ran.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("f32, f16-weights, int8 are known", "--precision", "int4")]
    [InlineData("4GB, 2.5GiB or 900MB is needed", "--memory-limit", "lots")]
    [InlineData("4GB, 2.5GiB or 900MB is needed", "--memory-limit", "-4GB")]
    public void What_is_not_known_is_said(string expected, params string[] options)
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli["a.png"], .. options]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(expected, ran.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void Inspect_tells_what_a_random_model_is_made_of()
    {
        Ran ran = CommandLine.Run("inspect", "random:sdxl");
        Assert.Contains("family: Stable Diffusion XL", ran.Lines);
        Assert.Contains("2.6 G", ran.Output, StringComparison.Ordinal);
    }

    private void Draw(string name, params string[] options)
    {
        Ran ran = CommandLine.Run([.. s_quick, "-o", _cli[name], .. options]);
        Assert.True(ran.Code == 0, ran.Error);
    }
}
