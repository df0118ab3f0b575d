using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pareidolia.Imaging;
using Pareidolia.Server.Pictures;
using Pareidolia.Server.Storage;

namespace Pareidolia.Server.Tests.Pictures;

/// <summary>Deleted pictures: they are seen where they are asked for as such, brought back, and removed for good.</summary>
public sealed class DeletedPicturesTests
{
    [Fact]
    public async Task A_deleted_picture_is_seen_as_such_alone()
    {
        await using TestStudio studio = await TestStudio.Start();
        string id = Add(studio);
        _ = await studio.Get($"/api/v1/pictures/{id}/file?deleted=true", 404);
        byte[] before = await studio.Client.GetByteArrayAsync($"/api/v1/pictures/{id}/file");
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}", null, 204);
        _ = await studio.Get($"/api/v1/pictures/{id}/file", 404);
        string url = Listed(await studio.Get("/api/v1/pictures?deleted=true")).GetProperty("url").GetString()!;
        using HttpResponseMessage file = await studio.Client.GetAsync(url);
        Assert.Equal((HttpStatusCode.OK, "image/png"), (file.StatusCode, file.Content.Headers.ContentType?.MediaType));
        Assert.Equal(before, await file.Content.ReadAsByteArrayAsync());
        Assert.Equal(new CacheControlHeaderValue { NoStore = true }, file.Headers.CacheControl);
    }

    [Fact]
    public async Task A_restored_picture_is_where_it_was()
    {
        await using TestStudio studio = await TestStudio.Start();
        string id = Add(studio);
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}", null, 204);
        JsonElement restored = await studio.Post($"/api/v1/pictures/{id}/restore", new { });
        Assert.Equal($"/api/v1/pictures/{id}/file", restored.GetProperty("url").GetString());
        Assert.True(PngReader.IsPng(await studio.Client.GetByteArrayAsync($"/api/v1/pictures/{id}/file")));
        Assert.Equal(id, Listed(await studio.Get("/api/v1/pictures")).GetProperty("id").GetString());
        Assert.Equal(0, (await studio.Get("/api/v1/pictures?deleted=true")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task Only_a_deleted_picture_is_removed_for_good_and_nothing_of_it_stays()
    {
        await using TestStudio studio = await TestStudio.Start();
        string id = Add(studio);
        studio.Part<PictureStore>().AddFrame(id, 0, PngWriter.Encode(new Image(4, 4)));
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}?deleted=true", null, 404);
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}", null, 204);
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}", null, 404);
        _ = await studio.Json(HttpMethod.Delete, $"/api/v1/pictures/{id}?deleted=true", null, 204);
        Assert.Equal(0, (await studio.Get("/api/v1/pictures?deleted=true")).GetProperty("items").GetArrayLength());
        _ = await studio.Get($"/api/v1/pictures/{id}/file?deleted=true", 404);
        _ = await studio.Post($"/api/v1/pictures/{id}/restore", new { }, 404);
        Assert.Empty(Directory.EnumerateFiles(studio.Part<DataFolder>().Path, "*.png", SearchOption.AllDirectories));
    }

    private static string Add(TestStudio studio) => studio.Part<PictureStore>().Add(PictureId.NewJob(), 0, new Image(4, 4), null, "a red apple", null).Id;

    private static JsonElement Listed(JsonElement page) => Assert.Single(page.GetProperty("items").EnumerateArray());
}
