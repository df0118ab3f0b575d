using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Pareidolia.Files;
using Pareidolia.Imaging;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Pictures;

/// <summary>
/// The gallery: files that are complete or not there, and their index in the database. The index can be lost: it is made anew from what the
/// files say of themselves.
/// </summary>
internal sealed class PictureStore
{
    /// <summary>The text in a PNG file that holds a picture's settings as JSON.</summary>
    public const string SettingsKey = "pareidolia";

    private const string Columns = "id, width, height, created, prompt, seed, settings, infotext, favourite, deleted";

    private static readonly TimeSpan s_keepsDeleted = TimeSpan.FromDays(30);

    private readonly Database _database;
    private readonly DataFolder _folder;

    /// <summary>Makes the table where it is missing, and fills one that is empty from the files; removes what was deleted long ago.</summary>
    public PictureStore(Database database, DataFolder folder)
    {
        (_database, _folder) = (database, folder);
        _ = database.Execute("""
            CREATE TABLE IF NOT EXISTS pictures (
                id TEXT PRIMARY KEY, job TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, created TEXT NOT NULL, prompt TEXT NOT NULL,
                seed TEXT, settings TEXT, infotext TEXT, favourite INTEGER NOT NULL DEFAULT 0, deleted TEXT) STRICT;
            CREATE INDEX IF NOT EXISTS pictures_by_job ON pictures (job);
            """);
        if (database.Number("SELECT COUNT(*) FROM pictures") == 0)
            Rebuild();
        foreach (Picture old in List(new PictureFilter { Deleted = true, Limit = int.MaxValue }).Where(IsOld))
            Forget(old);
    }

    /// <summary>Stores a picture: first its file, then its row. Storing it again changes nothing.</summary>
    /// <param name="jobId">The job that made it.</param>
    /// <param name="index">Its number in the job.</param>
    /// <param name="image">The picture; its texts travel along.</param>
    /// <param name="settings">How it was made; null where nothing says.</param>
    /// <param name="prompt">What it shows.</param>
    /// <param name="seed">Where its noise came from.</param>
    public Picture Add(string jobId, int index, Image image, JsonElement? settings, string prompt, ulong? seed)
    {
        if (settings is JsonElement known)
            image.Texts[SettingsKey] = known.GetRawText();
        Picture picture = new($"{jobId}-{index}", image.Width, image.Height, DateTimeOffset.UtcNow, prompt, seed, settings,
            image.Texts.GetValueOrDefault(Infotext.Key));
        _ = Directory.CreateDirectory(Path.GetDirectoryName(FileOf(picture.Id))!);
        PngWriter.Write(FileOf(picture.Id), image);
        Insert(picture);
        return picture;
    }

    /// <summary>A picture, deleted or not; null where there is none.</summary>
    public Picture? Find(string id) =>
        PictureId.IsOne(id) ? _database.Query($"SELECT {Columns} FROM pictures WHERE id = $id", Read, ("$id", id)).FirstOrDefault() : null;

    /// <summary>A picture that is not deleted.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public Picture Get(string id) =>
        Find(id) is Picture { DeletedAt: null } found ? found : throw Refusal.Missing("There is no such picture, or it was deleted.");

    /// <summary>A picture that is deleted and can be brought back.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public Picture GetDeleted(string id) =>
        Find(id) is Picture { DeletedAt: not null } found ? found : throw Refusal.Missing("There is no such deleted picture, or it was removed for good.");

    /// <summary>The pictures of a job in their order, without deleted ones.</summary>
    public List<Picture> OfJob(string jobId) =>
        [.. _database.Query($"SELECT {Columns} FROM pictures WHERE job = $job AND deleted IS NULL", Read, ("$job", jobId)).OrderBy(picture => picture.Index)];

