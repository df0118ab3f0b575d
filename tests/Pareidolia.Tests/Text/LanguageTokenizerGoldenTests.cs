using System.Text.Json;
using Pareidolia.Tests.Golden;
using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

/// <summary>The tokenizers of BERT, GPT-2 and T5 against public ones, id for id.</summary>
public sealed class LanguageTokenizerGoldenTests
{
    public static TheoryData<string> BertCases() => GoldenCase.NamesOfKind("tokenizer_bert");

    public static TheoryData<string> Gpt2Cases() => GoldenCase.NamesOfKind("tokenizer_gpt2");

    public static TheoryData<string> T5Cases() => GoldenCase.NamesOfKind("tokenizer_t5");

    [Theory]
    [MemberData(nameof(BertCases))]
    public void Bert_pieces_are_exact(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        WordPieceVocabulary vocabulary = WordPieceVocabulary.Load(TokenizerGoldenRows.Vocabulary(golden));
        WordPieceTokenizer lower = new(vocabulary), cased = new(vocabulary with { LowerCase = false });
        foreach (JsonElement row in TokenizerGoldenRows.Of(golden))
        {
            string prompt = TokenizerGoldenRows.Prompt(row);
            int[] actual = (row.GetProperty("lower_case").GetBoolean() ? lower : cased).Encode(prompt);
            TokenizerGoldenRows.Check(prompt, TokenizerGoldenRows.Ids(row, "ids"), actual);
        }
        CheckPair(golden, lower);
    }

    [Theory]
    [MemberData(nameof(Gpt2Cases))]
    public void Gpt2_tokens_are_exact_and_come_back_as_the_text(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        Gpt2Tokenizer tokenizer = Gpt2Tokenizer.Load(Path.GetDirectoryName(TokenizerGoldenRows.Vocabulary(golden))!);
        foreach (JsonElement row in TokenizerGoldenRows.Of(golden))
        {
            string prompt = TokenizerGoldenRows.Prompt(row);
            TokenizerGoldenRows.Check(prompt, TokenizerGoldenRows.Ids(row, "ids"), tokenizer.Encode(prompt));
            Assert.Equal(prompt, tokenizer.Decode(tokenizer.Encode(prompt)));
        }
    }

    [Theory]
    [MemberData(nameof(T5Cases))]
    public void T5_pieces_are_exact(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        T5Tokenizer tokenizer = T5Tokenizer.Load(Path.GetDirectoryName(TokenizerGoldenRows.Vocabulary(golden))!);
        foreach (JsonElement row in TokenizerGoldenRows.Of(golden))
        {
            string prompt = TokenizerGoldenRows.Prompt(row);
            TokenizerGoldenRows.Check(prompt, TokenizerGoldenRows.Ids(row, "ids"), tokenizer.Encode(prompt));
        }
    }

    private static void CheckPair(GoldenCase golden, WordPieceTokenizer tokenizer)
    {
        string file = Path.Combine(golden.Folder, "pair.json");
        if (!File.Exists(file))
            return;
        JsonElement pair = JsonElement.Parse(File.ReadAllText(file));
        (int[] ids, int[] types) = tokenizer.EncodePair(pair.GetProperty("a").GetString()!, pair.GetProperty("b").GetString()!);
        Assert.Equal(TokenizerGoldenRows.Ids(pair, "input_ids"), ids);
        Assert.Equal(TokenizerGoldenRows.Ids(pair, "token_type_ids"), types);
    }
}
