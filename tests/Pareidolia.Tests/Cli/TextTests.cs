using System.Text.Json;
using Pareidolia.Tests.Tensors;
using Pareidolia.Tests.Training;

namespace Pareidolia.Tests.Cli;

/// <summary><c>pareidolia text</c> with models that were trained for a few steps on a tiny language.</summary>
[Collection(nameof(TensorMemoryTests))]
public sealed class TextTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void A_text_is_written_on_the_same_for_a_seed_with_and_without_a_cache()
    {
        string model = Trained("gpt");
        string[] ask = ["text", "complete", "the dog", "--model", model, "--tokens", "40", "--top-k", "20", "--json"];
        string Written(params string[] more)
        {
            Ran ran = CommandLine.Run([.. ask, .. more]);
            Assert.Equal((0, ""), (ran.Code, ran.Error));
            return JsonElement.Parse(ran.Output).GetProperty("text").GetString()!;
        }
        string first = Written("--seed", "3");
        Assert.NotEmpty(first);
        Assert.Equal(first, Written("--seed", "3"));
        Assert.Equal(first, Written("--seed", "3", "--no-cache"));
        Assert.NotEqual(first, Written("--seed", "4"));
        Ran plain = CommandLine.Run("text", "complete", "the dog", "--model", model, "--tokens", "40", "--top-k", "20", "--seed", "3");
        Assert.Equal($"the dog{first}\n", plain.Output);
        Assert.StartsWith("seed 3, ", plain.ErrorLine, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("words")]
    public void A_hidden_word_is_filled_in_with_probabilities(string kind)
    {
        Ran ran = CommandLine.Run("text", "fill", "the dog [MASK] a [MASK].", "--model", Trained(kind), "--count", "3", "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        JsonElement places = JsonElement.Parse(ran.Output).GetProperty("places");
        Assert.Equal(2, places.GetArrayLength());
        foreach (JsonElement guesses in places.EnumerateArray())
        {
            double[] probabilities = [.. guesses.EnumerateArray().Select(guess => guess.GetProperty("probability").GetDouble())];
            Assert.Equal(3, probabilities.Length);
            Assert.Equal(probabilities.OrderDescending(), probabilities);
            Assert.InRange(probabilities.Sum(), 0.01, 1.0001);
        }
    }

    [Fact]
    public void Near_words_are_listed_the_nearest_first()
    {
        Ran ran = CommandLine.Run("text", "nearest", "Dog", "--model", Trained("words"), "--count", "4", "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        JsonProperty[] near = [.. JsonElement.Parse(ran.Output).EnumerateObject()];
        Assert.Equal(4, near.Length);
        Assert.DoesNotContain(near, word => word.Name is "dog" or "[MASK]");
        Assert.Equal(near.Select(word => word.Value.GetDouble()).OrderDescending(), near.Select(word => word.Value.GetDouble()));
    }

    [Theory]
    [InlineData("bert")]
    [InlineData("words")]
    public void The_senses_of_a_word_are_drawn_apart(string kind)
    {
        Ran ran = CommandLine.Run("text", "senses", "dog", "--table", Senses(), "--model", Trained(kind), "-o", _folder["dog.svg"]);
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        Assert.Contains("4 sentences", ran.Output, StringComparison.Ordinal);
        string svg = File.ReadAllText(_folder["dog.svg"]);
        Assert.Equal(4, svg.Split("<title>").Length - 1);
        Assert.Contains("victim", svg, StringComparison.Ordinal);
        Ran again = CommandLine.Run("text", "senses", "dog", "--table", Senses(), "--model", _folder[$"{kind}/model"], "-o", _folder["dog.svg"]);
        Assert.Equal(2, again.Code);
        Assert.Contains("exists", again.ErrorLine, StringComparison.Ordinal);
    }

    [Fact]
    public void A_next_word_model_is_measured_beside_counting()
    {
        Ran ran = CommandLine.Run(
            "text", "eval", "--model", Trained("gpt"), "--data", _folder.Path, "--text", "validation.txt", "--train-text", "train.txt", "--order", "3", "--json");
        Assert.Equal((0, ""), (ran.Code, ran.Error));
        JsonElement result = JsonElement.Parse(ran.Output);
        double Number(string name) => result.GetProperty(name).GetDouble();
        Assert.Equal(File.ReadAllText(_folder["validation.txt"]).Length, Number("bytes"));
        Assert.Equal(Math.Log2(Number("perplexity_per_token")) * Number("tokens") / Number("bytes"), Number("bits_per_byte"), 3);
        Assert.Equal(Math.Log2(Number("kneser_ney_per_word")) * Number("words") / Number("bytes"), Number("kneser_ney_bits_per_byte"), 3);
        // Twelve steps teach little; counting 400 sentences of a tiny language does.
        Assert.InRange(Number("kneser_ney_bits_per_byte"), 0.05, 1);
    }

    [Fact]
    public void What_cannot_be_is_one_sentence()
    {
        string gpt = Trained("gpt"), words = Trained("words");
        (string Message, string[] Arguments)[] cases =
        [
            ("The temperature is -1; 0", ["complete", "a", "--model", gpt, "--temperature", "-1"]),
            ("Top-p is 2; over 0", ["complete", "a", "--model", gpt, "--top-p", "2"]),
            ("The number of tokens is 0; 1 to", ["complete", "a", "--model", gpt, "--tokens", "0"]),
            ("--seed is 'x'", ["complete", "a", "--model", gpt, "--seed", "x"]),
            ("no language model", ["complete", "a", "--model", _folder["none"]]),
            ("has neither vocab.json nor encoder.json", ["complete", "a", "--model", words]),
            ("The text has no [MASK]", ["fill", "nothing hidden", "--model", words]),
            ("--count is 0; 1 to 1000", ["fill", "[MASK]", "--model", words, "--count", "0"]),
            ("holds GPT2LMHeadModel; a BertForMaskedLM or", ["fill", "[MASK]", "--model", gpt]),
            ("'qqq' is no word", ["nearest", "qqq", "--model", words]),
            ("'the dog' is no word", ["nearest", "the dog", "--model", words]),
            ("has no two senses of 'cat'; it has dog", ["senses", "cat", "--table", Senses(), "--model", words, "-o", _folder["cat.svg"]]),
            ("has no file 'none.txt'", ["eval", "--model", gpt, "--data", _folder.Path, "--text", "none.txt"]),
            ("--order is 9; 1 to 8", ["eval", "--model", gpt, "--data", _folder.Path, "--text", "validation.txt", "--train-text", "train.txt", "--order", "9"]),
            ("has no file 'text/senses.tsv'", ["eval", "--model", words, "--data", _folder.Path]),
        ];
        foreach ((string message, string[] arguments) in cases)
        {
            Ran ran = CommandLine.Run(["text", .. arguments]);
            Assert.True(ran.Code == 2 && ran.ErrorLine.Contains(message, StringComparison.Ordinal), $"'{message}' was expected, but came {ran.Code}: {ran.Error}");
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Senses()
    {
        File.WriteAllLines(_folder["senses.tsv"],
        [
            "word\tsense\tsentence", "dog\tactor\tthe dog sees a cat", "dog\tactor\tthe dog sees a bird", "dog\tvictim\ta cat sees the dog", "dog\tvictim\ta bird sees the dog",
        ]);
        return _folder["senses.tsv"];
    }

    private string Trained(string kind)
    {
        LanguageTrainingTests.Run(_folder, kind, TinyText.Write(_folder, kind), kind, int.MaxValue);
        return Path.Combine(_folder[kind], "model");
    }
}
