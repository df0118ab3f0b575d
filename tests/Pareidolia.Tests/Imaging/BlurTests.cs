using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

/// <summary>Blurs, fits and fills against what Pillow 9.4 makes of the same picture, and against their definitions.</summary>
public sealed class BlurTests
{
    [Theory]
    [InlineData(1, "3347648293917d5a5368869d5d667181897e756c6d74889c7372696e797d817e786c727f666c6d717580857973717372767d7b75696e787d817e7665848377716e717580857a7269737c81827a70656d7d84847975889c95725e5b6d899e9773")]
    [InlineData(2.5, "5b60676e73757676757678795f64696f737676767676787865686c7174767777767677776c6e717475777878777777777273757677777878787777767978787878787879797877767d7c7b7a797878797a797776807f7d7c7979797a7a797876")]
    [InlineData(16, "5f5e5f5f5f5f5f5f5f5f605f5f5f5f5f5f5f5f5f5f5f605f5f5f5f5f5f5f5f5f5f5f605f5f5f5f5f5f5f5f5f5f5f605f5f5f60605f5f5f5f5f5f605f5f5f6060606060605f5f605f5f5f6060606060605f5f605f605f6060606060605f5f605f")]
    public void Boxes_are_those_of_Pillow(double radius, string expected) =>
        Assert.Equal(Convert.FromHexString(expected), Blur.Boxes(Pattern(12, 8, 1), radius).Pixels);

    [Fact]
    public void A_hole_is_filled_as_with_Pillow()
    {
        Image hole = new(12, 8, 1);
        for (int y = 2; y < 6; y++)
            hole.Row(y)[3..9].Fill(255);
        hole.Pixel(9, 3)[0] = 100;
        Near(Filled, HoleFill.Fill(Pattern(12, 8, 3), hole));
    }

    [Theory]
    [InlineData(FitMode.Crop, 10, 4, "a9bc7e9c5e7455a6319f66794457be57becabaab828974665e453ca13795426867545e8f557dd971b36cb5e04ebd598f42676c56629f5b9ada7ac7558daec09bb79ead78324c2a7b2883a07aa27c97aece9cc183af5a3e373885879a527a3d8f2d85d787cd97b76f89549336938d5d6841a03a99dc95ce8a")]
    [InlineData(FitMode.Crop, 4, 8, "94c9feb9ee23de134803386def245914497e396ea35e93c84a7fb46fa4d994c9feb9ee23a5da0fcaff34ef245914497e00356a255a8f4a7fb46fa4d95b90c580b5eaa5da0fcaff34b6eb20db104500356a255a8f11467b366ba05b90c580b5ea")]
    [InlineData(FitMode.Fill, 10, 4, "4b70904b709051768e81a88295898f616c8663858ea16a5fa96759a96759757f7f757f7f737f7f677c7e7d9a7c8a8e9c6d7582727a7f737b7f737b7f88979888979886939773758c658282829a7685879c667c83627b80627b80709b77709b77749b79959e89766a7c557f8d90a87c8a908c898d8e898d8e")]
    [InlineData(FitMode.Fill, 6, 8, "4d759084ae839887915c6883628790a7685b4d759084ae839887915c6883628790a7685b51768e81a88295898f616c8663858ea16a5f737f7f677c7e7d9a7c8a8e9c6d7582727a7f86939773758c658282829a7685879c667c83749b79959e89766a7c557f8d90a87c8a908c729c7599a38978677b4f7c9091ac788f938d729c7599a38978677b4f7c9091ac788f938d")]
    public void A_picture_is_fitted_as_the_web_UI_does_with_Pillow(FitMode mode, int width, int height, string expected)
    {
        Image fitted = PictureFit.To(Pattern(12, 8, 3), width, height, mode);
        Assert.Equal((width, height), (fitted.Width, fitted.Height));
        Near(expected, fitted);
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(4)]
    [InlineData(9)]
    public void A_Gaussian_is_its_definition(double deviation)
    {
        Image image = Pattern(13, 9, 1), blurred = Blur.Gaussian(image, deviation);
        for (int y = 0; y < 9; y++)
            for (int x = 0; x < 13; x++)
                Assert.InRange(blurred.Pixel(x, y)[0] - Mean(image, x, y, deviation), -1.01, 1.01);
    }

