using System.Numerics;
using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Tests.Models;

/// <summary>FreeU beside its formulas, written out.</summary>
public sealed class SkipBalanceTests
{
    [Theory]
    [InlineData(5, 4)]
    [InlineData(4, 6)]
    [InlineData(2, 3)]
    [InlineData(1, 4)]
    public void Slow_waves_are_those_of_a_fourier_transform(int height, int width)
    {
        System.Random chance = new(3);
        float[] values = [.. Enumerable.Range(0, 2 * height * width * 3).Select(_ => (float)chance.NextDouble() - 0.5f)];
        float[] found = SkipBalance.SlowWaves(Tensor.From(values, [2, height, width, 3])).ToArray();
        for (int i = 0; i < 2; i++)
            for (int channel = 0; channel < 3; channel++)
            {
                Complex[,] picture = new Complex[height, width];
                for (int y = 0; y < height; y++)
                    for (int x = 0; x < width; x++)
                        picture[y, x] = values[Place(i, y, x, channel)];
                for (int y = 0; y < height; y++)
                    for (int x = 0; x < width; x++)
                        Assert.Equal(Slow(picture, y, x).Real, found[Place(i, y, x, channel)], 1e-5);
            }

        int Place(int i, int y, int x, int channel) => (((((i * height) + y) * width) + x) * 3) + channel;
    }

    [Fact]
    public void Two_levels_are_weighed_and_the_others_are_not()
    {
        SkipBalance balance = new(new SkipWeights(2, 1), new SkipWeights(3, 0.5), FollowsMean: false);
        Tensor four = Tensor.From([1f, 1, 1, 1], [1, 1, 1, 4]), two = Tensor.From([1f, 1], [1, 1, 1, 2]), one = Tensor.From([1f], [1, 1, 1, 1]);
        Assert.Equal([2, 2, 1, 1], balance.Weigh(four, one, 1).X.ToArray());
        Assert.Equal([3, 1], balance.Weigh(two, one, 1).X.ToArray());
        Assert.Equal([0.5f], balance.Weigh(two, one, 1).Skip.ToArray());
        Assert.Equal([1], balance.Weigh(one, one, 1).X.ToArray());
        // The second version, where the mean over channels rises from 1 to 3: factors 1, 1.5, 2.
        Tensor rising = Tensor.From([1f, 1, 2, 2, 3, 3], [1, 1, 3, 2]);
        SkipBalance second = new(new SkipWeights(1, 1), new SkipWeights(2, 1), FollowsMean: true);
        Assert.Equal([1, 1, 3, 2, 6, 3], second.Weigh(rising, rising, 1).X.ToArray());
    }

    // The four frequencies around the middle, turned back.
    private static Complex Slow(Complex[,] picture, int y, int x)
    {
        (int height, int width) = (picture.GetLength(0), picture.GetLength(1));
        Complex sum = 0;
        foreach (int v in height == 1 ? [0] : (int[])[-1, 0])
            foreach (int u in width == 1 ? [0] : (int[])[-1, 0])
                for (int j = 0; j < height; j++)
                    for (int i = 0; i < width; i++)
                        sum += picture[j, i] * Complex.Exp(new Complex(0, 2 * Math.PI * (((double)v * (y - j) / height) + ((double)u * (x - i) / width))));
        return sum / (height * width);
    }
}
