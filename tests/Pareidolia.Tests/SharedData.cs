using Pareidolia.Training.Data;

namespace Pareidolia.Tests;

/// <summary>The training data, which is not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>
    /// The data's folder: PAREIDOLIA_DATA, else ../shared/data beside the checkout. Where it is absent the test is skipped and says so;
    /// where CI=true it fails, so that a check that means to use the data cannot pass without it.
    /// </summary>
    public static DataRoot Require()
    {
        string path = Environment.GetEnvironmentVariable("PAREIDOLIA_DATA") ?? Path.Combine(RepositoryRoot.Path, "..", "shared", "data");
        if (!Directory.Exists(path))
        {
            string message = $"This test needs the training data; '{path}' does not exist. Set PAREIDOLIA_DATA.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(message);
            Assert.Skip(message);
        }
        return DataRoot.Resolve(path);
    }
}
