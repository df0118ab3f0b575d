using Pareidolia.Server.Safety;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server;

/// <summary>The users of a studio that is not running.</summary>
public sealed class StudioUsers : IDisposable
{
    private readonly DataFolder _folder;
    private readonly Database _database;
    private readonly UserStore _users;

    /// <summary>Opens a studio's folder, or makes it.</summary>
    /// <exception cref="PareidoliaException">The studio is running, or the folder cannot be made.</exception>
    public StudioUsers(string data)
    {
        _folder = new DataFolder(data);
        _database = new Database(_folder.Database);
        _users = new UserStore(_database);
    }

    /// <summary>Names and roles.</summary>
    public IEnumerable<(string Name, string Role)> Users() => _users.All.Select(user => (user.Name, user.Role.ToString().ToLowerInvariant()));

    /// <summary>Adds a user, or changes one.</summary>
    /// <exception cref="PareidoliaException">The name, the password or the role will not do.</exception>
    public void SetUser(string name, string password, string role)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(password);
        _users.Set(name, password, UserStore.ParseRole(role));
    }

    /// <summary>Removes a user.</summary>
    /// <exception cref="PareidoliaException">There is none of that name.</exception>
    public void RemoveUser(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!_users.Remove(name))
            throw new PareidoliaException($"There is no user '{name}'.");
    }

    /// <summary>Makes an API token.</summary>
    /// <exception cref="PareidoliaException">There is no such user.</exception>
    public string AddToken(string name, string note) => _users.AddToken(name, note);

    /// <inheritdoc/>
    public void Dispose()
    {
        _database.Dispose();
        _folder.Dispose();
    }
}
