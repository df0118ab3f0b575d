using System.Text.Json;
using Pareidolia.Pipelines;
using Pareidolia.Server.Models;
using Pareidolia.Server.Tests.Generate;
using Pareidolia.Tests.Pipelines;

namespace Pareidolia.Server.Tests.Models;

/// <summary>Several models in memory: which stay, which leave, and that none leaves that someone draws with.</summary>
public sealed class HeldModelsTests
{
    [Fact]
    public void The_longest_unused_leaves_first_and_no_sooner_than_the_budget_asks()
    {
        using HeldModels held = new(250, () => null);
        Use(held, "a");
        Use(held, "b");
        Assert.Equal("a b", Names(held));
        Use(held, "a");
        Assert.Equal("b a", Names(held));
        Use(held, "c");
        Assert.Equal("a c", Names(held));
        Use(held, "d", 200);
        Assert.Equal("d", Names(held));
        Use(held, "e", 1000);
        Assert.Equal("e", Names(held));
    }

    [Fact]
    public void One_in_use_stays_whatever_another_needs()
    {
        using HeldModels held = new(100, () => 0);
        HeldModel first = Take(held, "a"), again = Take(held, "a");
        Assert.Same(first, again);
        HeldModel second = Take(held, "b", 1000);
        Assert.Equal("a b", Names(held));
        held.Clear();
        Assert.Equal("a b", Names(held));
        _ = first.Pipeline.Tokenize("a cat");
        HeldModels.Release(first);
        Use(held, "b");
        Assert.Equal("a b", Names(held));
        HeldModels.Release(again);
        HeldModels.Release(second);
        Use(held, "c");
        Assert.Equal("c", Names(held));
    }

    [Fact]
    public void What_a_run_takes_beside_weights_counts_against_what_the_machine_has()
    {
        long room = 1000;
        using HeldModels held = new(10_000, () => room);
        Use(held, "a");
        Use(held, "b");
        Use(held, "c");
        Use(held, "c", beside: 1000);
        Assert.Equal("a b c", Names(held));
        Use(held, "c", beside: 1100);
        Assert.Equal("b c", Names(held));
        room = 50;
        Use(held, "d");
        Assert.Equal("c d", Names(held));
    }

    [Fact]
    public void Others_count_within_the_budget_and_leave_when_nothing_else_can()
    {
        long others = 150;
        using HeldModels held = new(300, () => null) { Others = (() => others, () => others = 0) };
        Use(held, "a");
        Use(held, "b");
        Assert.Equal(("b", 150L), (Names(held), others));
        Use(held, "c", 200);
        Assert.Equal(("c", 0L), (Names(held), others));
        others = 90;
        Use(held, "c", 200);
        Assert.Equal(("c", 90L), (Names(held), others));
        held.MakeRoom(10);
        Assert.Equal(("c", 90L), (Names(held), others));
        HeldModel inUse = Take(held, "c", 200);
        held.MakeRoom(11);
        Assert.Equal(("c", 90L), (Names(held), others));
        HeldModels.Release(inUse);
        held.MakeRoom(11);
        Assert.Equal(("", 90L), (Names(held), others));
    }

    [Fact]
    public void A_model_that_cannot_be_loaded_leaves_nothing_behind()
    {
        using HeldModels held = new(10_000, () => null);
        Use(held, "a");
        Assert.Throws<PareidoliaException>(() => held.Take("x", "x", () => 1, () => 0, () => throw new PareidoliaException("It is damaged.")));
        Assert.Equal("a", Names(held));
    }

    [Theory]
    [InlineData(long.MaxValue, "refiner, tiny")]
    [InlineData(0, "tiny")]
    public async Task A_studio_keeps_what_its_budget_allows(long budget, string expected)
    {
        await using TestStudio studio = await TestStudio.Start(options => options with { Models = [TinyModel.Lively, TinyCompany.RefinerPath], MostModelBytes = budget });
        string tiny = Path.GetFileName(TinyModel.Lively);
        foreach (object order in (object[])[new { kind = "generate", prompt = "a", model = tiny, refiner = new { model = "refiner" } }, new { kind = "generate", prompt = "a", model = tiny }])
            _ = await studio.Wait((await studio.Post("/api/v1/jobs", order, 202)).GetProperty("id").GetString()!, "done");
        IEnumerable<string> loaded = (await studio.Get("/api/v1/models")).EnumerateArray().Where(model => model.GetProperty("loaded").GetBoolean())
            .Select(model => model.GetProperty("name").GetString()!.Replace(tiny, "tiny", StringComparison.Ordinal)).Order();
        Assert.Equal(expected, string.Join(", ", loaded));
        Assert.Equal(tiny, (await studio.Get("/healthz")).GetProperty("model").GetString());
    }

    private static void Use(HeldModels held, string name, long weights = 100, long beside = 0) => HeldModels.Release(Take(held, name, weights, beside));

    private static HeldModel Take(HeldModels held, string name, long weights = 100, long beside = 0) =>
        held.Take(name, name, () => weights, () => beside, () => StableDiffusionPipeline.Load(TinyModel.Folder));

    private static string Names(HeldModels held) => string.Join(' ', held.All.Select(model => model.Name));
}