    [Fact]
    public void A_Gaussian_of_no_width_changes_nothing() =>
        Assert.Equal(Pattern(5, 4, 1).Pixels, Blur.Gaussian(Pattern(5, 4, 1), 0.1).Pixels);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_grown_mask_is_a_convolution_with_a_square_of_ones(int side)
    {
        Image mask = new(16, 12, 1);
        (mask.Pixel(5, 4)[0], mask.Pixel(15, 11)[0], mask.Pixel(0, 9)[0]) = (255, 140, 100);
        Image grown = MaskPicture.Grown(mask, side);
        // torch's conv2d with padding ceil((side - 1) / 2), of which the first rows and columns count.
        int padding = (int)Math.Ceiling((side - 1) / 2.0);
        for (int y = 0; y < 12; y++)
            for (int x = 0; x < 16; x++)
            {
                bool covered = new[] { (5, 4), (15, 11) }.Any(
                    at => at.Item1 >= x - padding && at.Item1 < x - padding + side && at.Item2 >= y - padding && at.Item2 < y - padding + side);
                Assert.Equal(covered ? 255 : 0, grown.Pixel(x, y)[0]);
            }
    }

    [Fact]
    public void A_mask_with_transparency_is_read_from_it()
    {
        Image mask = new(2, 1, 4, [255, 255, 255, 0, 0, 0, 0, 200]);
        Assert.Equal([0, 200], MaskPicture.Of(mask).Pixels);
        Assert.Equal([255, 76], MaskPicture.Of(new Image(2, 1, 3, [255, 255, 255, 255, 0, 0])).Pixels);
    }

    // The whole plane in double precision, no rounding between the directions.
    private static double Mean(Image image, int x, int y, double deviation)
    {
        int reach = (int)((2.5 * deviation) + 0.5);
        double sum = 0, weights = 0;
        for (int dy = -reach; dy <= reach; dy++)
            for (int dx = -reach; dx <= reach; dx++)
            {
                double weight = Math.Exp(-((dx * dx) + (dy * dy)) / (2 * deviation * deviation));
                sum += weight * image.Pixel(Inside(x + dx, image.Width), Inside(y + dy, image.Height))[0];
                weights += weight;
            }
        return sum / weights;
    }

    private static int Inside(int i, int length)
    {
        while (i < 0 || i >= length)
            i = i < 0 ? -i : (2 * (length - 1)) - i;
        return i;
    }

    private static void Near(string expected, Image actual) =>
        Assert.Equal(Convert.FromHexString(expected), actual.Pixels, (a, b) => Math.Abs(a - b) <= 1);

    private static Image Pattern(int width, int height, int channels)
    {
        Image image = new(width, height, channels);
        for (int y = 0; y < height; y++)
            for (int x = 0; x < width; x++)
                for (int c = 0; c < channels; c++)
                    image.Pixel(x, y)[c] = (byte)((x * 37) + (y * 91) + (c * 53));
        return image;
    }

    private const string Filled = "00356a255a8f4a7fb46fa4d994c9feb9ee23de134803386d285d924d82b772a7dc97cc015b90c580b5eaa5da0fcaff34ef245914497e396ea35e93c883b8eda8dd12cd0237f2275cb6eb20db104500356a7489847688827482816e7c826b7b826c7b8103386d285d924d82b711467b366ba05b90c5758a827586817182816e7e826c7f816d7f80648bab83b8eda8dd126ca1d691c6fbb6eb20788b827686817181816e80826c82816e8480b9ee23de134803386dc7fc31ec215611467b7c8a817783807181816d81846e868370898214497e396ea35e93c822578c477cb16ca1d691c6fbb6eb20db104500356a255a8f4a7fb46fa4d994c9feb9ee237db2e7a2d70cc7fc31ec215611467b366ba05b90c580b5eaa5da0fcaff34ef245914497e";
}
