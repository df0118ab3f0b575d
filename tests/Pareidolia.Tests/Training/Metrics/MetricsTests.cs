using Pareidolia.Tensors;
using Pareidolia.Tests.Models;
using Pareidolia.Training.Metrics;

namespace Pareidolia.Tests.Training.Metrics;

/// <summary>Measures against cases whose result is known by hand or by another formula.</summary>
public sealed class MetricsTests
{
    [Fact]
    public void Eigenvalues_and_vectors_give_the_matrix_back()
    {
        const int N = 7;
        System.Random random = new(3);
        double[,] matrix = new double[N, N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
                matrix[i, j] = matrix[j, i] = random.NextDouble() - 0.5;
        SymmetricEigen eigen = new(matrix);
        double[,] back = eigen.Map(value => value), squared = eigen.Map(value => value * value);
        Assert.Equal(Enumerable.Range(0, N).Sum(i => matrix[i, i]), eigen.Values.Sum(), 1e-12);
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
            {
                Assert.Equal(matrix[i, j], back[i, j], 1e-12);
                Assert.Equal(Enumerable.Range(0, N).Sum(k => matrix[i, k] * matrix[k, j]), squared[i, j], 1e-12);
            }
    }

    [Fact]
    public void Known_eigenvalues() =>
        Assert.Equal([1, 3, 5], new SymmetricEigen(new double[,] { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 5 } }).Values.Order().Select(value => Math.Round(value, 12)));

    // For independent features the distance is the sum of (m1 - m2)^2 + (s1 - s2)^2.
    [Fact]
    public void The_frechet_distance_of_shifted_and_stretched_features()
    {
        float[] a = [-1, -2, 1, -2, -1, 2, 1, 2];                                       // means 0, 0; variances 4/3, 16/3; no covariance
        float[] b = [.. a.Select((value, i) => i % 2 == 0 ? (3 * value) + 5 : value)];
        double s = Math.Sqrt(4 / 3.0);
        Assert.Equal(0, FrechetDistance.Between(a, a, 2), 1e-9);
        Assert.Equal(25 + (2 * s * 2 * s), FrechetDistance.Between(a, b, 2), 1e-6);
        Assert.Equal(FrechetDistance.Between(a, b, 2), FrechetDistance.Between(b, a, 2), 1e-9);
        Assert.Throws<ArgumentException>(() => FrechetDistance.Between([1, 2, 3], a, 2));
    }

    // Turned features: the covariances do not commute, so the root of their product is put to the test.
    [Fact]
    public void The_frechet_distance_does_not_depend_on_the_axes()
    {
        float[] a = [-1, -2, 1, -2, -1, 2, 1, 2, 0.5f, 0.25f], b = [0, 1, 2, 4, -3, 1, 1, 1, 2, -2];
        Assert.Equal(FrechetDistance.Between(a, b, 2), FrechetDistance.Between(Turned(a, 0.7), Turned(b, 0.7), 2), 1e-5);

        static float[] Turned(float[] rows, double angle) =>
            [.. rows.Chunk(2).SelectMany(row => (float[])[(float)((Math.Cos(angle) * row[0]) - (Math.Sin(angle) * row[1])), (float)((Math.Sin(angle) * row[0]) + (Math.Cos(angle) * row[1]))])];
    }

