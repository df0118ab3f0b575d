namespace Pareidolia.Browser.Tests;

/// <summary>One studio for all tests of a class.</summary>
public sealed class SharedStudio : IAsyncLifetime
{
    private StudioProcess? _studio;

    /// <summary>It.</summary>
    public StudioProcess Studio
    {
        get
        {
            Chromium.Require();
            return _studio ?? throw new InvalidOperationException("The studio was not started.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Chromium.IsAsked)
            _studio = await StudioProcess.Start();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_studio is not null)
            await _studio.DisposeAsync();
    }
}
