using System.Runtime.CompilerServices;

namespace Pareidolia.Tests;

/// <summary>Tests see no models that this machine's user has pulled, so that they give the same everywhere.</summary>
internal static class OwnHubCache
{
    [ModuleInitializer]
    internal static void Use() =>
        Environment.SetEnvironmentVariable("HF_HUB_CACHE", Path.Combine(Path.GetTempPath(), "pareidolia-tests-have-no-hub-cache"));
}
