using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class ResizeTests
{
    public static TheoryData<Resampling> Filters() => [.. Enum.GetValues<Resampling>()];

    [Theory]
    [MemberData(nameof(Filters))]
    public void An_even_colour_stays_what_it_is(Resampling filter)
    {
        foreach (int channels in (int[])[1, 3, 4])
        {
            Image image = new(17, 11, channels);
            Array.Fill(image.Pixels, (byte)200);
            Assert.All(Resize.To(image, 40, 3, filter).Pixels, value => Assert.Equal(200, value));
        }
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void The_same_size_is_the_same_picture_in_a_new_one(Resampling filter)
    {
        Image image = new(5, 4, 3, [.. Enumerable.Range(0, 60).Select(i => (byte)(i * 4))]);
        Image same = Resize.To(image, 5, 4, filter);
        Assert.Equal(image.Pixels, same.Pixels);
        Assert.NotSame(image.Pixels, same.Pixels);
    }

    [Fact]
    public void Transparent_pixels_lend_no_colour()
    {
        // opaque red beside transparent green
        Image image = new(2, 1, 4, [255, 0, 0, 255, 0, 255, 0, 0]);
        byte[] pixel = Resize.To(image, 1, 1, Resampling.Box).Pixels;
        Assert.Equal([255, 0, 0, 128], pixel);
    }

    [Theory]
    [InlineData(30, 20)]
    [InlineData(20, 31)]
    [InlineData(8, 8)]
    public void A_square_covers_the_middle(int width, int height)
    {
        Image square = Resize.ToSquare(new Image(width, height), 8);
        Assert.Equal((8, 8), (square.Width, square.Height));
    }

    [Fact]
    public void A_pixel_may_become_a_large_picture() => Assert.Equal(300 * 200 * 3, Resize.To(new Image(1, 1), 300, 200).Pixels.Length);
}
