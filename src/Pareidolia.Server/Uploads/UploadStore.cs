using Pareidolia.Imaging;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Uploads;

/// <summary>
/// Pictures that clients brought to start from. What a file holds decides whether it is one; it is decoded within bounds, and kept as a PNG file that
/// this program wrote, so that nothing else that was hidden in it stays.
/// </summary>
internal sealed class UploadStore
{
    private static readonly TimeSpan s_keeps = TimeSpan.FromDays(30);

    private readonly DataFolder _folder;
    private readonly StudioOptions _options;

    /// <summary>Removes what was brought long ago.</summary>
    public UploadStore(DataFolder folder, StudioOptions options)
    {
        (_folder, _options) = (folder, options);
        foreach (string file in Directory.EnumerateFiles(folder.Uploads).Where(file => DateTime.UtcNow - File.GetLastWriteTimeUtc(file) > s_keeps))
            File.Delete(file);
    }

    /// <summary>Keeps a picture.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="Refusal">It is no picture, or a too large one.</exception>
    public Upload Add(ReadOnlySpan<byte> bytes)
    {
        Image image = Read(bytes);
        string id = PictureId.NewJob();
        image.Texts.Clear();
        PngWriter.Write(FileOf(id), image);
        return new Upload(id, $"/api/v1/uploads/{id}", image.Width, image.Height);
    }

    /// <summary>Decodes a picture within this server's bounds.</summary>
    /// <exception cref="Refusal">It is no picture, or a too large one.</exception>
    public Image Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return ImageFile.Read(bytes, "the upload", new PngLimits(_options.MostUploadPixels));
        }
        catch (PareidoliaException error)
        {
            throw new Refusal(ImageFile.IsPicture(bytes) ? 422 : 415, error.Message);
        }
    }

    /// <summary>The file of an upload; null where there is none.</summary>
    public string? Find(string id) => PictureId.IsJob(id) && FileOf(id) is string file && File.Exists(file) ? file : null;

    private string FileOf(string id) => Path.Combine(_folder.Uploads, $"{id}.png");
}

/// <summary>A picture that was brought.</summary>
internal sealed record Upload(string Id, string Url, int Width, int Height);

/// <summary>Pictures that orders name: uploads and those of the gallery.</summary>
internal sealed class PictureSources(UploadStore uploads, PictureStore pictures)
{
    /// <summary>A picture by its id.</summary>
    /// <exception cref="Refusal">There is none.</exception>
    public Image Get(string id, string field)
    {
        string? file = uploads.Find(id) ?? (pictures.Find(id) is { DeletedAt: null } ? pictures.FileOf(id) : null);
        return file is null
            ? throw Refusal.Bad($"{field} is '{Refusal.Short(id)}', which is neither an upload nor a picture of the gallery.", field)
            : PngReader.Read(file);
    }
}
