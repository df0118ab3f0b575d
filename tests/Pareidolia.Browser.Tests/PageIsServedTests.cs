using System.Net;

namespace Pareidolia.Browser.Tests;

/// <summary>What a browser is given, asked for without one.</summary>
public sealed class PageIsServedTests
{
    [Fact]
    public async Task The_page_and_its_script_come_with_a_policy_that_lets_nothing_else_run()
    {
        await using StudioProcess studio = await StudioProcess.Start();
        using HttpClient client = new() { BaseAddress = studio.Address };
        using HttpResponseMessage page = await client.GetAsync("/", TestContext.Current.CancellationToken);
        string html = await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.StartsWith("default-src 'none'; script-src 'self';", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        string script = html.Split("src=\"").Skip(1).Select(part => part.Split('"')[0]).First(path => path.EndsWith(".js", StringComparison.Ordinal));
        using HttpResponseMessage code = await client.GetAsync(script, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, code.StatusCode);
        Assert.Equal("text/javascript", code.Content.Headers.ContentType?.MediaType);
    }
}
