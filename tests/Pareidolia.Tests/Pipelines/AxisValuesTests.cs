using Pareidolia.Pipelines;

namespace Pareidolia.Tests.Pipelines;

/// <summary>The values that the web UI's X/Y/Z plot makes of a text, as its page of features and Python's range, arange and linspace have them.</summary>
public sealed class AxisValuesTests
{
    [Theory]
    [InlineData("5, 10,20", "5 10 20")]
    [InlineData("1-5", "1 2 3 4 5")]
    [InlineData("1-5 (+2)", "1 3 5")]
    [InlineData("1-10(+3)", "1 4 7 10")]
    [InlineData("10-5 (-3)", "10 7")]
    [InlineData("10-1 (-3)", "10 7 4")]
    [InlineData("1-10 [5]", "1 3 5 7 10")]
    [InlineData("3-9 [1]", "3")]
    [InlineData("-2-2, 7", "-2 -1 0 1 2 7")]
    [InlineData("18446744073709551613-18446744073709551615", "18446744073709551613 18446744073709551614 18446744073709551615")]
    [InlineData("much", "much")]
    public void Whole_numbers(string text, string expected) => Assert.Equal(expected.Split(' '), AxisValues.Parse(text, AxisKind.Whole));

    [Theory]
    [InlineData("2,4,7.5", "2 4 7.5")]
    [InlineData("1-3 (+0.5)", "1 1.5 2 2.5 3")]
    [InlineData("0-1 (+0.3)", "0 0.3 0.6 0.9 1.2")]
    [InlineData("10-1 (-3)", "10 7 4 1")]
    [InlineData("0.0-1.0 [6]", "0 0.2 0.4 0.6 0.8 1")]
    [InlineData("0-1 [4]", "0 0.33333333 0.66666667 1")]
    [InlineData("0.5", "0.5")]
    public void Numbers(string text, string expected) => Assert.Equal(expected.Split(' '), AxisValues.Parse(text, AxisKind.Number));

    [Fact]
    public void Texts_stand_in_quotes_where_they_hold_a_comma_and_have_no_ranges()
    {
        Assert.Equal(["a cat", "a dog, sleeping", "1-10", ""], AxisValues.Parse("a cat, \"a dog, sleeping\" ,1-10,", AxisKind.Text));
        Assert.Equal(["say \"hi\"", "b"], AxisValues.Parse("\"say \"\"hi\"\"\",b", AxisKind.Text));
    }

    [Theory]
    [InlineData("", "An axis has no values")]
    [InlineData("  ", "An axis has no values")]
    [InlineData("10-5", "The range '10-5' of an axis holds no number")]
    [InlineData("1-5 (+0)", "The range '1-5 (+0)' of an axis holds no number")]
    [InlineData("1-5 [0]", "The range '1-5 [0]' of an axis holds no number")]
    [InlineData("1-1000000000", "more than the 1000 values")]
    [InlineData("1-2 [999999999]", "more than the 1000 values")]
    [InlineData("1-600,1-600", "more than the 1000 values")]
    public void What_makes_no_sense_is_refused(string text, string message)
    {
        PareidoliaException error = Assert.Throws<PareidoliaException>(() => AxisValues.Parse(text, AxisKind.Whole));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
