namespace Pareidolia.Tests;

public sealed class SmokeTests
{
    [Fact]
    public void Golden_cases_are_found() => Assert.NotEmpty(Directory.GetDirectories(RepositoryRoot.Golden));
}
