using Pareidolia.Adapters;
using Pareidolia.Models;
using Pareidolia.Pipelines;
using Pareidolia.Tests.Pipelines;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Adapters;

/// <summary>Every kind of low-rank change against loops over its definition, and files that belong elsewhere.</summary>
public sealed class LoraTests
{
    private const string Linear = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q";          // [8, 8]
    private const string Conv = "down_blocks.0.resnets.0.conv1";                                          // [8, 8, 3, 3]

    private static readonly System.Random s_random = new(7);

    private delegate double Entry(int output, int input, int kernel);

    [Theory]
    [InlineData("lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight")]
    [InlineData("lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight")]
    [InlineData("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight")]
    [InlineData("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora.down.weight")]
    [InlineData("unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight")]
    [InlineData("base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.default.weight")]
    public void A_layer_is_found_under_every_tool_s_name(string down)
    {
        Factors file = new();
        float[] a = file.Add(down, 2, 8);
        float[] b = file.Add(down.Replace("lora_down", "lora_up").Replace("lora_A", "lora_B").Replace("lora.down", "lora.up").Replace("_lora.down", "_lora.up"), 8, 2);
        file.CheckChange(Linear, 0.5, (o, i, _) => 0.5 * Sum(2, r => b[o * 2 + r] * a[r * 8 + i]));
    }

    [Theory]
    [InlineData("{\"unet.r\": 2, \"unet.lora_alpha\": 6}", 3)]
    [InlineData("{\"unet.lora_alpha\": 6, \"unet.alpha_pattern\": {\"attn1.to_q\": 8}}", 4)]
    [InlineData("{\"unet.lora_alpha\": 6, \"unet.use_rslora\": true}", 4.242640687)]
    [InlineData("{\"text_encoder.lora_alpha\": 6}", 1)]
    public void A_header_may_tell_the_scale(string settings, double scale)
    {
        Factors file = new() { Header = new Dictionary<string, string> { ["lora_adapter_metadata"] = settings } };
        float[] a = file.Add($"unet.{Linear}.lora_A.weight", 2, 8), b = file.Add($"unet.{Linear}.lora_B.weight", 8, 2);
        file.CheckChange(Linear, 1, (o, i, _) => scale * Sum(2, r => b[o * 2 + r] * a[r * 8 + i]));
    }

    [Fact]
    public void A_convolution_may_have_a_core()
    {
        Factors file = new();
        float[] up = file.Add($"{Kohya(Conv)}.lora_up.weight", 8, 2, 1, 1), down = file.Add($"{Kohya(Conv)}.lora_down.weight", 2, 8, 1, 1);
        float[] core = file.Add($"{Kohya(Conv)}.lora_mid.weight", 2, 2, 3, 3);
        file.AddScalar($"{Kohya(Conv)}.alpha", 1);
        file.CheckChange(Conv, 1, (o, i, k) => 0.5 * Sum(2, p => Sum(2, q => up[o * 2 + p] * core[(p * 2 + q) * 9 + k] * down[q * 8 + i])));
    }

    [Fact]
    public void LoHa_is_a_product_of_two()
    {
        Factors file = new();
        string name = Kohya(Conv);
        float[] a1 = file.Add($"{name}.hada_w1_a", 8, 2), b1 = file.Add($"{name}.hada_w1_b", 2, 72);
        float[] a2 = file.Add($"{name}.hada_w2_a", 8, 2), b2 = file.Add($"{name}.hada_w2_b", 2, 72);
        file.AddScalar($"{name}.alpha", 4);
        file.CheckChange(Conv, 1, (o, i, k) =>
            2 * Sum(2, r => a1[o * 2 + r] * b1[r * 72 + i * 9 + k]) * Sum(2, r => a2[o * 2 + r] * b2[r * 72 + i * 9 + k]));
    }

    [Fact]
    public void LoHa_of_a_convolution_may_have_cores()
    {
        Factors file = new();
        string name = Kohya(Conv);
        float[] a1 = file.Add($"{name}.hada_w1_a", 2, 8), b1 = file.Add($"{name}.hada_w1_b", 2, 8), t1 = file.Add($"{name}.hada_t1", 2, 2, 3, 3);
        float[] a2 = file.Add($"{name}.hada_w2_a", 2, 8), b2 = file.Add($"{name}.hada_w2_b", 2, 8), t2 = file.Add($"{name}.hada_t2", 2, 2, 3, 3);
        double Part(float[] t, float[] a, float[] b, int o, int i, int k) => Sum(2, p => Sum(2, q => t[(p * 2 + q) * 9 + k] * b[q * 8 + i] * a[p * 8 + o]));
        file.CheckChange(Conv, 1, (o, i, k) => Part(t1, a1, b1, o, i, k) * Part(t2, a2, b2, o, i, k));
    }

