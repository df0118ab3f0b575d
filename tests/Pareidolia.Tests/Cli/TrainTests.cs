using Pareidolia.Tests.Training;

namespace Pareidolia.Tests.Cli;

/// <summary><c>pareidolia train</c> from the command line.</summary>
public sealed class TrainTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_of_the_data_is_broken_is_named_before_the_run_and_counted_at_its_end()
    {
        string recipe = TinyData.Write(_folder, TinyData.Autoencoder.Replace("tiny.tar", "tiny*.tar", StringComparison.Ordinal));
        TinyData.WriteBroken(_folder);
        Ran ran = CommandLine.Run("train", "autoencoder", recipe, "--data", _folder.Path, "--run", _folder["run"]);
        Assert.Equal(0, ran.Code);
        string[] lines = ran.Error.TrimEnd('\n').Split('\n');
        Assert.Contains("tiny-broken.tar: bad was skipped: ", lines[1], StringComparison.Ordinal);
        Assert.Equal("left out of the data: 1 broken", lines[^1]);
    }

    [Fact]
    public void A_run_folder_that_cannot_be_made_is_refused_before_data_is_read()
    {
        string recipe = TinyData.Write(_folder, TinyData.Autoencoder);
        Ran ran = CommandLine.Run("train", "autoencoder", recipe, "--data", _folder.Path, "--run", Path.Combine(recipe, "run"));
        Assert.Equal(2, ran.Code);
        Assert.Contains("is not a folder", ran.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"log_every\": 1", "\"log_every\": 0", "log_every = 0; it should be at least 1")]
    [InlineData("\"checkpoint_every\": 2", "\"checkpoint_every\": -1", "checkpoint_every = -1; it should be at least 1")]
    [InlineData("\"checkpoint_every\": 2", "\"sample_every\": -1", "sample_every = -1; it should be at least 0")]
    [InlineData("\"learning_rate\": 0.002", "\"learning_rate\": -1", "learning_rate = -1; a number above 0 is needed")]
    [InlineData("\"warmup\": 2", "\"warmup\": -2", "warmup = -2; it should be at least 0")]
    [InlineData("\"warmup\": 2", "\"decay\": \"linear\"", "decay \"linear\"; \"cosine\" and \"constant\" are known")]
    [InlineData("\"warmup\": 2", "\"clip_norm\": 0", "clip_norm = 0; a number above 0 is needed")]
    [InlineData("\"ema\": 0.9", "\"ema\": 1", "ema = 1; a number from 0 to below 1 is needed")]
    public void A_number_that_no_run_can_have_is_refused(string right, string wrong, string message)
    {
        string recipe = TinyData.Write(_folder, TinyData.Autoencoder.Replace(right, wrong, StringComparison.Ordinal));
        Ran ran = CommandLine.Run("train", "autoencoder", recipe, "--data", _folder.Path, "--run", _folder["run"]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }
}
