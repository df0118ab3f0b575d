using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class JsonConfigTests
{
    private static readonly JsonConfig Config = JsonConfig.Parse(
        """
        { // as people write it
          "channels": [320, 640], "head_dim": 8, "steps": 1000.0, "eps": 1e-5, "flip": true, "act": "silu", "none": null,
          "types": ["A", "B"], "one": "A", "betas": [0.1, 0.2], "inner": { "deep": { "x": "y" } }, "odd": "\ud800", "big": 1e400,
        }
        """,
        "unet/config.json");

    [Fact]
    public void Reads_every_type()
    {
        Assert.Equal(8, Config.Int("head_dim"));
        Assert.Equal(1000, Config.Int("steps"));
        Assert.Equal(1e-5, Config.Double("eps"));
        Assert.Equal(8.0, Config.Double("head_dim"));
        Assert.True(Config.Bool("flip"));
        Assert.Equal("silu", Config.Text("act"));
        Assert.Equal([320, 640], Config.Ints("channels"));
        Assert.Equal([0.1, 0.2], Config.Doubles("betas"));
        Assert.Equal(["A", "B"], Config.Texts("types"));
    }

    [Fact]
    public void A_single_value_reads_as_a_list_of_one()
    {
        Assert.Equal([8], Config.Ints("head_dim"));
        Assert.Equal(["A"], Config.Texts("one"));
    }

    [Fact]
    public void Null_counts_as_absent()
    {
        Assert.False(Config.Has("none"));
        Assert.Equal(3, Config.Int("none", 3));
        Assert.Null(Config.Text("none"));
        Assert.Null(Config.Section("none"));
        Assert.DoesNotContain("none", Config.Keys);
    }

    [Fact]
    public void Infinities_of_Python_count_as_absent_and_texts_keep_the_word()
    {
        JsonConfig config = JsonConfig.Parse("""{"a": -Infinity, "b": [NaN], "c": "\"Infinity", "d": Infinity, "NaN": 2}""", "x");
        Assert.Equal(["b", "c", "NaN"], config.Keys);
        Assert.Equal("\"Infinity", config.Text("c"));
    }

    [Fact]
    public void Fallbacks_stand_in_for_absent_keys_only()
    {
        Assert.Equal([1, 2], Config.Ints("absent", [1, 2]));
        Assert.False(Config.Bool("absent", false));
        Assert.Throws<PareidoliaException>(() => Config.Int("act", 3));
    }

    [Fact]
    public void A_section_is_a_config_of_its_own()
    {
        JsonConfig deep = Config.Section("inner")!.Section("deep")!;
        Assert.Equal("y", deep.Text("x"));
        Assert.Equal("'unet/config.json': \"inner.deep.x\" is \"y\"; a whole number is needed.", Message(() => deep.Int("x")));
    }

    [Theory]
    [InlineData("absent", "'unet/config.json' has no \"absent\"; a whole number is needed.")]
    [InlineData("act", "'unet/config.json': \"act\" is \"silu\"; a whole number is needed.")]
    [InlineData("eps", "'unet/config.json': \"eps\" is 1e-5; a whole number is needed.")]
    [InlineData("big", "'unet/config.json': \"big\" is 1e400; a whole number is needed.")]
    [InlineData("channels", "'unet/config.json': \"channels\" is [320, 640]; a whole number is needed.")]
    public void Errors_name_file_key_value_and_need(string key, string message) => Assert.Equal(message, Message(() => Config.Int(key)));

    [Fact]
    public void Other_types_are_refused_as_well()
    {
        Assert.Contains("a number is needed", Message(() => Config.Double("big")), StringComparison.Ordinal);
        Assert.Contains("true or false is needed", Message(() => Config.Bool("act")), StringComparison.Ordinal);
        Assert.Contains("a text is needed", Message(() => Config.Text("odd")), StringComparison.Ordinal);
        Assert.Contains("a text or a list", Message(() => Config.Texts("channels")), StringComparison.Ordinal);
        Assert.Contains("a whole number or a list", Message(() => Config.Ints("types")), StringComparison.Ordinal);
        Assert.Contains("an object", Message(() => Config.Section("act")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("{\"a\":1} x")]
    public void What_is_not_one_object_is_refused(string json) =>
        Assert.StartsWith("'c.json'", Message(() => JsonConfig.Parse(json, "c.json")), StringComparison.Ordinal);

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("no/such/config.json", Message(() => JsonConfig.Load("no/such/config.json")), StringComparison.Ordinal);

    private static string Message(Func<object?> read) => Assert.Throws<PareidoliaException>(read).Message;
}
