using Pareidolia.Training.Data;

namespace Pareidolia.Tests.Training.Data;

public sealed class AugmentationTests
{
    /// <summary>Two rows of three pixels with two channels.</summary>
    private static readonly byte[] Picture = [1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60];

    [Fact]
    public void Mirror_exchanges_left_and_right_and_keeps_channels()
    {
        Assert.Equal([3, 30, 2, 20, 1, 10, 6, 60, 5, 50, 4, 40], PixelMoves.Mirror(Picture, 3, 2));
        Assert.Equal(Picture, PixelMoves.Mirror(PixelMoves.Mirror(Picture, 3, 2), 3, 2));
    }

    [Fact]
    public void Shift_fills_with_white()
    {
        Assert.Equal([255, 255, 1, 10, 2, 20, 255, 255, 4, 40, 5, 50], PixelMoves.Shift(Picture, 3, 2, right: 1, down: 0));
        Assert.Equal([3, 30, 255, 255, 255, 255, 6, 60, 255, 255, 255, 255], PixelMoves.Shift(Picture, 3, 2, right: -2, down: 0));
        Assert.Equal([0, 0, 0, 0, 0, 0, 1, 10, 2, 20, 3, 30], PixelMoves.Shift(Picture, 3, 2, right: 0, down: 1, fill: 0));
        Assert.Equal([5, 50, 6, 60, 255, 255, 255, 255, 255, 255, 255, 255], PixelMoves.Shift(Picture, 3, 2, right: -1, down: -1));
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(-99, 0)]
    [InlineData(0, 2)]
    [InlineData(0, -99)]
    public void A_shift_out_of_the_picture_leaves_white(int right, int down) =>
        Assert.All(PixelMoves.Shift(Picture, 3, 2, right, down), value => Assert.Equal(255, value));

    [Fact]
    public void Scale_by_one_changes_nothing_and_shrinking_brings_white_in()
    {
        Assert.Equal(Picture, PixelMoves.Scale(Picture, 3, 2, 1));
        byte[] black = new byte[16 * 16];
        byte[] half = PixelMoves.Scale(black, 16, 1, 0.5);
        // The middle 8x8 is black, the outermost ring white.
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(255, half[i]));
        Assert.Equal(0, half[8 * 16 + 8]);
        Assert.Equal(8 * 8 * 255.0, half.Sum(value => 255.0 - value), 1e-9);
    }

    [Fact]
    public void Scale_by_two_has_the_weights_of_bilinear_interpolation()
    {
        byte[] row = [0, 0, 100, 200, 0, 0];
        // Output pixel i looks at (i + 0.5 - 3) / 2 + 3 - 0.5 = i / 2 + 1.25; here the picture is one row, so rows 0.25 off it blend with fill.
        byte[] twice = PixelMoves.Scale([.. row, .. row, .. row], 6, 1, 2);
        Assert.Equal([25, 75, 125, 175, 150, 50], twice[6..12]);
    }

    [Theory]
    [InlineData("flags", "country-flag", "flag: Italy", "a flag")]
    [InlineData("symbols", "alphanum", "OK button", "a button")]
    [InlineData("symbols", "heart", "x", "x")]
    [InlineData("travel-places", "time", "three o'clock", "a clock")]
    [InlineData("travel-places", "place-building", "hotel", "a hotel")]
    [InlineData("travel-places", "sky-weather", "first quarter moon", "a moon")]
    [InlineData("objects", "book-paper", "newspaper", "a newspaper")]
    [InlineData("people-body", "hand-fingers-closed", "left-facing fist", "a fist")]
    [InlineData("people-body", "person-activity", "person walking: facing right", "a person walking")]
    [InlineData("people-body", "person-activity", "woman running", "a woman running")]
    [InlineData("people-body", "person-role", "teacher", "a teacher at a blackboard")]
    [InlineData("smileys-emotion", "emotion", "hundred points", "100 points")]
    [InlineData("food-drink", "food-prepared", "canned food", "canned food")]
    [InlineData("", "", "cat", "a cat")]
    public void Pictures_with_text_or_sides_are_never_mirrored(string group, string subgroup, string name, string caption)
    {
        CaptionRecord record = new("k", [caption]) { Group = group, Subgroup = subgroup, Name = name };
        Assert.DoesNotContain(Enumerable.Range(0, 200), epoch => new Augmentation(1).Draw(record, 1, epoch).IsMirrored);
    }

    [Theory]
    [InlineData("food-drink", "food-fruit", "red apple")]
    [InlineData("animals-nature", "animal-bird", "parrot")]
    [InlineData("smileys-emotion", "face-smiling", "grinning face")]
    [InlineData("people-body", "person-sport", "person surfing")]
    [InlineData("objects", "household", "chair")]
    public void Other_pictures_are_mirrored_half_of_the_time(string group, string subgroup, string name)
    {
        CaptionRecord record = new(name, [$"a {name}"]) { Group = group, Subgroup = subgroup, Name = name };
        int mirrored = Enumerable.Range(0, 1000).Count(epoch => new Augmentation().Draw(record, 1, epoch).IsMirrored);
        Assert.InRange(mirrored, 500 - 64, 500 + 64);
    }

    [Fact]
    public void Draws_stay_within_their_bounds_and_depend_on_seed_epoch_and_key_alone()
    {
        Augmentation augmentation = new(0, 0.04, 0.06);
        CaptionRecord record = new("k", ["a cat"]);
        for (int epoch = 0; epoch < 1000; epoch++)
        {
            AugmentationDraw draw = augmentation.Draw(record, 9, epoch);
            Assert.Equal(draw, augmentation.Draw(record, 9, epoch));
            Assert.InRange(draw.Right, -0.04, 0.04);
            Assert.InRange(draw.Down, -0.04, 0.04);
            Assert.InRange(draw.Scale, 1 / 1.06, 1.06);
        }
        Assert.NotEqual(augmentation.Draw(record, 9, 0), augmentation.Draw(record, 9, 1));
    }

    [Fact]
    public void No_augmentation_leaves_the_picture_as_it_is()
    {
        AugmentationDraw draw = Augmentation.None.Draw(new CaptionRecord("k", ["a cat"]) { Group = "animals-nature" }, 1, 1);
        Assert.Equal(Picture, draw.Apply(Picture, 3, 2));
        Assert.Equal(PixelMoves.Mirror(Picture, 3, 2), (draw with { IsMirrored = true }).Apply(Picture, 3, 2));
    }
}
