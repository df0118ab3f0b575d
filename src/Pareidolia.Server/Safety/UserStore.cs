using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Safety;

/// <summary>What a user may do.</summary>
internal enum Role
{
    /// <summary>Looks.</summary>
    Viewer,

    /// <summary>Looks, draws, steers what is theirs.</summary>
    Artist,

    /// <summary>All of it: others' jobs, training, the server's options.</summary>
    Admin,
}

/// <summary>Someone who has shown who they are.</summary>
internal sealed record User(string Name, Role Role);

/// <summary>Users, their API tokens and their sessions. Of passwords and tokens only hashes are kept.</summary>
internal sealed class UserStore
{
    private const int LeastPassword = 8;
    private const int MostName = 64;

    private static readonly TimeSpan s_session = TimeSpan.FromDays(14);

    // Compared with where there is no such user, so that the time of an answer does not tell.
    private static readonly Lazy<string> s_nobody = new(() => PasswordHash.Of("nobody"));

    private readonly Database _database;

    public UserStore(Database database)
    {
        _database = database;
        _ = database.Execute("""
            CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY, role INTEGER NOT NULL, password TEXT NOT NULL) STRICT;
            CREATE TABLE IF NOT EXISTS tokens (
                hash TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE, note TEXT NOT NULL, created TEXT NOT NULL, expires TEXT) STRICT;
            """);
        _ = database.Execute("DELETE FROM tokens WHERE expires < $now", ("$now", Written(DateTimeOffset.UtcNow)));
    }

    /// <summary>How many users there are.</summary>
    public int Count => (int)_database.Number("SELECT COUNT(*) FROM users");

    /// <summary>All users by name.</summary>
    public List<User> All => _database.Query("SELECT name, role FROM users ORDER BY name", row => new User(row.GetString(0), (Role)row.GetInt32(1)));

    /// <summary>The role of a name.</summary>
    /// <exception cref="PareidoliaException">There is none.</exception>
    public static Role ParseRole(string name) => Enum.TryParse(name, ignoreCase: true, out Role role) && Enum.IsDefined(role) ? role
        : throw new PareidoliaException($"There is no role '{name}'; there are viewer, artist and admin.");

    /// <summary>Adds a user, or changes one's password and role; whoever was logged in as them is not any more.</summary>
    /// <exception cref="PareidoliaException">The name or the password will not do.</exception>
    public void Set(string name, string password, Role role)
    {
        if (name.Length is 0 or > MostName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_'))
            throw new PareidoliaException($"A user's name has 1 to {MostName} letters, digits, dots, hyphens and underscores; '{name}' has not.");
        if (password.Length < LeastPassword)
            throw new PareidoliaException($"The password has {password.Length} characters; at least {LeastPassword} are needed.");
        _ = _database.Execute("DELETE FROM tokens WHERE user = $name", ("$name", name));
        _ = _database.Execute(
            "INSERT INTO users (name, role, password) VALUES ($name, $role, $password) ON CONFLICT (name) DO UPDATE SET role = $role, password = $password",
            ("$name", name), ("$role", (int)role), ("$password", PasswordHash.Of(password)));
    }

    /// <summary>Removes a user with all tokens and sessions; false where there is none.</summary>
    public bool Remove(string name) => _database.Execute("DELETE FROM users WHERE name = $name", ("$name", name)) > 0;

    /// <summary>The user of a name and a password; null where they do not fit.</summary>
    public User? Find(string name, string password)
    {
        (User User, string Password)? found = _database.Query("SELECT name, role, password FROM users WHERE name = $name",
            row => ((User, string)?)(new User(row.GetString(0), (Role)row.GetInt32(1)), row.GetString(2)), ("$name", name)).FirstOrDefault();
        return PasswordHash.Matches(password, found?.Password ?? s_nobody.Value) ? found?.User : null;
    }

    /// <summary>The user of a token or a session; null where there is none, or where it has ended.</summary>
    public User? FindToken(string token) => _database.Query(
        "SELECT name, role FROM tokens JOIN users ON user = name WHERE hash = $hash AND (expires IS NULL OR expires > $now)",
        row => new User(row.GetString(0), (Role)row.GetInt32(1)), ("$hash", HashOf(token)), ("$now", Written(DateTimeOffset.UtcNow))).FirstOrDefault();

    /// <summary>Makes a token that does not end, for programs. It is told once: only its hash is kept.</summary>
    /// <exception cref="PareidoliaException">There is no such user.</exception>
    public string AddToken(string user, string note) => Add(user, note, null);

    /// <summary>Makes a session for a user who has logged in.</summary>
    public (string Token, DateTimeOffset Expires) AddSession(string user)
    {
        DateTimeOffset expires = DateTimeOffset.UtcNow + s_session;
        return (Add(user, "session", expires), expires);
    }

    /// <summary>Ends a session or a token.</summary>
    public void RemoveToken(string token) => _database.Execute("DELETE FROM tokens WHERE hash = $hash", ("$hash", HashOf(token)));

    private string Add(string user, string note, DateTimeOffset? expires)
    {
        if (!All.Any(known => known.Name == user))
            throw new PareidoliaException($"There is no user '{user}'.");
        string token = $"pareidolia_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))}";
        _ = _database.Execute("INSERT INTO tokens (hash, user, note, created, expires) VALUES ($hash, $user, $note, $now, $expires)",
            ("$hash", HashOf(token)), ("$user", user), ("$note", note), ("$now", Written(DateTimeOffset.UtcNow)),
            ("$expires", expires is DateTimeOffset end ? Written(end) : null));
        return token;
    }

    // Tokens are long and random: one round is enough.
    private static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Written(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);
}
