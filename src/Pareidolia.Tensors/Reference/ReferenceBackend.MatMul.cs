using Pareidolia.Tensors.Kernels;

namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    internal override void MatMul(Operand a, Operand b, Operand y, bool transposeA, bool transposeB, Epilogue epilogue)
    {
        using WidenedWeights wide = new(this, b);
        b = wide.Floats;
        int m = y.Shape[-2], n = y.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        int batch = checked((int)y.Shape.Product(0, y.Shape.Rank - 2));
        int aStep = a.Shape.Product(0, a.Shape.Rank - 2) == 1 ? 0 : m * k, bStep = b.Shape.Product(0, b.Shape.Rank - 2) == 1 ? 0 : k * n;
        (int aRow, int aDepth) = transposeA ? (1, m) : (k, 1);
        (int bDepth, int bColumn) = transposeB ? (1, k) : (n, 1);
        for (int image = 0; image < batch; image++)
        {
            Span<float> left = a.Floats[(image * aStep)..], right = b.Floats[(image * bStep)..];
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++)
                {
                    double sum = 0;
                    for (int p = 0; p < k; p++)
                        sum += (double)left[i * aRow + p * aDepth] * right[p * bDepth + j * bColumn];
                    Store(y, epilogue, (image * m + i) * n + j, image, j, sum);
                }
        }
    }

    // The epilogue at one element: its place in y, its image and its channel.
    private static void Store(Operand y, in Epilogue epilogue, int place, int image, int channel, double product)
    {
        double value = product * epilogue.Scale;
        if (epilogue.Bias.Exists)
            value += epilogue.Bias.Floats[channel];
        if (epilogue.ImageBias.Exists)
            value += epilogue.ImageBias.Floats[image * y.Shape[-1] + channel];
        value = ScalarMath.Value(epilogue.Activation, value);
        if (epilogue.Residual.Exists)
            value += epilogue.Residual.Floats[place];
        y.Floats[place] = (float)(epilogue.Accumulate ? y.Floats[place] + value : value);
    }
}