    [Fact]
    public void LoKr_is_a_Kronecker_product()
    {
        Factors file = new();
        string name = Kohya(Conv);
        float[] left = file.Add($"{name}.lokr_w1", 2, 4), a = file.Add($"{name}.lokr_w2_a", 4, 3), b = file.Add($"{name}.lokr_w2_b", 3, 18);
        file.AddScalar($"{name}.alpha", 6);
        file.CheckChange(Conv, 1, (o, i, k) => 2 * left[o / 4 * 4 + i / 2] * Sum(3, r => a[o % 4 * 3 + r] * b[r * 18 + i % 2 * 9 + k]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DoRA_gives_each_output_or_input_its_length(bool byOutput)
    {
        Factors file = new();
        float[] up = file.Add($"{Kohya(Linear)}.lora_up.weight", 8, 2), down = file.Add($"{Kohya(Linear)}.lora_down.weight", 2, 8);
        float[] lengths = file.Add($"{Kohya(Linear)}.dora_scale", byOutput ? [8, 1] : [1, 8]);
        float[] before = Weight(Linear);
        double Merged(int o, int i) => before[o * 8 + i] + Sum(2, r => up[o * 2 + r] * down[r * 8 + i]);
        file.CheckChange(Linear, 0.7, (o, i, _) =>
        {
            double length = Math.Sqrt(Sum(8, j => Math.Pow(byOutput ? Merged(o, j) : Merged(j, i), 2)));
            return 0.7 * (lengths[byOutput ? o : i] * Merged(o, i) / length - before[o * 8 + i]);
        });
    }

    [Fact]
    public void Two_files_add_up_and_text_and_UNet_have_their_own_weights()
    {
        Factors file = new();
        float[] up = file.Add($"{Kohya(Linear)}.lora_up.weight", 8, 1), down = file.Add($"{Kohya(Linear)}.lora_down.weight", 1, 8);
        file.Add("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_up.weight", 32, 1);
        file.Add("lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight", 1, 16);
        file.CheckChange(Linear, 1.5, (o, i, _) => 1.5 * up[o] * down[i], times: [(0.5, 0), (1, 0)]);
    }

    [Fact]
    public void A_LoRA_of_another_family_is_refused_by_layer_and_shapes()
    {
        Factors file = new();
        file.Add($"{Kohya(Linear)}.lora_up.weight", 320, 4);
        file.Add($"{Kohya(Linear)}.lora_down.weight", 4, 320);
        string message = Assert.Throws<PareidoliaException>(() => file.CheckChange(Linear, 1, (_, _, _) => 0)).Message;
        Assert.Contains($"'{Kohya(Linear)}' changes [320, 320], where this model has [8, 8]", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("lora_unet_double_blocks_0_img_attn_qkv.lora_", "this one has none of its 1 layers, the first is 'lora_unet_double_blocks_0_img_attn_qkv'")]
    [InlineData("model.", "is no LoRA that is known here: none of its 2 tensors")]
    public void A_file_of_which_nothing_belongs_here_is_refused(string prefix, string expected)
    {
        Factors file = new();
        file.Add($"{prefix}up.weight", 8, 2);
        file.Add($"{prefix}down.weight", 2, 8);
        Assert.Contains(expected, Assert.Throws<PareidoliaException>(() => file.CheckChange(Linear, 1, (_, _, _) => 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_belongs_to_no_layer_is_reported()
    {
        Factors file = new();
        file.Add($"{Kohya(Linear)}.lora_up.weight", 8, 2);
        file.Add($"{Kohya(Linear)}.lora_down.weight", 2, 8);
        file.Add("lora_unet_nowhere.lora_up.weight", 8, 2);
        file.Add("lora_unet_nowhere.lora_down.weight", 2, 8);
        file.Add("lora_unet_elsewhere.oft_blocks", 8, 2);
        using TemporaryFolder folder = new();
        file.Write(folder["odd.safetensors"]);
        AdapterChoice adapters = new() { Loras = [new LoraChoice(folder["odd.safetensors"])] };
        using StableDiffusionPipeline pipeline = StableDiffusionPipeline.Load(ModelSource.Open(TinyModel.Lively), adapters: adapters);
        Assert.Contains("2 of 3 entries belong to no layer of this model", Assert.Single(pipeline.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_ask_for_LoRAs_by_name()
    {
        using TemporaryFolder folder = new();
        Factors file = new();
        file.Add($"{Kohya(Linear)}.lora_up.weight", 8, 2);
        file.Add($"{Kohya(Linear)}.lora_down.weight", 2, 8);
        file.Write(folder["styles/ink.safetensors"]);
        AdapterChoice adapters = new AdapterChoice().Mentioned(["a cat <lora:ink:0.8:0.5>", "a bird<lora:ink:0.8:0.5>"], folder.Path);
        Assert.Equal(new LoraChoice(folder["styles/ink.safetensors"], 0.5, 0.8), Assert.Single(adapters.Loras));
        Assert.Contains("no file 'oil.safetensors'", Refusal(["<lora:oil:1>"]), StringComparison.Ordinal);
        Assert.Contains("different LoRAs", Refusal(["<lora:ink:1>", "a cat"]), StringComparison.Ordinal);
        Assert.Contains("only lora is known", Refusal(["<hypernet:ink:1>"]), StringComparison.Ordinal);
        string Refusal(string[] prompts) => Assert.Throws<PareidoliaException>(() => new AdapterChoice().Mentioned(prompts, folder.Path)).Message;
    }

    [Fact]
    public void A_choice_is_a_file_with_up_to_two_weights()
    {
        using TemporaryFolder folder = new();
        string file = folder["a.safetensors"];
        File.WriteAllText(file, "");
        Assert.Equal(new LoraChoice(file, 1, 1), LoraChoice.Parse(file));
        Assert.Equal(new LoraChoice(file, 0.8, 0.8), LoraChoice.Parse(file + ":0.8"));
        Assert.Equal(new LoraChoice(file, 0.8, -0.5), LoraChoice.Parse(file + ":0.8:-0.5"));
        Assert.Throws<PareidoliaException>(() => LoraChoice.Parse(file + ":x"));
    }

    private static string Kohya(string layer) => "lora_unet_" + layer.Replace('.', '_');

    private static double Sum(int count, Func<int, double> term) => Enumerable.Range(0, count).Sum(term);

    private static float[] Weight(string layer)
    {
        using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(Path.Combine(TinyModel.Lively, "unet"));
        return unet.Weights.Parameters.Single(parameter => parameter.Name == $"{layer}.weight").Tensor.ToArray();
    }

    /// <summary>A LoRA file that is being made.</summary>
    private sealed class Factors
    {
        private readonly List<(string Name, long[] Shape, float[] Values)> _tensors = [];

        public IReadOnlyDictionary<string, string>? Header { get; init; }

        public float[] Add(string name, params int[] shape)
        {
            float[] values = [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(s_random.NextDouble() - 0.5))];
            _tensors.Add((name, [.. shape.Select(extent => (long)extent)], values));
            return values;
        }

        public void AddScalar(string name, float value) => _tensors.Add((name, [], [value]));

        public void Write(string path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            SafetensorsWriter.Write(path, _tensors.Select(tensor => new SafetensorsSource(tensor.Name, SafetensorsType.F32, tensor.Shape, stream =>
                stream.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Values.AsSpan())))), Header);
        }

        /// <summary>Fails unless the layer changes by what is expected for each output, input and place of the kernel.</summary>
        public void CheckChange(string layer, double strength, Entry expected, params (double UNet, double Text)[] times)
        {
            using TemporaryFolder folder = new();
            Write(folder["made.safetensors"]);
            using Pretrained<UNet2DConditionModel> unet = UNet2DConditionModel.Load(Path.Combine(TinyModel.Lively, "unet"));
            using Pretrained<ClipTextModel> text = ClipTextModel.Load(Path.Combine(TinyModel.Lively, "text_encoder"));
            float[] before = Weight(layer), textBefore = [.. text.Weights.Parameters.SelectMany(parameter => parameter.Tensor.ToArray())];
            using LoraFile lora = LoraFile.Open(folder["made.safetensors"]);
            foreach ((double onUNet, double onText) in times.Length == 0 ? [(strength, strength)] : times)
                lora.ApplyTo(new LoraNames(unet.Weights, [text.Weights]), new LoraChoice(folder["made.safetensors"], onUNet, onText));
            Parameter parameter = unet.Weights.Parameters.Single(parameter => parameter.Name == $"{layer}.weight");
            float[] after = parameter.Tensor.ToArray();
            int inputs = parameter.Tensor.Shape[-1], kernels = after.Length / parameter.Tensor.Shape[0] / inputs;
            for (int at = 0; at < after.Length; at++)
            {
                double change = expected(at / (kernels * inputs), at % inputs, at / inputs % kernels);
                Assert.InRange(after[at] - before[at] - change, -1e-5, 1e-5);
            }
            Assert.Equal(textBefore, text.Weights.Parameters.SelectMany(each => each.Tensor.ToArray()));
        }
    }
}
