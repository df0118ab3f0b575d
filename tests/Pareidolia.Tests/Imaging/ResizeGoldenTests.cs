using Pareidolia.Imaging;
using Pareidolia.Tests.Golden;

namespace Pareidolia.Tests.Imaging;

public sealed class ResizeGoldenTests
{
    public static TheoryData<string> ResizeCases() => GoldenCase.NamesOfKind("image_resize");

    public static TheoryData<string> PreprocessCases() => GoldenCase.NamesOfKind("clip_preprocess");

    // Outputs are named image.filter.HEIGHTxWIDTH.
    [Theory]
    [MemberData(nameof(ResizeCases))]
    public void Every_filter_is_within_one_grey_level_and_nearest_is_exact(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        int allowed = golden.Description.GetProperty("tolerance").GetProperty("max_abs_u8").GetInt32();
        foreach ((string output, GoldenTensor expected) in golden.Outputs)
        {
            string[] parts = output.Split('.');
            Resampling filter = Enum.Parse<Resampling>(parts[1], ignoreCase: true);
            Image image = Resize.To(ToImage(golden.Inputs[parts[0]]), expected.Shape[1], expected.Shape[0], filter);
            int worst = image.Pixels.Zip(expected.Bytes, (ours, theirs) => Math.Abs(ours - theirs)).Max();
            Assert.True(worst <= (filter == Resampling.Nearest ? 0 : allowed), $"{output} is off by {worst} grey levels.");
        }
    }

    [Theory]
    [MemberData(nameof(PreprocessCases))]
    public void Clip_sees_the_same_pixels(string name)
    {
        GoldenCase golden = GoldenCase.Load(name);
        int size = golden.Config.GetProperty("n_px").GetInt32();
        foreach ((string input, GoldenTensor tensor) in golden.Inputs)
        {
            float[] values = ClipPixels.Of(ToImage(tensor), size);
            float[] planes = new float[values.Length]; // [3, size, size], as the case has it
            for (int i = 0; i < values.Length; i++)
                planes[i % 3 * size * size + i / 3] = values[i];
            golden.Check(input.Replace("image", "pixels", StringComparison.Ordinal), planes);
        }
    }

    private static Image ToImage(GoldenTensor tensor) => new(tensor.Shape[1], tensor.Shape[0], tensor.Shape[2], tensor.Bytes);
}
