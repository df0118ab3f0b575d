using Microsoft.Data.Sqlite;

namespace Pareidolia.Server.Storage;

/// <summary>
/// The studio's SQLite file: one connection, one statement at a time. Write-ahead log with full synchronisation, so that what a call has written
/// is there after a crash of the program or the machine.
/// </summary>
internal sealed class Database : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly Lock _gate = new();

    static Database() => SqliteLibrary.Open();

    /// <summary>Opens a file, or makes it.</summary>
    /// <exception cref="PareidoliaException">It cannot be opened, or is no database.</exception>
    public Database(string path)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            // SQLite's own knows the letters of ASCII alone.
            _connection.CreateFunction<string?, string?>("lower", text => text?.ToLowerInvariant(), isDeterministic: true);
            Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;");
        }
        catch (SqliteException error)
        {
            _connection.Dispose();
            throw new PareidoliaException($"The database '{path}' cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>Runs statements and returns how many rows changed.</summary>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using SqliteCommand command = Command(sql, values);
            return command.ExecuteNonQuery();
        }
    }

    /// <summary>The rows that a query gives, all read.</summary>
    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        lock (_gate)
        {
            using SqliteCommand command = Command(sql, values);
            using SqliteDataReader reader = command.ExecuteReader();
            List<T> rows = [];
            while (reader.Read())
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>The one number that a query gives.</summary>
    public long Number(string sql, params ReadOnlySpan<(string Name, object? Value)> values) =>
        Query(sql, row => row.GetInt64(0), values)[0];

    /// <summary>Does several things as one: all of them are there after a crash, or none. Others wait.</summary>
    public T Together<T>(Func<T> work)
    {
        lock (_gate)
        {
            Execute("BEGIN IMMEDIATE");
            try
            {
                T result = work();
                Execute("COMMIT");
                return result;
            }
            catch
            {
                Execute("ROLLBACK");
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Not under the feet of a statement that another thread runs: its functions are taken from it while it calls them.
        lock (_gate)
            _connection.Dispose();
    }

    private SqliteCommand Command(string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a literal of this assembly; values travel as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach ((string name, object? value) in values)
            _ = command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        return command;
    }
}
