using System.Diagnostics;
using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Tensors;
using Pareidolia.Training;
using Pareidolia.Training.Data;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training;

/// <summary>A run that was interrupted ends in the same bytes as one that was not. Counts buffers of the whole process, so it runs alone.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class ResumeTests
{
    [Fact]
    public void A_run_that_was_paused_ends_in_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Autoencoder);
        long before = TensorMemory.LiveBuffers;
        Run(folder, recipe, "whole", int.MaxValue);
        Run(folder, recipe, "parts", 3);
        Run(folder, recipe, "parts", 4);
        Run(folder, recipe, "parts", int.MaxValue);
        Assert.Equal(ModelBytes(folder, "whole"), ModelBytes(folder, "parts"));
        Assert.Equal(before, TensorMemory.LiveBuffers);
    }

    [Fact]
    public void A_paused_diffusion_run_with_its_own_text_encoder_ends_in_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Diffusion);
        foreach ((string run, int reports) in (ReadOnlySpan<(string, int)>)[("whole", int.MaxValue), ("parts", 3), ("parts", int.MaxValue)])
            Run(folder, recipe, run, reports);
        foreach (string part in (ReadOnlySpan<string>)["unet/diffusion_pytorch_model.safetensors", "text_encoder/model.safetensors", "clip/model.safetensors"])
            Assert.Equal(File.ReadAllBytes(folder[$"whole/model/{part}"]), File.ReadAllBytes(folder[$"parts/model/{part}"]));
        string shipped = Path.Combine(RepositoryRoot.Path, "models", "emoji");
        Assert.NotEqual(File.ReadAllBytes(Path.Combine(shipped, "text_encoder", "model.safetensors")), File.ReadAllBytes(folder["whole/model/text_encoder/model.safetensors"]));
        // CLIP keeps the text tower that it was trained with.
        using Pretrained<ClipModel> before = ClipModel.Load(Path.Combine(shipped, "clip")), after = ClipModel.Load(folder["whole/model/clip"]);
        using Scope scope = new();
        Tensor ids = Tensor.From([2998, 5, 2999], [1, 3]);
        Assert.Equal(before.Model.EncodeText(ids).ToArray(), after.Model.EncodeText(ids).ToArray());
    }

    [Fact]
    public void A_process_killed_at_any_moment_ends_in_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Autoencoder);
        Run(folder, recipe, "whole", int.MaxValue);
        foreach (int milliseconds in (ReadOnlySpan<int>)[900, 1300])
        {
            using Process killed = Start(folder, recipe);
            if (!killed.WaitForExit(milliseconds))
                killed.Kill(entireProcessTree: true);
            killed.WaitForExit();
        }
        using Process last = Start(folder, recipe);
        last.WaitForExit();
        Assert.Equal(0, last.ExitCode);
        Assert.Equal(ModelBytes(folder, "whole"), ModelBytes(folder, "killed"));
    }

    [Fact]
    public void A_paused_run_exports_its_last_checkpoint_and_still_ends_in_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Autoencoder);
        Run(folder, recipe, "whole", int.MaxValue);
        Run(folder, recipe, "parts", 5);
        using (AutoencoderTrainer trainer = new(Recipe.Load(recipe), DataRoot.Resolve(folder.Path)))
        using (TrainingLoop loop = new(trainer, folder["parts"]))
            Assert.Equal(5, loop.Export());
        Assert.NotEqual(ModelBytes(folder, "whole"), ModelBytes(folder, "parts"));
        Run(folder, recipe, "parts", int.MaxValue);
        Assert.Equal(ModelBytes(folder, "whole"), ModelBytes(folder, "parts"));
    }

    [Fact]
    public void A_checkpoint_of_another_recipe_is_refused()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Autoencoder);
        Run(folder, recipe, "run", 3);
        File.WriteAllText(recipe, TinyData.Autoencoder.Replace("0.002", "0.003", StringComparison.Ordinal));
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => Run(folder, recipe, "run", int.MaxValue));
        Assert.Contains("another recipe", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_loss_falls_and_is_logged_once_a_step()
    {
        using TemporaryFolder folder = new();
        string recipe = TinyData.Write(folder, TinyData.Autoencoder.Replace("\"steps\": 12", "\"steps\": 60", StringComparison.Ordinal));
        List<TrainingProgress> progress = Run(folder, recipe, "run", int.MaxValue);
        Assert.Equal(60, progress.Count);
        Assert.True(progress[^1].Loss < 0.7 * progress[0].Loss, $"the loss went from {progress[0].Loss} to {progress[^1].Loss} only");
        Assert.Equal(61, File.ReadLines(Path.Combine(folder["run"], "metrics.jsonl")).Count());
    }

    private static List<TrainingProgress> Run(TemporaryFolder folder, string recipe, string run, int reports)
    {
        using Trainer trainer = TrainerOf(Recipe.Load(recipe), DataRoot.Resolve(Path.GetDirectoryName(recipe)));
        return PausedRun.Of(trainer, folder[run], reports);
    }

    private static Trainer TrainerOf(Recipe recipe, DataRoot root) =>
        recipe.Json.Text("kind") == "diffusion" ? new DiffusionTrainer(recipe, root) : new AutoencoderTrainer(recipe, root);

    private static Process Start(TemporaryFolder folder, string recipe)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "Pareidolia.Cli.dll"), "train", "autoencoder", recipe, "--data", Path.GetDirectoryName(recipe)!, "--run", folder["killed"] },
        };
        Process process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static byte[] ModelBytes(TemporaryFolder folder, string run) =>
        File.ReadAllBytes(Path.Combine(folder[run], "model", "diffusion_pytorch_model.safetensors"));
}
