using Pareidolia.Training.Data;

namespace Pareidolia.Tests;

/// <summary>The training data and the public vocabularies, which are not part of the repository.</summary>
internal static class SharedData
{
    /// <summary>
    /// The data's folder: PAREIDOLIA_DATA, else ../shared/data beside the checkout. Where it lacks the part that a test needs, the test is
    /// skipped and says so; where CI=true it fails, so that a check that means to use the data cannot pass without it.
    /// </summary>
    /// <param name="part">A file or folder below the root, such as "emoji".</param>
    public static DataRoot Require(string part)
    {
        string path = Environment.GetEnvironmentVariable("PAREIDOLIA_DATA") ?? Path.Combine(RepositoryRoot.Path, "..", "shared", "data");
        if (!Path.Exists(Path.Combine(path, part)))
        {
            string message = $"This test needs '{part}' of the shared data; '{path}' does not have it. Set PAREIDOLIA_DATA.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(message);
            Assert.Skip(message);
        }
        return DataRoot.Resolve(path);
    }
}
