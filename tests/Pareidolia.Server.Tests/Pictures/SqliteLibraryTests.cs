using System.Diagnostics;
using Pareidolia.Imaging;
using Pareidolia.Server.Storage;
using Pareidolia.Tests;
using Pareidolia.Tests.Imaging;

namespace Pareidolia.Server.Tests.Pictures;

/// <summary>
/// SQLite beside libvips, one of whose modules brings the system's SQLite along. In a process of its own, because what was called before stays bound, and because
/// it ended without a word when functions of one were taken for the other's.
/// </summary>
public sealed class SqliteLibraryTests
{
    private const string OwnProcess = "PAREIDOLIA_TEST_SQLITE";

    [Fact]
    public async Task A_database_lives_on_beside_libvips()
    {
        Libvips.Require();
        string program = Path.ChangeExtension(typeof(SqliteLibraryTests).Assembly.Location, OperatingSystem.IsWindows() ? "exe" : null);
        ProcessStartInfo start = new(program)
        {
            ArgumentList = { "--filter-method", $"{typeof(SqliteLibraryTests).FullName}.{nameof(In_a_process_of_its_own)}" },
            Environment = { [OwnProcess] = "1" },
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {output}");
        Assert.Contains("succeeded: 1", output, StringComparison.Ordinal);
    }

    // Checkpoints come after a thousand pages, long after the first picture.
    [Fact]
    public void In_a_process_of_its_own()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable(OwnProcess) is not null, "Runs in a process of its own.");
        using TemporaryFolder folder = new();
        using Database database = new(folder["studio.db"]);
        _ = database.Execute("CREATE TABLE pages (page BLOB) STRICT");
        byte[] jpeg = ImageFile.Encode(new Image(8, 8, 3, new byte[8 * 8 * 3]), new ImageEncoding(ImageFormat.Jpeg));
        Assert.Equal(8, ImageFile.Read(jpeg, "black.jpg").Width);
        for (int i = 0; i < 30; i++)
            _ = database.Execute("INSERT INTO pages (page) VALUES (zeroblob(200000))");
        Assert.Equal(30, database.Number("SELECT COUNT(*) FROM pages"));
    }
}