    [Fact]
    public void The_parzen_window_is_a_mean_of_normal_densities()
    {
        using Scope scope = new();
        Tensor drawn = Tensor.From([0.2f, 0.4f, 0.6f, 0.1f], [2, 2]), pictures = Tensor.From([0.3f, 0.3f, 0.9f, 0.5f, 0.25f, 0.4f], [3, 2]);
        ParzenEstimate estimate = ParzenWindow.Estimate(drawn, pictures, pictures);
        double[] each = [LogDensity(0.3, 0.3), LogDensity(0.9, 0.5), LogDensity(0.25, 0.4)];
        Assert.Equal(each.Average(), estimate.LogLikelihood, 1e-4);
        Assert.Equal(Math.Sqrt(each.Average(value => Math.Pow(value - each.Average(), 2)) / 3), estimate.StandardError, 1e-4);
        Assert.InRange(estimate.Sigma, 0.1, 1);

        double LogDensity(double x, double y)
        {
            double v = estimate.Sigma * estimate.Sigma;
            double Density(double a, double b) => Math.Exp(-(((x - a) * (x - a)) + ((y - b) * (y - b))) / (2 * v)) / (2 * Math.PI * v);
            return Math.Log((Density(0.2f, 0.4f) + Density(0.6f, 0.1f)) / 2);
        }
    }

    [Fact]
    public void The_window_is_as_wide_as_the_validation_pictures_like_it()
    {
        using Scope scope = new();
        Tensor drawn = Tensor.From([0.5f], [1, 1]);
        double near = ParzenWindow.Estimate(drawn, Tensor.From([0.51f], [1, 1]), drawn).Sigma, far = ParzenWindow.Estimate(drawn, Tensor.From([1f], [1, 1]), drawn).Sigma;
        Assert.Equal(0.1, near, 1e-9);
        // Of one sample the likeliest deviation is its distance: 0.5, and 0.464 is the nearest of the ten widths.
        Assert.Equal(Math.Pow(10, (6 / 9.0) - 1), far, 1e-9);
    }

    [Fact]
    public void Diversity_is_the_mean_distance_within_a_class()
    {
        // Class 0: pictures of all 0, all 1, all 3; class 1: two equal ones.
        float[] pixels = [.. new[] { 0f, 5, 1, 5, 3 }.SelectMany(value => Enumerable.Repeat(value, 4))];
        DrawnPictures pictures = new(pixels, 2, 1, [0, 1, 0, 1, 0]);
        Assert.Equal((((1 + 3 + 2) / 3.0) + 0) / 2, Diversity.MeanDistance(pictures), 1e-6);
    }

    [Fact]
    public void Blur_takes_sharpness_away()
    {
        using Scope scope = new();
        Tensor sharp = TinyModels.Noise([2, 16, 16, 3], Backend.Cpu);
        Tensor blurred = sharp.Interpolate(8, 8, Interpolation.Area).Interpolate(16, 16, Interpolation.Bicubic);
        Assert.True(Sharpness.Of(blurred) < 0.2 * Sharpness.Of(sharp), $"{Sharpness.Of(blurred)} against {Sharpness.Of(sharp)}");
        Assert.Equal(0, Sharpness.Of(Tensor.Full([1, 8, 8, 3], 0.5)), 1e-9);
    }

    [Fact]
    public void Retrieval_counts_both_ways()
    {
        // Picture 0 finds its caption, picture 1 finds caption 0 first, picture 2 its own; caption 0 is found best by picture 1.
        Retrieval found = Retrieval.Of([0.8f, 0.1f, 0.2f, 0.9f, 0.5f, 0.1f, 0.0f, 0.2f, 0.3f], 3);
        Assert.Equal((2 / 3.0, 1.0), (found.ImageToTextR1, found.ImageToTextR5));
        Assert.Equal((2 / 3.0, 1.0), (found.TextToImageR1, found.TextToImageR5));
    }

    [Fact]
    public void Classes_take_turns_and_every_batch_is_drawn_once()
    {
        int batches = 0;
        DrawnPictures drawn = DrawnPictures.Draw(3, 50, labels =>
        {
            batches++;
            return Tensor.From([.. labels.Select(label => (float)label)], [labels.Length, 1, 1, 1]);
        });
        Assert.Equal((2, 150), (batches, drawn.Count));
        Assert.Equal(drawn.Labels.Select(label => (float)label), drawn.Pixels);
        Assert.Equal([50, 50, 50], Enumerable.Range(0, 3).Select(label => drawn.Labels.Count(found => found == label)));
    }
}
