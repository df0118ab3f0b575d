using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

/// <summary>The system's libvips, which JPEG, WebP, AVIF and TIFF files need.</summary>
internal static class Libvips
{
    /// <summary>Skips the test where the library is missing and says why; where CI=true it fails, so that a check cannot pass without it.</summary>
    public static void Require()
    {
        try
        {
            new ImageEncoding(ImageFormat.Jpeg).Require(1, 1);
        }
        catch (PareidoliaException error) when (Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(error.Message);
        }
    }

    /// <summary>A file that another program made; see make.py beside it.</summary>
    public static string Picture(string name)
    {
        Require();
        return Path.Combine(RepositoryRoot.Path, "tests", "Pareidolia.Tests", "Imaging", "Pictures", name);
    }
}
