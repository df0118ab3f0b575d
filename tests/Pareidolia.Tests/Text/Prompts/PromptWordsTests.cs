using Pareidolia.Text.Prompts;

namespace Pareidolia.Tests.Text.Prompts;

/// <summary>The words of a prompt, each where it was typed.</summary>
public sealed class PromptWordsTests
{
    [Theory]
    [InlineData("a (red:1.1) apple", "a  red      apple")]
    [InlineData("((a)) [b] c", "  a    b  c")]
    [InlineData("a (b [c) d]", "a  b  c  d ")]
    [InlineData(@"a \(b\) c", "a  (b ) c")]
    [InlineData("(1:1)1", " 1   1")]
    [InlineData("a <lora:b:0.5> c, <d", "a              c, <d")]
    [InlineData("a :1.2 AND b :2", "a          b   ")]
    [InlineData("a: 2 b BREAK c", "a: 2 b       c")]
    [InlineData("[cat:dog:0.5] [a|b] [c:3]", " cat dog       a b   c   ")]
    public void Of_the_web_ui(string prompt, string words) => Assert.Equal(words, PromptDialects.WordsOf(PromptDialect.A1111, prompt));

    [Theory]
    [InlineData("a (red:1.1) apple", "a  red      apple")]
    [InlineData("(a (b:2) c:0.5) d", " a  b    c      d")]
    [InlineData("[a] (b", "[a] (b")]
    [InlineData(@"a \(b\)", "a  (b )")]
    public void Of_ComfyUI(string prompt, string words) => Assert.Equal(words, PromptDialects.WordsOf(PromptDialect.ComfyUi, prompt));

    [Fact]
    public void Of_plain_language() => Assert.Equal("a (red:1.1) apple", PromptDialects.WordsOf(PromptDialect.Plain, "a (red:1.1) apple"));
}
