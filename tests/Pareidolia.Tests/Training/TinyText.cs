using System.Text;
using Pareidolia.Text;

namespace Pareidolia.Tests.Training;

/// <summary>A made-up language of a few words with plain rules, and recipes that learn it in seconds.</summary>
internal static class TinyText
{
    private const string Common = """
          "batch": 4, "steps": 12, "seed": 5, "ema": 0.9, "optimizer": { "learning_rate": 0.01, "warmup": 2 }, "log_every": 1, "checkpoint_every": 2
        }
        """;

    private static readonly string[] s_who = ["the dog", "a cat", "the old man", "my sister", "every child"];
    private static readonly string[] s_does = ["sees", "likes", "finds", "follows"];
    private static readonly string[] s_what = ["a bone.", "the red ball!", "some bread.", "the river, and sleeps."];

    /// <summary>A recipe of every kind of language model.</summary>
    public static IReadOnlyDictionary<string, string> Recipes { get; } = new Dictionary<string, string>
    {
        ["words"] = Recipe("words", """{ "vocab_size": 28, "hidden_size": 16, "neighbours": 5, "kernel_size": 3, "dilations": [1, 2] }""", 8)
            .Replace("\"window\"", "\"start\": \"counts\", \"window\"", StringComparison.Ordinal),
        ["bert"] = Recipe("bert", """
            { "vocab_size": 90, "hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 24, "max_position_embeddings": 16 }
            """, 16),
        ["gpt"] = Recipe("gpt", """{ "vocab_size": 300, "n_positions": 16, "n_embd": 16, "n_layer": 1, "n_head": 2 }""", 16),
        ["t5"] = Recipe("t5", """
            { "vocab_size": 200, "d_model": 16, "d_kv": 8, "d_ff": 24, "num_layers": 1, "num_decoder_layers": 1, "num_heads": 2 }
            """, 16),
    };

    /// <summary>Writes the texts, T5's pieces and a recipe; gives the recipe's path.</summary>
    public static string Write(TemporaryFolder folder, string kind, string? recipe = null)
    {
        File.WriteAllLines(folder["train.txt"], Sentences(400, 1));
        File.WriteAllLines(folder["validation.txt"], Sentences(60, 2));
        Unigram().Save(folder.Path);
        string path = folder[$"{kind}.json"];
        File.WriteAllText(path, recipe ?? Recipes[kind]);
        return path;
    }

    /// <summary>Sentences of the language.</summary>
    public static string[] Sentences(int count, int seed)
    {
        System.Random random = new(seed);
        string One(string[] words) => words[random.Next(words.Length)];
        return [.. Enumerable.Range(0, count).Select(_ => $"{One(s_who)} {One(s_does)} {One(s_what)}")];
    }

    /// <summary>T5 pieces: every character and word of the language.</summary>
    public static UnigramVocabulary Unigram()
    {
        string[] words = [.. Sentences(200, 3).SelectMany(text => text.Split(' ')).Distinct().Order(StringComparer.Ordinal)];
        string[] characters = [.. words.SelectMany(word => word.EnumerateRunes().Select(rune => rune.ToString())).Append("▁").Distinct().Order(StringComparer.Ordinal)];
        string[] sentinels = [.. Enumerable.Range(0, 100).Reverse().Select(UnigramVocabulary.Sentinel)];
        string[] special = ["<pad>", "</s>", "<unk>"];
        UnigramPiece[] pieces =
        [
            .. special.Select(name => new UnigramPiece(name, 0)), .. words.Select(word => new UnigramPiece("▁" + word, -3)),
            .. characters.Select(name => new UnigramPiece(name, -6)),
            .. Enumerable.Range(0, 60).Select(i => new UnigramPiece($"unused{i}", -9)), .. sentinels.Select(name => new UnigramPiece(name, 0)),
        ];
        return new UnigramVocabulary(pieces, new HashSet<string>(special.Concat(sentinels)));
    }

    private static string Recipe(string kind, string model, int window) => new StringBuilder($$"""
        {
          "kind": "{{kind}}", "window": {{window}},
          "data": { "train": ["train.txt"], "validation": ["validation.txt"], "tokenizer": "tokenizer.json" },
          "model": {{model}},
        """).Append(Common).ToString();
}
