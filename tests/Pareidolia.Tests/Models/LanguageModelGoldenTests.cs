using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tests.Golden;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Models;

/// <summary>BERT, GPT-2 and T5's encoder against transformers'.</summary>
public sealed class LanguageModelGoldenTests
{
    public static TheoryData<string, string> BertCases => GoldenCase.OnDevices("bert_mlm");

    public static TheoryData<string, string> Gpt2Cases => GoldenCase.OnDevices("gpt2_lm");

    public static TheoryData<string, string> T5Cases => GoldenCase.OnDevices("t5_encoder");

    [Theory]
    [MemberData(nameof(BertCases))]
    public void Bert(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<BertForMaskedLm> bert = BertForMaskedLm.Load(golden.Folder, GoldenCase.Device(device));
        IReadOnlyList<Tensor> states = bert.Model.Encode(
            Ids(golden, "input_ids", bert.Weights)!, Ids(golden, "token_type_ids", bert.Weights), Ids(golden, "attention_mask", bert.Weights));
        Tensor logits = bert.Model.Predict(states[^1]);
        CheckAll(golden, output => output switch
        {
            "logits" => logits,
            "last_hidden_state" => states[^1],
            "loss" => logits.Reshape(-1, logits.Shape[2]).CrossEntropyLoss(Ids(golden, "labels", bert.Weights)!.Reshape(-1)).Reshape(1),
            _ => states[StateIndex(output)],
        });
    }

    [Theory]
    [MemberData(nameof(Gpt2Cases))]
    public void Gpt2(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor ids = Ids(golden, "input_ids", gpt.Weights)!;
        IReadOnlyList<Tensor> states = gpt.Model.Encode(ids);
        Tensor logits = gpt.Model.Predict(states[^1]);
        CheckAll(golden, output => output switch
        {
            "logits" => logits,
            "loss" => NextTokenLoss(logits, ids),
            _ => states[StateIndex(output)],
        });
    }

    [Theory]
    [MemberData(nameof(T5Cases))]
    public void T5_encoder(string name, string device)
    {
        GoldenCase golden = GoldenCase.Load(name);
        using Scope scope = new();
        using Pretrained<T5EncoderModel> t5 = T5EncoderModel.Load(golden.Folder, GoldenCase.Device(device));
        Tensor ids = Ids(golden, "input_ids", t5.Weights)!;
        IReadOnlyList<Tensor> states = t5.Model.Encode(ids, Ids(golden, "attention_mask", t5.Weights));
        CheckAll(golden, output => output switch
        {
            "last_hidden_state" => states[^1],
            "last_hidden_state_no_mask" => t5.Model.Forward(ids),
            "position_bias" => t5.Model.PositionBias(ids.Shape[1]),
            _ => states[StateIndex(output)],
        });
    }

    private static Tensor NextTokenLoss(Tensor logits, Tensor ids)
    {
        int n = ids.Shape[1];
        Tensor guesses = logits.Slice(1, 0, n - 1);
        int[] next = [.. ids.ToIntArray().Chunk(n).SelectMany(row => row[1..])];
        return guesses.Reshape(-1, logits.Shape[2]).CrossEntropyLoss(Tensor.From(next, [next.Length], logits.Device)).Reshape(1);
    }

    private static int StateIndex(string output) => int.Parse(output["hidden_state_".Length..]);

    private static Tensor? Ids(GoldenCase golden, string input, WeightStore weights) => golden.Inputs.TryGetValue(input, out GoldenTensor? ids)
        ? Tensor.From([.. ids.ToInt64().Select(id => (int)id)], new Shape(ids.Shape), weights.Device) : null;

    private static void CheckAll(GoldenCase golden, Func<string, Tensor> output)
    {
        foreach (string name in golden.Outputs.Keys)
            golden.Check(name, output(name).ToArray());
    }
}
