using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Tensors.Random;
using Pareidolia.Text;
using Pareidolia.Training.Language;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Training.Language;

/// <summary>The measures measure what they say.</summary>
public sealed class MeasureTests
{
    [Fact]
    public void The_area_under_the_curve_is_the_chance_to_order_two_pairs_rightly()
    {
        WordPair[] pairs = [new("a", "b", "similar"), new("a", "c", "related"), new("a", "d", "unrelated"), new("a", "e", "unrelated")];
        double Auc(params double[] scores) => WordPairs.Auc(pairs, (_, second) => scores[second[0] - 'b']);
        Assert.Equal(1, Auc(0.9, 0.8, 0.2, 0.1));
        Assert.Equal(0.75, Auc(0.9, 0.15, 0.2, 0.1));
        Assert.Equal(0.5, Auc(1, 1, 1, 1));
        Assert.Equal(0, Auc(0, 0, 1, 1));
        Assert.Contains("0 unrelated", Assert.Throws<PareidoliaException>(() => WordPairs.Auc(pairs[..2], (_, _) => 0)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sense_is_guessed_from_the_other_sentences_alone()
    {
        SenseSentence[] table = [.. "aaabbb".Select(sense => new SenseSentence("w", sense.ToString(), "a w b"))];
        Assert.Equal(1, SenseTable.NearestCentroid(table, [[9, 1], [9, 2], [9, 1.5f], [9, -1], [9, -2], [9, -1.5f]]));
        // Vectors that say nothing of the sense: a sentence's own vector does not help it.
        Assert.True(SenseTable.NearestCentroid(table, [[1, 0], [0, 1], [-1, -1], [0.9f, 0.1f], [0, 0.9f], [-1, -0.9f]]) < 0.7);
    }

    [Fact]
    public void The_published_number_of_naive_bayes_is_found_again()
    {
        string file = SharedData.Require("text").File("text/senses.tsv");
        Assert.Equal(0.65, SenseTable.NaiveBayes(SenseTable.Load(file)), 0.03);
    }

    [Fact]
    public void A_table_with_a_short_row_is_refused_by_its_line()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["senses.tsv"], "word\tsense\tsentence\nbank\triver\n");
        Assert.Contains("Row 2 of", Assert.Throws<PareidoliaException>(() => SenseTable.Load(folder["senses.tsv"])).Message, StringComparison.Ordinal);
        Assert.Contains("Cannot read the table", Assert.Throws<PareidoliaException>(() => WordPairs.Load(folder["none"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_score_of_a_text_is_the_sum_over_all_its_tokens()
    {
        using Pretrained<Gpt2LmHeadModel> gpt = Gpt2LmHeadModel.Initialise(new Gpt2Config { VocabSize = 13, NPositions = 8, NEmbd = 8, NLayer = 1, NHead = 2, InitializerRange = 0.4 }, 1);
        int[] ids = [.. Enumerable.Range(0, 21).Select(i => i * 5 % 13)];
        double expected = Math.Log(13);
        for (int i = 1; i < ids.Length; i++)
        {
            using Scope scope = new();
            // Token i is foreseen from the window whose second half it lies in: windows begin at 0, 4, 8, 12.
            int start = i <= 8 ? 0 : (i - 9) / 4 * 4 + 4;
            Tensor logs = gpt.Model.Forward(Tensor.From(ids.AsSpan(start..i), [1, i - start])).LogSoftmax();
            expected -= logs.ToArray()[((i - start - 1) * 13) + ids[i]];
        }
        Assert.Equal(expected, GptMeasures.Score(gpt.Model, new RunningText(ids, 1, 1)).Nats, 3);
    }

    [Fact]
    public void Spans_are_cut_out_and_nothing_is_lost()
    {
        SpanCorruption corruption = new(40, 0.15, 3, n => 1000 - n, 1);
        int[] text = [.. Enumerable.Range(10, 40)];
        for (ulong seed = 0; seed < 20; seed++)
        {
            (int[] read, int[] written) = corruption.Apply(text, new TorchCpuGenerator(seed));
            Assert.Equal((corruption.ReadLength, corruption.WrittenLength), (read.Length, written.Length));
            Assert.Equal((1, 1), (read[^1], written[^1]));
            Assert.Equal(text, Filled(read[..^1], written[..^1]));
        }
    }

    [Fact]
    public void Hidden_tokens_are_chosen_as_often_as_asked_and_mostly_masked()
    {
        Masking masking = new(mask: 2, special: 5, vocabulary: 1000);
        int[] ids = [.. Enumerable.Range(0, 20_000).Select(i => i % 10 == 0 ? 3 : 5 + (i % 900))];
        MaskedText text = masking.Hide(ids, id => id < 500 ? 0.2f : 0, new TorchCpuGenerator(1));
        Assert.All(text.Places, place => Assert.InRange(ids[place], 5, 499));
        Assert.Equal(text.Places.Select(place => ids[place]), text.Truths);
        Assert.Equal(0.2, (double)text.Places.Length / ids.Count(id => id is >= 5 and < 500), 0.02);
        Assert.Equal(0.8, text.Places.Average(place => text.Ids[place] == 2 ? 1 : 0), 0.03);
        Assert.Equal(0.1, text.Places.Average(place => text.Ids[place] == ids[place] ? 1 : 0), 0.03);
        Assert.Equal(Enumerable.Range(0, ids.Length).Except(text.Places).Select(i => ids[i]), Enumerable.Range(0, ids.Length).Except(text.Places).Select(i => text.Ids[i]));
    }

    [Fact]
    public void Words_that_stand_together_are_near_by_counting_alone()
    {
        // Two subjects of six words each, ids 4 to 9 and 10 to 15, in stretches of their own; 16 never occurs.
        System.Random random = new(3);
        int[] ids = [.. Enumerable.Range(0, 400).SelectMany(stretch => Enumerable.Range(0, 12).Select(_ => 4 + (6 * (stretch % 2)) + random.Next(6)))];
        float[] vectors = WordCounts.Vectors(ids, 17, 4, 4, 2);
        Assert.Equal(vectors, WordCounts.Vectors(ids, 17, 4, 4, 2));
        ReadOnlySpan<float> Of(int id) => vectors.AsSpan(id * 4, 4);
        for (int id = 4; id < 16; id++)
        {
            Assert.Equal(2, Math.Sqrt(Of(id).ToArray().Sum(value => (double)value * value)), 4);
            double same = WordVectors.Cosine(Of(id), Of(id < 10 ? 9 : 10)), other = WordVectors.Cosine(Of(id), Of(id < 10 ? 10 : 9));
            Assert.True(same > other + 0.5, $"word {id}: {same:F2} and {other:F2}");
        }
        Assert.Equal([0f, 0, 0, 0], Of(16).ToArray());
    }

    [Fact]
    public void Texts_come_packed_plain_and_as_captions()
    {
        using TemporaryFolder folder = new();
        using (System.IO.Compression.GZipStream packed = new(File.Create(folder["a.txt.gz"]), System.IO.Compression.CompressionLevel.Fastest))
            packed.Write("one\n\ntwo\n"u8);
        TinyData.Write(folder, "{}");
        Assert.Equal(["one", "two"], TextSet.Read(folder["a.txt.gz"]));
        Assert.Contains("a red disc", TextSet.Read(folder["tiny.tar"]));
        File.WriteAllText(folder["broken.txt.gz"], "no gzip");
        Assert.Contains("Cannot read the text", Assert.Throws<PareidoliaException>(() => TextSet.Read(folder["broken.txt.gz"])).Message, StringComparison.Ordinal);
    }

    private static List<int> Filled(int[] read, int[] written)
    {
        List<int> text = [];
        foreach (int id in read)
        {
            if (id < 500)
            {
                text.Add(id);
                continue;
            }
            int at = Array.IndexOf(written, id) + 1;
            text.AddRange(written[at..].TakeWhile(other => other < 500));
        }
        return text;
    }
}
