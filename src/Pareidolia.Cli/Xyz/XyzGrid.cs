using Pareidolia.Imaging;

namespace Pareidolia.Cli.Xyz;

/// <summary>The pictures of a grid in one: X in columns, Y in rows, and for each Z one of these grids, side by side.</summary>
/// <param name="axes">X, Y, Z.</param>
/// <param name="pictures">Columns first, then rows, then grids.</param>
internal sealed class XyzGrid(IReadOnlyList<Axis> axes, IReadOnlyList<Image> pictures)
{
    private const string Script = "X/Y/Z plot";

    /// <summary>How large a grid becomes.</summary>
    /// <param name="axes">X, Y, Z.</param>
    /// <param name="width">The widest picture's.</param>
    /// <param name="height">The highest picture's.</param>
    public static (int Width, int Height) SizeOf(IReadOnlyList<Axis> axes, int width, int height)
    {
        LabelledGrid whole = Whole(axes, Plane(axes, width, height));
        return (whole.Width, whole.Height);
    }

    /// <summary>The picture, with the settings of its first cell inside and what changes.</summary>
    public Image Draw()
    {
        LabelledGrid plane = Plane(axes, pictures.Max(picture => picture.Width), pictures.Max(picture => picture.Height));
        Image grid = Whole(axes, plane).Draw([.. pictures.Chunk(axes[0].Values.Count * axes[1].Values.Count).Select(plane.Draw)]);
        Infotext infotext = Infotext.Parse(pictures[0].Texts[Infotext.Key]);
        infotext.Fields["Script"] = Script;
        foreach (Axis axis in axes)
            axis.Describe(infotext);
        grid.Texts[Infotext.Key] = infotext.Build();
        return grid;
    }

    private static LabelledGrid Plane(IReadOnlyList<Axis> axes, int width, int height) =>
        new(width, height, [.. axes[0].Labels], [.. axes[1].Labels]);

    private static LabelledGrid Whole(IReadOnlyList<Axis> axes, LabelledGrid plane) => new(plane.Width, plane.Height, [.. axes[2].Labels], [""]);
}
