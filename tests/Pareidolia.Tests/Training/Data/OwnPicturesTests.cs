using Pareidolia.Imaging;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.Data;

/// <summary>Pictures of one's own: a folder of files, looked at and packed.</summary>
public sealed class OwnPicturesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OwnPicturesTests()
    {
        Directory.CreateDirectory(_folder["mine/more"]);
        Write("mine/a.png", PngWriter.Encode(Drawn(20, 30, 1)));
        Write("mine/a.txt", Shards.Text("a red cat\na cat, red\n"));
        Write("mine/b.png", PngWriter.Encode(Drawn(20, 30, 1)));
        Write("mine/b.json", Shards.Text("""{"captions": ["a Red dog"], "label": 3}"""));
        Write("mine/more/c.png", PngWriter.Encode(Drawn(40, 40, 2)));
        Write("mine/more/c.txt", Shards.Text("a green cat"));
        Write("mine/.hidden.png", [1]);
        Write("mine/readme", [1]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recipe_may_name_a_folder_of_files()
    {
        PictureSet set = Load("mine");
        Assert.Equal(["a", "b", "more/c"], set.Pictures.Select(picture => picture.Record.Key));
        Assert.Equal(["a red cat", "a cat, red"], set.Pictures[0].Record.Captions);
        Assert.Equal(3, set.Pictures[1].Record.Label);
    }

    [Fact]
    public void One_caption_may_stand_for_all_that_are_missing()
    {
        Write("mine/d.png", PngWriter.Encode(Drawn(8, 8, 1)));
        DataRoot root = DataRoot.Resolve(_folder.Path);
        JsonConfig data = JsonConfig.Parse("""{ "prior": "mine", "prior_caption": "a cat", "train": "mine", "size": 16 }""", "data");
        PictureSet prior = PictureSet.Load(root, data, "prior");
        Assert.Equal(0, root.Broken.Count);
        Assert.Equal(["a red cat", "a Red dog", "a cat", "a green cat"], prior.Pictures.Select(picture => picture.Record.Captions[0]));
        Assert.Equal(3, PictureSet.Load(root, data, "train").Pictures.Count);
        Assert.Equal("d", Assert.Single(root.Broken.All).Name);
    }

    [Fact]
    public void A_picture_that_is_no_square_loses_its_margin_and_keeps_its_shape()
    {
        // A white disc on black in the middle of a wide picture: squashed it would be narrow, cropped it stays round.
        Image wide = new(60, 20);
        for (int y = 0; y < 20; y++)
            for (int x = 0; x < 60; x++)
                if (((x - 29.5) * (x - 29.5)) + ((y - 9.5) * (y - 9.5)) < 64)
                    wide.Pixel(x, y).Fill(255);
        Directory.CreateDirectory(_folder["wide"]);
        Write("wide/w.png", PngWriter.Encode(wide));
        Write("wide/w.txt", Shards.Text("a disc"));
        byte[] pixels = Load("wide").Pictures[0].Pixels;
        Assert.InRange(Enumerable.Range(0, 16).Count(x => pixels[((8 * 16) + x) * 3] > 127), 12, 14);
        Assert.InRange(Enumerable.Range(0, 16).Count(y => pixels[((y * 16) + 8) * 3] > 127), 12, 14);
    }

    [Fact]
    public void A_check_counts_and_finds_duplicates_and_what_is_broken()
    {
        Write("mine/d.png", PngWriter.Encode(Drawn(8, 8, 1)));                          // no caption
        Write("mine/e.png", [137, 80, 78, 71, 1, 2, 3]);                                // no picture
        Write("mine/e.txt", Shards.Text("a broken cat"));
        Image nearly = Drawn(20, 30, 1);
        nearly.Pixel(3, 3)[0] ^= 1;
        Write("mine/f.png", PngWriter.Encode(nearly));
        Write("mine/f.txt", Shards.Text("a cat"));
        DataReport report = DataCheck.Run([_folder["mine"]]);
        Assert.Equal((4, 20, 40), (report.Pictures, report.SmallestSide, report.LargestSide));
        Assert.Equal([("20x30", 3), ("40x40", 1)], report.Sizes);
        Assert.Equal(["a", "b"], Assert.Single(report.SamePixels));
        Assert.Equal(["a", "b", "f"], Assert.Single(report.Alike));
        Assert.Equal(["d", "e"], report.Broken.Select(member => member.Name));
        Assert.Contains("no caption", report.Broken[0].Reason, StringComparison.Ordinal);
        Assert.Equal((5, 5, 2, 3, 4), (report.Captions.Count, report.Captions.Distinct, report.Captions.FewestWords, report.Captions.MostWords, report.Captions.CommonWords.Count + 3));
        Assert.Equal(("green", 1), report.Captions.CommonWords[0]);
        Assert.NotNull(report.Sheet);
    }

    [Fact]
    public void The_sheet_has_64_pictures_of_a_larger_set()
    {
        Directory.CreateDirectory(_folder["many"]);
        for (int i = 0; i < 200; i++)
        {
            Write($"many/{i}.png", PngWriter.Encode(Drawn(96, 96, i)));
            Write($"many/{i}.txt", Shards.Text($"number {i}"));
        }
        Image sheet = DataCheck.Run([_folder["many"]]).Sheet!;
        Assert.Equal((8 * 100) - 4, sheet.Width);
        Assert.Equal((8 * 100) - 4, sheet.Height);
    }

    [Fact]
    public void What_is_packed_is_read_again_and_the_same_pictures_make_the_same_bytes()
    {
        PackedData packed = DataPacking.Run([_folder["mine"]], _folder["out"], new PackSettings("cats", PerShard: 2, Size: 16));
        Assert.Equal((3, 0), (packed.Training, packed.Held));
        Assert.Equal(["cats-train-000.tar", "cats-train-001.tar"], packed.Shards.Select(Path.GetFileName));
        byte[] first = File.ReadAllBytes(packed.Shards[0]);
        DataPacking.Run([_folder["mine"]], _folder["out"], new PackSettings("cats", PerShard: 2, Size: 16, Overwrite: true));
        Assert.Equal(first, File.ReadAllBytes(packed.Shards[0]));
        PictureSet set = Load("out/cats-train-*.tar");
        Assert.Equal(["a", "b", "more_c"], set.Pictures.Select(picture => picture.Record.Key));
        Assert.Equal(["a red cat", "a cat, red"], set.Pictures[0].Record.Captions);
        Assert.Equal(3, set.Pictures[1].Record.Label);
    }

    [Fact]
    public void An_earlier_pack_is_kept_or_replaced_as_a_whole()
    {
        PackSettings settings = new("cats", PerShard: 1);
        PackedData packed = DataPacking.Run([_folder["mine"]], _folder["out"], settings);
        File.WriteAllText(_folder["out/cats-train-of-mine.tar"], "another's");
        byte[] first = File.ReadAllBytes(packed.Shards[0]);
        File.Delete(_folder["mine/a.png"]);
        PareidoliaException refused = Assert.Throws<PareidoliaException>(() => DataPacking.Run([_folder["mine"]], _folder["out"], settings));
        Assert.Contains("cats-train-000.tar' exists", refused.Message, StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllBytes(packed.Shards[0]));
        DataPacking.Run([_folder["mine"]], _folder["out"], settings with { Overwrite = true });
        Assert.Equal(["cats-train-000.tar", "cats-train-001.tar", "cats-train-of-mine.tar"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order());
        PareidoliaException own = Assert.Throws<PareidoliaException>(
            () => DataPacking.Run([_folder["out/cats-train-000.tar"]], _folder["out"], settings with { Overwrite = true }));
        Assert.Contains("is to be packed and to be overwritten", own.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Held_out_pictures_depend_on_their_names_alone()
    {
        for (int i = 0; i < 60; i++)
        {
            Write($"mine/n{i}.png", PngWriter.Encode(Drawn(8, 8, i)));
            Write($"mine/n{i}.txt", Shards.Text($"number {i}"));
        }
        Directory.CreateDirectory(_folder["out"]);
        PackedData packed = DataPacking.Run([_folder["mine"]], _folder["out"], new PackSettings("x", Held: 0.3));
        Assert.Equal(63, packed.Training + packed.Held);
        Assert.InRange(packed.Held, 8, 30);
        string[] held = Keys(packed.Shards.Where(shard => shard.Contains("-val-", StringComparison.Ordinal)));
        File.Delete(_folder["mine/a.png"]);
        PackedData again = DataPacking.Run([_folder["mine"]], _folder["out"], new PackSettings("y", Held: 0.3));
        Assert.Equal(held.Where(key => key != "a"), Keys(again.Shards.Where(shard => shard.Contains("-val-", StringComparison.Ordinal))));
    }

    private static string[] Keys(IEnumerable<string> shards) =>
        [.. CaptionedImages.Open([.. shards], file => file.Length, options: new WebDatasetOptions { ShuffleBuffer = 0 }).Epoch(0).Select(item => item.Record.Key)];

    private PictureSet Load(string pattern) =>
        PictureSet.Load(DataRoot.Resolve(_folder.Path), JsonConfig.Parse($$"""{ "train": "{{pattern}}", "size": 16 }""", "data"), "train");

    private void Write(string name, byte[] content) => File.WriteAllBytes(_folder[name], content);

    private static Image Drawn(int width, int height, int seed)
    {
        Image image = new(width, height);
        for (int i = 0; i < image.Pixels.Length; i++)
            image.Pixels[i] = (byte)(128 + (16 * ((i + seed) % 3)) + (8 * (seed % 7)));
        return image;
    }
}
