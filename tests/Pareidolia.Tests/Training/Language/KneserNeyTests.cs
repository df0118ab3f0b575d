using Pareidolia.Training.Language;

namespace Pareidolia.Tests.Training.Language;

public sealed class KneserNeyTests
{
    private static readonly int[] s_text = [.. Enumerable.Range(0, 600).Select(i => (i * i) % 7 + (i % 11 == 0 ? 3 : 0))];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Probabilities_of_all_tokens_add_up_to_one_after_any_context(int order)
    {
        KneserNey model = KneserNey.Count(s_text, 12, order);
        foreach (int[] context in (int[][])[[], [0], [1, 2], [4, 2, 1], [11, 11], [0, 1, 4, 2, 2, 4]])
            Assert.Equal(1, Enumerable.Range(0, 12).Sum(id => model.Probability(context, id)), 9);
    }

    [Fact]
    public void Bigrams_are_as_worked_out_by_hand()
    {
        // Pairs: 01 twice, 12, 20 twice; too few sizes for the formula, so 0.5 is taken off each.
        KneserNey model = KneserNey.Count([0, 1, 2, 0, 1, 2, 0], 4, 2);
        // One token goes before each of 0, 1 and 2: a third each, less the discounts, which go to all four alike.
        double single = (0.5 / 3) + (1.5 / 3 / 4);
        Assert.Equal(single, model.Probability([], 1), 12);
        Assert.Equal(1.5 / 3 / 4, model.Probability([], 3), 12);
        // 1 came twice of two times after 0.
        Assert.Equal((1.5 / 2) + (0.5 / 2 * single), model.Probability([0], 1), 12);
        Assert.Equal(0.5 / 2 * model.Probability([], 2), model.Probability([0], 2), 12);
        // A context that was never seen tells nothing.
        Assert.Equal(model.Probability([], 2), model.Probability([3], 2), 12);
    }

    [Fact]
    public void A_word_that_follows_one_word_alone_is_not_expected_elsewhere()
    {
        // 9 is as frequent as 5, but only ever behind 8.
        List<int> text = [];
        for (int i = 0; i < 40; i++)
            text.AddRange([8, 9, i % 5, 5]);
        KneserNey model = KneserNey.Count(text, 12, 3);
        Assert.True(model.Probability([7], 5) > 2 * model.Probability([7], 9));
    }

    [Fact]
    public void A_text_like_the_counted_one_is_foreseen_better_with_more_context()
    {
        RunningText text = new([.. s_text.Take(200)], 100, 400);
        double[] bits = [.. new[] { 1, 2, 4 }.Select(order => KneserNey.Count(s_text, 12, order).Score(text).BitsPerByte)];
        Assert.True(bits[0] > bits[1] && bits[1] > bits[2], string.Join(' ', bits));
    }

    [Fact]
    public void An_order_out_of_range_is_a_sentence() =>
        Assert.Contains("order of the n-grams is 9; 1 to 8", Assert.Throws<PareidoliaException>(() => KneserNey.Count([1, 2], 3, 9)).Message, StringComparison.Ordinal);

    [Fact]
    public void Units_are_those_of_the_text()
    {
        TextScore score = new(100 * Math.Log(2), new RunningText([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5, 50));
        Assert.Equal(1024, score.PerToken, 6);
        Assert.Equal(1048576, score.PerWord, 3);
        Assert.Equal(2, score.BitsPerByte, 9);
    }
}
