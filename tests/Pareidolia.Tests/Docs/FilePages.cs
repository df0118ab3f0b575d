using Pareidolia.Nn;
using Pareidolia.Tests.Training.Data;
using Pareidolia.Tests.Weights.Checkpoints;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Docs;

/// <summary>The code of docs/weights.md, docs/checkpoints.md, docs/data.md and docs/text.md.</summary>
public sealed class FilePages : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_file_lists_its_tensors()
    {
        string file = _folder["head.safetensors"];
        List<string> lines = [];
        using (WeightStore store = WeightStore.Initialise(seed: 1))
        {
            store.Build(weights => new Linear(3, 2, weights["head"]));
            store.Save(file, SafetensorsType.F16);
        }
        using SafetensorsFile opened = new(file);
        foreach (SafetensorsEntry entry in opened.Entries)
            lines.Add($"{entry.Name} {entry.Type.FormatName()} [{string.Join(", ", entry.Shape)}]");
        // head.bias F16 [2]
        // head.weight F16 [2, 3]
        Assert.Equal(["head.bias F16 [2]", "head.weight F16 [2, 3]"], lines);
    }

    [Fact]
    public void A_single_file_has_parts()
    {
        using GoldenCheckpoint checkpoint = new("sd-single-file");
        (string path, string? config) = (checkpoint.File, checkpoint.Options.Config);
        List<string> lines = [];
        ModelSource model = ModelSource.Open(path, new SingleFileOptions { Config = config });
        foreach (string part in model.Names)
            lines.Add($"{part}: {model.Component(part).ClassName}");
        // unet: UNet2DConditionModel
        // vae: AutoencoderKL
        // text_encoder: CLIPTextModel
        // scheduler: PNDMScheduler
        string[] expected = ["unet: UNet2DConditionModel", "vae: AutoencoderKL", "text_encoder: CLIPTextModel"];
        // The folder that this case names has a scheduler of its own.
        Assert.Equal(expected, lines[..3]);
        Assert.Equal("scheduler: PNDMScheduler", $"scheduler: {ModelSource.Open(path).Component("scheduler").ClassName}");
    }

    [Fact]
    public void Shards_are_read_epoch_by_epoch()
    {
        string[] shards = [Shard(("cat.png", "1234"), ("cat.txt", "a cat\na small cat"), ("dog.png", "12"), ("dog.txt", ""))];
        List<string> lines = [];
        WebDataset<CaptionedImage<int>> data = CaptionedImages.Open(
            shards,
            picture => picture.Length,                                // decodes a picture; here, only its size in bytes
            record => record.Style != "openmoji",                     // asked before the picture is decoded
            new WebDatasetOptions { Seed = 1, ShuffleBuffer = 2000 });
        for (int epoch = 0; epoch < 2; epoch++)
            foreach (CaptionedImage<int> item in data.Epoch(epoch))
                lines.Add($"{epoch} {item.Record.Key}: {item.Record.Caption(seed: 1, epoch)}, {item.Image} bytes");
        foreach (BrokenMember broken in data.Broken.All)
            lines.Add(broken.ToString());
        Assert.Collection(
            lines,
            line => Assert.Matches("^0 cat: a (small )?cat, 4 bytes$", line),
            line => Assert.Matches("^1 cat: a (small )?cat, 4 bytes$", line),
            line => Assert.Matches("dog was skipped: it has no caption", line));
    }

    [Fact]
    public void A_vocabulary_is_learned_and_read()
    {
        string folder = _folder["tokenizer"];
        ClipVocabulary vocabulary = BpeTrainer.Train(["a red apple", "a green apple", "an apple tree"], vocabularySize: 530);
        vocabulary.Save(folder);                                      // vocab.json, merges.txt and the two configs of transformers
        ClipTokenizer tokenizer = ClipTokenizer.Load(folder);
        Tokens tokens = tokenizer.Tokenize("A  red apple");
        int[] ids = tokenizer.Encode("A  red apple", maxLength: 16);  // start, tokens, end, padding
        string back = tokenizer.Decode(ids);                          // "<|startoftext|>a red apple <|endoftext|>…"
        string third = tokens.Prompt[tokens.Items[^1].Start..tokens.Items[^1].End];
        Assert.Equal(16, ids.Length);
        Assert.StartsWith("<|startoftext|>a red apple <|endoftext|>", back, StringComparison.Ordinal);
        Assert.Equal("apple", third);
    }

    public void Dispose() => _folder.Dispose();

    private string Shard(params (string Name, string Content)[] members)
    {
        string path = _folder["set-000.tar"];
        File.WriteAllBytes(path, Shards.Tar([.. members.Select(member => (member.Name, Shards.Text(member.Content)))]));
        return path;
    }
}
