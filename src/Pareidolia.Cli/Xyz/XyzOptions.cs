using System.CommandLine;

namespace Pareidolia.Cli.Xyz;

/// <summary>What was asked for about a grid of pictures.</summary>
/// <param name="X">What changes from column to column: <c>steps=5,10,20</c>.</param>
/// <param name="Y">From row to row.</param>
/// <param name="Z">From one grid to the next beside it.</param>
/// <param name="Cells">A folder for the pictures one by one.</param>
internal sealed record XyzRequest(string? X = null, string? Y = null, string? Z = null, string? Cells = null)
{
    /// <summary>Whether there is a grid to draw.</summary>
    /// <exception cref="PareidoliaException">There are only parts of what one needs.</exception>
    public bool IsAsked
    {
        get
        {
            bool asked = (X ?? Y ?? Z) is not null;
            return asked || Cells is null ? asked : throw new PareidoliaException("--cells needs --x, --y or --z: it is for the pictures of their grid.");
        }
    }
}

/// <summary>The options of <c>pareidolia generate</c> that ask for a grid of pictures whose settings change along its axes.</summary>
internal sealed class XyzOptions
{
    private readonly Option<string?> _x = OptionOf.Text("--x", "OPTION=VALUES",
        "One grid of pictures, an option of this command changing from column to column: steps=5,10,20, guidance=2-8 (+2), seed=1-5, \"prompt s/r=cat,dog\".");
    private readonly Option<string?> _y = OptionOf.Text("--y", "OPTION=VALUES", "The same from row to row.");
    private readonly Option<string?> _z = OptionOf.Text("--z", "OPTION=VALUES", "The same from one grid to the next beside it.");
    private readonly Option<string?> _cells = OptionOf.Text("--cells", "FOLDER", "Also write the pictures of the grid one by one.");

    /// <summary>Adds them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_x, _y, _z, _cells])
            command.Options.Add(option);
    }

    /// <summary>Their values.</summary>
    public XyzRequest Read(ParseResult parsed) =>
        new(parsed.GetValue(_x), parsed.GetValue(_y), parsed.GetValue(_z), parsed.GetValue(_cells));
}
