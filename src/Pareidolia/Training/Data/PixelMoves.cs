namespace Pareidolia.Training.Data;

/// <summary>
/// Moves pixels of a picture [height, width, channels] of bytes, without changing its size. What comes in from outside has the fill
/// value, white where nothing else is said. Nothing is changed in place.
/// </summary>
public static class PixelMoves
{
    /// <summary>Exchanges left and right.</summary>
    public static byte[] Mirror(ReadOnlySpan<byte> pixels, int width, int channels)
    {
        byte[] moved = new byte[pixels.Length];
        for (int pixel = 0; pixel < pixels.Length / channels; pixel++)
        {
            int row = pixel / width, column = pixel % width;
            pixels.Slice(pixel * channels, channels).CopyTo(moved.AsSpan((row * width + width - 1 - column) * channels));
        }
        return moved;
    }

    /// <summary>Moves the picture by whole pixels to the right and down; negative numbers move it to the left and up.</summary>
    public static byte[] Shift(ReadOnlySpan<byte> pixels, int width, int channels, int right, int down, byte fill = 255)
    {
        int height = pixels.Length / (width * channels), kept = width - Math.Min(width, Math.Abs(right));
        byte[] moved = new byte[pixels.Length];
        Array.Fill(moved, fill);
        for (int row = Math.Max(0, down); row < Math.Min(height, height + down); row++)
        {
            int from = ((row - down) * width + Math.Max(0, -right)) * channels, to = (row * width + Math.Max(0, right)) * channels;
            if (kept > 0)
                pixels.Slice(from, kept * channels).CopyTo(moved.AsSpan(to));
        }
        return moved;
    }

    /// <summary>Enlarges (factor above 1) or shrinks the picture about its centre, with bilinear weights.</summary>
    public static byte[] Scale(ReadOnlySpan<byte> pixels, int width, int channels, double factor, byte fill = 255)
    {
        int height = pixels.Length / (width * channels);
        byte[] scaled = new byte[pixels.Length];
        for (int row = 0; row < height; row++)
        {
            double y = (row + 0.5 - height / 2.0) / factor + height / 2.0 - 0.5;
            for (int column = 0; column < width; column++)
            {
                double x = (column + 0.5 - width / 2.0) / factor + width / 2.0 - 0.5;
                for (int channel = 0; channel < channels; channel++)
                    scaled[(row * width + column) * channels + channel] = Bilinear(pixels, width, channels, channel, x, y, fill);
            }
        }
        return scaled;
    }

    private static byte Bilinear(ReadOnlySpan<byte> pixels, int width, int channels, int channel, double x, double y, byte fill)
    {
        int left = (int)Math.Floor(x), top = (int)Math.Floor(y);
        double fromLeft = x - left, fromTop = y - top;
        double upper = At(pixels, width, channels, channel, left, top, fill) * (1 - fromLeft)
            + At(pixels, width, channels, channel, left + 1, top, fill) * fromLeft;
        double lower = At(pixels, width, channels, channel, left, top + 1, fill) * (1 - fromLeft)
            + At(pixels, width, channels, channel, left + 1, top + 1, fill) * fromLeft;
        return (byte)(upper * (1 - fromTop) + lower * fromTop + 0.5);
    }

    private static byte At(ReadOnlySpan<byte> pixels, int width, int channels, int channel, int column, int row, byte fill)
    {
        bool isInside = column >= 0 && column < width && row >= 0 && row < pixels.Length / (width * channels);
        return isInside ? pixels[(row * width + column) * channels + channel] : fill;
    }
}
