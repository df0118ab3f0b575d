using Pareidolia.Adapters;
using Pareidolia.Imaging;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tensors;
using Pareidolia.Tests.Models;
using Pareidolia.Weights;
using Pareidolia.Weights.Checkpoints;

namespace Pareidolia.Tests.Pipelines;

/// <summary>Autoencoders in the place of a model's own: in every layout the same pictures.</summary>
public sealed class VaeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static AutoencoderTinyConfig Tiny => new()
    {
        EncoderBlockOutChannels = [6, 6, 6], DecoderBlockOutChannels = [6, 6, 6], NumEncoderBlocks = [1, 2, 1], NumDecoderBlocks = [2, 1, 1],
    };

    [Fact]
    public void A_tiny_autoencoder_is_told_by_its_keys_in_every_layout()
    {
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(Tiny, 3);
        tiny.Model.Save(_folder["folder"], tiny.Weights);
        string diffusers = Path.Combine(_folder["folder"], "diffusion_pytorch_model.safetensors");
        string comfy = Save(tiny, "comfy.safetensors", name => Own(name, "taesd_encoder.", "taesd_decoder."));
        Save(tiny, "some_encoder.safetensors", name => Own(name, "", null));
        string own = Save(tiny, "some_decoder.safetensors", name => Own(name, null, ""));
        foreach (string file in (string[])[_folder["folder"], diffusers, comfy, own])
        {
            using Scope scope = new();
            using LatentCodec codec = VaeFile.Load(file, own: null, Backend.Cpu);
            Assert.Equal((4, 4), (codec.Factor, codec.Channels));
            Tensor pixels = TinyModels.Noise([1, 8, 12, 3], Backend.Cpu), latent = TinyModels.Noise([1, 2, 3, 4], Backend.Cpu);
            Assert.Equal(tiny.Model.Encode(pixels).ToArray(), codec.Encode(pixels, null).ToArray());
            Assert.Equal(tiny.Model.Decode(latent).ToArray(), codec.Decode(latent).ToArray());
        }
    }

    [Fact]
    public void A_decoder_alone_decodes_and_says_what_it_lacks()
    {
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(Tiny, 3);
        using Scope scope = new();
        using LatentCodec codec = VaeFile.Load(Save(tiny, "decoder.safetensors", name => Own(name, null, "")), own: null, Backend.Cpu);
        Assert.Equal([1, 8, 12, 3], codec.Decode(TinyModels.Noise([1, 2, 3, 4], Backend.Cpu)).Shape);
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => codec.Encode(TinyModels.Noise([1, 8, 12, 3], Backend.Cpu), null));
        Assert.Contains("without an encoder", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_autoencoder_is_read_in_either_layout_with_the_numbers_of_the_models_own()
    {
        AutoencoderKlConfig config = new() { BlockOutChannels = [4, 8], LayersPerBlock = 1, NormNumGroups = 2, ScalingFactor = 0.5 };
        using Pretrained<AutoencoderKl> full = AutoencoderKl.Initialise(config, 3);
        full.Model.Save(_folder["vae"], full.Weights);
        ModelComponent own = new(_folder["vae"]);
        string diffusers = Path.Combine(_folder["vae"], "diffusion_pytorch_model.safetensors");
        string original = SaveOriginal(diffusers);
        foreach (string file in (string[])[_folder["vae"], diffusers, original])
        {
            using Scope scope = new();
            using LatentCodec codec = VaeFile.Load(file, own, Backend.Cpu);
            Tensor pixels = TinyModels.Noise([1, 4, 6, 3], Backend.Cpu), latent = TinyModels.Noise([1, 2, 3, 4], Backend.Cpu);
            Assert.Equal(full.Model.Encode(pixels).Mean.Scale(0.5f).ToArray(), codec.Encode(pixels, null).ToArray());
            Assert.Equal(full.Model.Decode(latent.Scale(2)).ToArray(), codec.Decode(latent).ToArray());
        }
    }

    [Fact]
    public void A_model_draws_with_another_autoencoder_and_says_so()
    {
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(Tiny, 3);
        string file = Save(tiny, "own.safetensors", name => Own(name, "taesd_encoder.", "taesd_decoder."));
        using StableDiffusionPipeline usual = StableDiffusionPipeline.Load(TinyModel.Folder);
        using StableDiffusionPipeline swapped = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Folder), adapters: new AdapterChoice { Vae = file });
        Image one = usual.Generate("a cat"), other = swapped.Generate("a cat");
        Assert.NotEqual(one.Pixels, other.Pixels);
        Assert.Equal("own.safetensors", Infotext.Parse(other.Texts[Infotext.Key]).Fields["VAE"]);
        GenerateSettings settings = swapped.Defaults with { Prompt = "a cat", Source = new SourcePicture(one) };
        Assert.Equal((32, 32), (swapped.Generate(settings)[0].Width, swapped.Generate(settings)[0].Height));
    }

    [Fact]
    public void A_model_whose_own_autoencoder_is_tiny_draws_the_same_picture()
    {
        TinyModel.CopyTo(_folder);
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(Tiny, 3);
        string file = Save(tiny, "tiny.safetensors", name => Own(name, "taesd_encoder.", "taesd_decoder."));
        Directory.Delete(_folder["vae"], recursive: true);
        tiny.Model.Save(_folder["vae"], tiny.Weights);
        using StableDiffusionPipeline own = StableDiffusionPipeline.Load(_folder.Path);
        using StableDiffusionPipeline swapped = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Folder), adapters: new AdapterChoice { Vae = file });
        Assert.Equal(swapped.Generate("a cat").Pixels, own.Generate("a cat").Pixels);
    }

    [Theory]
    [InlineData("unet", "a UNet alone")]
    [InlineData("clip", "a CLIP text encoder alone")]
    public void What_is_no_autoencoder_is_refused_in_a_sentence(string part, string what)
    {
        string file = new ModelComponent(Path.Combine(TinyModel.Folder, part)).WeightsPath!;
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => VaeFile.Load(file, null, Backend.Cpu));
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.EndsWith("an autoencoder (VAE), full or tiny, is needed.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_a_tiny_autoencoder_and_a_class_that_is_none_are_refused()
    {
        using Pretrained<AutoencoderTiny> tiny = AutoencoderTiny.Initialise(Tiny, 3);
        string encoder = Save(tiny, "some_encoder.safetensors", name => Own(name, "", null));
        Assert.Contains("name its decoder", Assert.Throws<PareidoliaException>(() => VaeFile.Load(encoder, null, Backend.Cpu)).Message, StringComparison.Ordinal);
        string unet = Path.Combine(TinyModel.Folder, "unet");
        Assert.Contains("AutoencoderTiny or VQModel is needed", Assert.Throws<PareidoliaException>(() => VaeFile.Load(unet, null, Backend.Cpu)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private string Save(Pretrained<AutoencoderTiny> tiny, string name, Func<string, string?> rename)
    {
        SafetensorsWriter.Write(_folder[name], tiny.Weights.Parameters.Where(p => rename(p.Name) is not null)
            .Select(p => TensorFiles.Source(p with { Name = rename(p.Name)! }, SafetensorsType.F32)));
        return _folder[name];
    }

    private string SaveOriginal(string diffusers)
    {
        using StoredWeights inner = StoredWeights.Open(diffusers);
        using MappedWeights original = new(inner, CheckpointPart.Autoencoder.ToOriginal(inner.Names), owns: false);
        SafetensorsWriter.Write(_folder["original.safetensors"], original.Names.Select(name =>
            new SafetensorsSource(name, original.Entry(name).Type, original.Entry(name).Shape, stream => stream.Write(original.Bytes(name)))));
        return _folder["original.safetensors"];
    }

    // TAESD's decoder has a layer without weights before the first.
    private static string? Own(string name, string? encoder, string? decoder)
    {
        string[] parts = name.Split('.', 4);
        bool decodes = parts[0] == "decoder";
        string? prefix = decodes ? decoder : encoder;
        return prefix is null ? null : $"{prefix}{int.Parse(parts[2]) + (decodes ? 1 : 0)}.{parts[3]}";
    }
}
