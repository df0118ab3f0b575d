using Pareidolia.Imaging;

namespace Pareidolia.Tests.Imaging;

public sealed class LabelledGridTests
{
    [Fact]
    public void Every_printable_character_has_a_shape_of_its_own()
    {
        string[] shapes = [.. Enumerable.Range(' ', 95).Select(code => Shape((char)code))];
        Assert.Equal(95, shapes.Distinct().Count());
        Assert.DoesNotContain('#', shapes[0]);
        Assert.All(shapes.Skip(1), shape => Assert.Contains('#', shape));
        Assert.Equal(Shape('?'), Shape('ż'));
        Assert.Equal(Shape('?'), Shape('\n'));
    }

    [Fact]
    public void A_letter_is_where_it_is_drawn()
    {
        string[] rows = Shape('L').Split('\n');
        Assert.Equal(["#....", "#....", "#....", "#....", "#....", "#....", "#####", ".....", "....."], rows);
    }

    [Fact]
    public void Labels_wrap_at_words_and_shrink_before_words_break()
    {
        TextBlock wrapped = Fit("one two three", width: 8 * 6, height: 100, largest: 1);
        Assert.Equal(["one two", "three"], wrapped.Lines);
        TextBlock shrunk = Fit("one two three", width: 8 * 6, height: 100, largest: 2);
        Assert.Equal((1, 2), (shrunk.Scale, shrunk.Lines.Count));
        TextBlock large = Fit("one two three", width: 16 * 6, height: 100, largest: 2);
        Assert.Equal((2, 2), (large.Scale, large.Lines.Count));
        Assert.Equal(["abcde", "fgh"], Fit("abcdefgh", width: 5 * 6, height: 100, largest: 3).Lines);
        Assert.Equal(["one", "two..."], Fit("one two three four", width: 6 * 6, height: 2 * 11, largest: 1).Lines);
        Assert.Equal([""], Fit("", width: 30, height: 30, largest: 4).Lines);
    }

    [Fact]
    public void All_labels_of_a_band_have_one_size()
    {
        IReadOnlyList<TextBlock> blocks = TextBlock.Fit(["a", "a long label that has to shrink"], 128, 44, 3);
        Assert.Equal(blocks[1].Scale, blocks[0].Scale);
    }

    [Fact]
    public void Pictures_stand_below_their_column_and_beside_their_row()
    {
        Image[] cells = [.. Enumerable.Range(0, 6).Select(i => Plain(40, 30, (byte)(20 * (i + 1))))];
        LabelledGrid layout = new(40, 30, ["a", "b", "c"], ["one", "two"]);
        Image grid = layout.Draw(cells);
        Assert.Equal((layout.Width, layout.Height), (grid.Width, grid.Height));
        int left = 3 * 6 + 8, top = 11 + 8;
        Assert.Equal((left + 3 * 44 - 4, top + 2 * 34 - 4), (grid.Width, grid.Height));
        for (int i = 0; i < 6; i++)
        {
            Image part = grid.Crop(left + i % 3 * 44, top + i / 3 * 34, 40, 30);
            Assert.All(part.Pixels, value => Assert.Equal(20 * (i + 1), value));
        }
        Assert.Equal(Ink("a") + Ink("b") + Ink("c"), Black(grid.Crop(left, 0, grid.Width - left, top)));
        Assert.Equal(Ink("one") + Ink("two"), Black(grid.Crop(0, top, left, grid.Height - top)));
        Assert.Equal(0, Black(grid.Crop(0, 0, left, top)));
    }

    [Fact]
    public void Without_words_there_is_no_room_for_them()
    {
        LabelledGrid grid = new(40, 30, ["", ""], [""]);
        Assert.Equal((84, 30), (grid.Width, grid.Height));
    }

    [Fact]
    public void Smaller_pictures_lie_in_the_middle()
    {
        Image grid = new LabelledGrid(40, 30, ["", ""], [""]).Draw([Plain(20, 10, 0), Plain(8, 8, 0)]);
        Assert.Equal((84, 30), (grid.Width, grid.Height));
        Assert.Equal(200, Black(grid.Crop(10, 10, 20, 10)));
        Assert.Equal(264, Black(grid));
    }

    private static TextBlock Fit(string text, int width, int height, int largest) => TextBlock.Fit([text], width, height, largest)[0];

    private static int Ink(string text) => text.Sum(letter => Shape(letter).Count(pixel => pixel == '#'));

    private static int Black(Image image) => image.Pixels.Count(value => value == 0) / image.Channels;

    private static Image Plain(int width, int height, byte level)
    {
        Image image = new(width, height);
        Array.Fill(image.Pixels, level);
        return image;
    }

    private static string Shape(char character) => string.Join('\n', Enumerable.Range(0, BitmapFont.Height)
        .Select(y => string.Concat(Enumerable.Range(0, BitmapFont.Width).Select(x => BitmapFont.IsInk(character, x, y) ? '#' : '.'))));
}
