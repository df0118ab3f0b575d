using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Safety;

/// <summary>Who did what, and what was refused, in the database and the log.</summary>
internal sealed class AuditLog
{
    private const int Keeps = 100_000;

    private readonly Database _database;
    private readonly ILogger<AuditLog> _log;

    public AuditLog(Database database, ILogger<AuditLog> log)
    {
        (_database, _log) = (database, log);
        _ = database.Execute("CREATE TABLE IF NOT EXISTS audit (id INTEGER PRIMARY KEY, time TEXT NOT NULL, user TEXT, address TEXT, action TEXT NOT NULL, detail TEXT) STRICT");
        _ = database.Execute("DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - $keeps", ("$keeps", Keeps));
    }

    /// <summary>Writes a line.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="action">What was done, or refused.</param>
    /// <param name="detail">To what.</param>
    public void Write(HttpContext context, string action, string? detail = null)
    {
        string? user = context.User.Identity?.Name, address = context.Connection.RemoteIpAddress?.ToString();
        string? shown = detail?.Length > 200 ? detail[..200] : detail;
        _ = _database.Execute("INSERT INTO audit (time, user, address, action, detail) VALUES ($time, $user, $address, $action, $detail)",
            ("$time", DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture)), ("$user", user), ("$address", address), ("$action", action), ("$detail", shown));
        _log.LogInformation("{Action} by {User} from {Address}: {Detail}", action, user ?? "nobody", address, shown?.ReplaceLineEndings(" "));
    }

    /// <summary>The newest lines.</summary>
    public List<AuditLine> Newest(int limit) => _database.Query("SELECT time, user, address, action, detail FROM audit ORDER BY id DESC LIMIT $limit",
        row => new AuditLine(row.GetString(0), Text(row, 1), Text(row, 2), row.GetString(3), Text(row, 4)), ("$limit", limit));

    private static string? Text(Microsoft.Data.Sqlite.SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>A line of the audit log.</summary>
internal sealed record AuditLine(string Time, string? User, string? Address, string Action, string? Detail);
