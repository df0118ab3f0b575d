using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli.Xyz;

/// <summary>One axis of a grid.</summary>
/// <param name="Letter">X, Y or Z.</param>
/// <param name="Parameter">What changes along it; null where nothing does.</param>
/// <param name="Text">The values as they were given.</param>
/// <param name="Values">One for each column, row or grid.</param>
internal sealed record Axis(char Letter, AxisParameter? Parameter, string Text, IReadOnlyList<string> Values)
{
    /// <summary>What stands beside a column, row or grid.</summary>
    public IEnumerable<string> Labels => Values.Select(LabelOf);

    /// <summary>Reads <c>steps=5,10,20</c>; null is an axis of one place along which nothing changes.</summary>
    /// <exception cref="PareidoliaException">It is not of this form, or names nothing that is known.</exception>
    public static Axis Parse(char letter, string? text, IReadOnlyList<AxisParameter> known)
    {
        if (text is null)
            return new Axis(letter, null, "", [""]);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
            throw new PareidoliaException($"--{char.ToLowerInvariant(letter)} is '{Shown.Short(text)}'; an option and its values are needed, for instance steps=5,10,20.");
        AxisParameter parameter = AxisParameter.Find(known, text[..equals]);
        string values = text[(equals + 1)..].Trim();
        return new Axis(letter, parameter, values, [.. AxisValues.Parse(values, parameter.Kind).Select(value => Fixed(parameter, value))]);
    }

    /// <summary>Says in a grid's settings, in the web UI's words, what changes along the axis.</summary>
    public void Describe(Infotext infotext)
    {
        if (Parameter is null)
            return;
        infotext.Fields[$"{Letter} Type"] = Parameter.Label;
        infotext.Fields[$"{Letter} Values"] = Text;
        if (Parameter.IsSeed)
            infotext.Fields[$"Fixed {Letter} Values"] = string.Join(", ", Values);
    }

    // A seed that is left to chance is drawn once, and told.
    private static string Fixed(AxisParameter parameter, string value) =>
        parameter.IsSeed && value is "-1" or "" ? Random.Shared.NextInt64(1L << 32).ToString() : value;

    private string LabelOf(string value) => Parameter switch
    {
        null => "",
        // These say themselves what they are.
        { Option: null } or { Option.Name: "--sampler" } => value,
        { Option.Name: "--model" } => Path.GetFileName(value),
        _ => $"{Parameter.Label}: {value}",
    };
}
