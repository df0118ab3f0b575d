using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class ImageTests
{
    [Fact]
    public void Transparency_is_laid_over_the_background()
    {
        Image image = new(3, 1, 4, [10, 20, 30, 255, 10, 20, 30, 0, 0, 0, 0, 128]);
        image.Texts["parameters"] = "kept";
        Image rgb = image.ToRgb(255);
        Assert.Equal([10, 20, 30, 255, 255, 255, 127, 127, 127], rgb.Pixels);
        Assert.Equal("kept", rgb.Texts["parameters"]);
    }

    [Fact]
    public void A_crop_is_the_rectangle()
    {
        Image image = new(4, 3, 1, [.. Enumerable.Range(0, 12).Select(i => (byte)i)]);
        Assert.Equal([5, 6, 9, 10], image.Crop(1, 1, 2, 2).Pixels);
        Assert.Throws<ArgumentException>(() => image.Crop(3, 0, 2, 1));
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(1, 1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(100_000, 100_000));
        Assert.Throws<ArgumentException>(() => new Image(2, 2, 3, new byte[11]));
    }

    [Fact]
    public void A_mosaic_puts_pictures_in_reading_order_with_gaps()
    {
        Image[] images = Enumerable.Range(1, 3).Select(i => new Image(2, i == 3 ? 1 : 2, 1, Enumerable.Repeat((byte)i, i == 3 ? 2 : 4).ToArray())).ToArray();
        Image grid = Mosaic.Grid(images, columns: 2, gap: 1, background: 9);
        Assert.Equal((5, 5, 3), (grid.Width, grid.Height, grid.Channels));
        byte[] red = Enumerable.Range(0, 25).Select(i => grid.Pixels[i * 3]).ToArray();
        Assert.Equal([1, 1, 9, 2, 2, 1, 1, 9, 2, 2, 9, 9, 9, 9, 9, 3, 3, 9, 9, 9, 9, 9, 9, 9, 9], red);
        Assert.Equal((8, 2), (Mosaic.Strip(images, 1).Width, Mosaic.Strip(images, 1).Height));
    }
}
