using Pareidolia.Imaging;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Tests.Cli;

/// <summary>Previews of <c>pareidolia generate</c>.</summary>
public sealed class PreviewOptionsTests : IDisposable
{
    private readonly CommandLine _cli = new();

    [Fact]
    public void One_file_for_each_picture_holds_the_latest_preview()
    {
        Ran ran = CommandLine.Generate("a cat", "--count", "2", "--preview-every", "1", "-o", _cli["out"]);
        Assert.Equal(0, ran.Code);
        Assert.Equal(["out/a-cat-1.png", "out/a-cat-preview-1.png", "out/a-cat-preview.png", "out/a-cat.png"], _cli.Files);
        Image preview = PngReader.Read(_cli["out/a-cat-preview.png"]), picture = PngReader.Read(_cli["out/a-cat.png"]);
        Assert.Equal((picture.Width, picture.Height), (preview.Width, preview.Height));
    }

    [Fact]
    public void A_folder_keeps_every_preview()
    {
        Ran ran = CommandLine.Generate("a cat", "--preview-every", "2", "--steps", "5", "--preview", "vae", "--preview-folder", _cli["seen"], "-o", _cli["a.png"]);
        Assert.Equal(0, ran.Code);
        Assert.Equal(["a.png", "seen/a-cat-step0002.png", "seen/a-cat-step0004.png"], _cli.Files);
    }

    [Theory]
    [InlineData("--preview-every is 0", "--preview-every", "0")]
    [InlineData("need --preview-every", "--preview", "vae")]
    [InlineData("--preview is 'magic'; one of latent2rgb, taesd, vae", "--preview-every", "1", "--preview", "magic")]
    [InlineData("--preview-of is 'x'", "--preview-every", "1", "--preview-of", "x")]
    [InlineData("--preview taesd needs --preview-vae", "--preview-every", "1", "--preview", "taesd")]
    [InlineData("Cannot read the weights", "--preview-every", "1", "--preview-vae", "nothing.safetensors")]
    public void What_cannot_be_is_refused_before_the_run(string message, params string[] arguments)
    {
        Ran ran = CommandLine.Generate(["a cat", "-o", _cli["a.png"], .. arguments]);
        Assert.Equal(2, ran.Code);
        Assert.Contains(message, ran.ErrorLine, StringComparison.Ordinal);
        Assert.Empty(_cli.Files);
    }

    public void Dispose() => _cli.Dispose();
}