    /// <summary>The pictures of several jobs.</summary>
    public ILookup<string, Picture> OfJobs(IEnumerable<string> jobIds) => _database.Query(
        $"SELECT {Columns} FROM pictures WHERE deleted IS NULL AND job IN (SELECT value FROM json_each($jobs))", Read,
        ("$jobs", $"[{string.Join(',', jobIds.Select(id => $"\"{id}\""))}]")).OrderBy(picture => picture.Index).ToLookup(picture => picture.JobId);

    /// <summary>Pictures, the newest first.</summary>
    public List<Picture> List(PictureFilter filter) => _database.Query(
        $"SELECT {Columns} FROM pictures WHERE (deleted IS NOT NULL) = $deleted AND ($before IS NULL OR id < $before) "
        + "AND ($favourite IS NULL OR favourite = $favourite) "
        + "AND ($model IS NULL OR settings ->> '$.model' = $model) AND ($sampler IS NULL OR settings ->> '$.sampler' = $sampler) "
        + "AND NOT EXISTS (SELECT 1 FROM json_each($words) WHERE instr(lower(prompt || ' ' || COALESCE(infotext, '')), value) = 0) "
        + "ORDER BY id DESC LIMIT $limit",
        Read, ("$deleted", filter.Deleted), ("$before", filter.Before), ("$favourite", filter.Favourite), ("$model", filter.Model),
        ("$sampler", filter.Sampler), ("$words", filter.WordsAsJson()), ("$limit", filter.Limit));

    /// <summary>Marks a picture as liked, or not.</summary>
    public Picture Like(Picture picture, bool favourite)
    {
        _ = _database.Execute("UPDATE pictures SET favourite = $favourite WHERE id = $id", ("$favourite", favourite), ("$id", picture.Id));
        return picture with { Favourite = favourite };
    }

    /// <summary>Deletes a picture so that <see cref="Restore"/> brings it back.</summary>
    public void Delete(Picture picture)
    {
        File.Move(FileOf(picture.Id), DeletedFileOf(picture.Id), overwrite: true);
        _ = _database.Execute("UPDATE pictures SET deleted = $now WHERE id = $id", ("$now", Written(DateTimeOffset.UtcNow)), ("$id", picture.Id));
    }

    /// <summary>Brings a deleted picture back.</summary>
    /// <exception cref="Refusal">It was never there, or is removed for good.</exception>
    public Picture Restore(string id)
    {
        if (Find(id) is not Picture picture)
            throw Refusal.Missing("There is no such picture, or it was removed for good.");
        if (picture.DeletedAt is null)
            return picture;
        File.Move(DeletedFileOf(id), FileOf(id), overwrite: true);
        _ = _database.Execute("UPDATE pictures SET deleted = NULL WHERE id = $id", ("$id", id));
        return picture with { DeletedAt = null };
    }

    /// <summary>Removes a deleted picture for good, with all that is kept of it.</summary>
    public void Forget(Picture picture)
    {
        File.Delete(DeletedFileOf(picture.Id));
        if (Path.Combine(_folder.Films, picture.Id) is string film && Directory.Exists(film))
            Directory.Delete(film, recursive: true);
        _ = _database.Execute("DELETE FROM pictures WHERE id = $id", ("$id", picture.Id));
    }

    /// <summary>The file of a picture, deleted or not.</summary>
    public string FileOf(Picture picture) => picture.DeletedAt is null ? FileOf(picture.Id) : DeletedFileOf(picture.Id);

    /// <summary>The file of a picture that is not deleted.</summary>
    /// <param name="id">An id that <see cref="PictureId"/> knows: nothing else becomes part of a path.</param>
    public string FileOf(string id) => Path.Combine(_folder.Pictures, PictureId.Checked(id)[30..32], $"{id}.png");

    /// <summary>Keeps what a picture looked like on its way.</summary>
    /// <param name="id">The picture that it will be.</param>
    /// <param name="number">The number of the frame, from 0.</param>
    /// <param name="file">A PNG file.</param>
    public void AddFrame(string id, int number, byte[] file)
    {
        string folder = Path.Combine(_folder.Films, PictureId.Checked(id));
        _ = Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, $"{number:D4}.png"), stream => stream.Write(file));
    }

    /// <summary>The files of a picture's frames, in their order.</summary>
    public string[] Frames(string id)
    {
        string folder = Path.Combine(_folder.Films, PictureId.Checked(id));
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder, "*.png").Order(StringComparer.Ordinal)] : [];
    }

    private string DeletedFileOf(string id) => Path.Combine(_folder.Bin, $"{PictureId.Checked(id)}.png");

    private static bool IsOld(Picture picture) => DateTimeOffset.UtcNow - picture.DeletedAt > s_keepsDeleted;

    // The files say how they were made; whether someone liked them is lost with the index.
    private void Rebuild()
    {
        foreach ((string folder, bool deleted) in ((string, bool)[])[(_folder.Pictures, false), (_folder.Bin, true)])
            foreach (string file in Directory.EnumerateFiles(folder, "*.png", SearchOption.AllDirectories))
                if (PictureId.IsOne(Path.GetFileNameWithoutExtension(file)) && Described(file, deleted) is Picture picture)
                    Insert(picture);
    }

    // The words that a person wrote; the infotext has them as the model heard them, in its style's words.
    private static string? Asked(JsonElement? settings) =>
        settings is { ValueKind: JsonValueKind.Object } order && order.TryGetProperty("prompt", out JsonElement prompt) && prompt.ValueKind == JsonValueKind.String
            ? prompt.GetString()
            : null;

    private static Picture? Described(string file, bool deleted)
    {
        try
        {
            Image image = PngReader.Read(file);
            Infotext? infotext = image.Texts.GetValueOrDefault(Infotext.Key) is string text ? Infotext.Parse(text) : null;
            JsonElement? settings = image.Texts.GetValueOrDefault(SettingsKey) is string json ? JsonElement.Parse(json) : null;
            DateTimeOffset written = File.GetLastWriteTimeUtc(file);
            ulong? seed = ulong.TryParse(infotext?.Fields.GetValueOrDefault("Seed"), CultureInfo.InvariantCulture, out ulong number) ? number : null;
            return new Picture(Path.GetFileNameWithoutExtension(file), image.Width, image.Height, written, Asked(settings) ?? infotext?.Prompt ?? "", seed, settings,
                infotext?.Build(), DeletedAt: deleted ? written : null);
        }
        catch (Exception error) when (error is PareidoliaException or JsonException)
        {
            return null;
        }
    }

    private void Insert(Picture picture) => _database.Execute(
        $"INSERT INTO pictures ({Columns}, job) VALUES "
        + "($id, $width, $height, $created, $prompt, $seed, $settings, $infotext, $favourite, $deleted, $job) ON CONFLICT (id) DO NOTHING",
        ("$id", picture.Id), ("$job", picture.JobId), ("$width", picture.Width), ("$height", picture.Height), ("$created", Written(picture.CreatedAt)),
        ("$prompt", picture.Prompt), ("$seed", picture.Seed?.ToString(CultureInfo.InvariantCulture)), ("$settings", picture.Settings?.GetRawText()),
        ("$infotext", picture.Infotext), ("$favourite", picture.Favourite), ("$deleted", picture.DeletedAt is DateTimeOffset time ? Written(time) : null));

    private static Picture Read(SqliteDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetInt32(2), Time(row.GetString(3)), row.GetString(4),
        row.IsDBNull(5) ? null : ulong.Parse(row.GetString(5), CultureInfo.InvariantCulture),
        row.IsDBNull(6) ? null : JsonElement.Parse(row.GetString(6)), row.IsDBNull(7) ? null : row.GetString(7), row.GetBoolean(8),
        row.IsDBNull(9) ? null : Time(row.GetString(9)));

    private static string Written(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string written) => DateTimeOffset.Parse(written, CultureInfo.InvariantCulture);
}

/// <summary>Which pictures are asked for.</summary>
internal sealed record PictureFilter
{
    /// <summary>Words that the prompt or the settings must have; null for any.</summary>
    public string? Words { get; init; }

    /// <summary>Only liked ones, or only others.</summary>
    public bool? Favourite { get; init; }

    /// <summary>Only those of a model.</summary>
    public string? Model { get; init; }

    /// <summary>Only those of a sampler.</summary>
    public string? Sampler { get; init; }

    /// <summary>Only those older than the one of this id.</summary>
    public string? Before { get; init; }

    /// <summary>Deleted ones in the place of the others.</summary>
    public bool Deleted { get; init; }

    /// <summary>As many at most.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>The words, in lower case, as a JSON array.</summary>
    public string WordsAsJson() =>
        JsonSerializer.Serialize((Words ?? "").ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries), ServerJson.Default.StringArray);
}
