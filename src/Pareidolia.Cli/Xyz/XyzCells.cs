using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pareidolia.Cli.Xyz;

/// <summary>One picture of a grid.</summary>
/// <param name="Request">What it is asked for.</param>
/// <param name="Labels">What is its own, for a name.</param>
internal sealed record XyzCell(GenerateRequest Request, IReadOnlyList<string> Labels);

/// <summary>
/// The requests of a grid's cells: each is the command line with the values of its place in it, so that every option can change along an axis.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="read">Its request, of a command line.</param>
/// <param name="parsed">The command line.</param>
internal sealed class XyzCells(Command command, Func<ParseResult, GenerateRequest> read, ParseResult parsed)
{
    private const int Most = 4096;

    private readonly ulong _seed = Chance(), _variation = Chance();

    /// <summary>The request without the axes.</summary>
    public GenerateRequest Request { get; } = read(parsed);

    /// <summary>X, Y and Z.</summary>
    /// <exception cref="PareidoliaException">One of them cannot be read, or two change the same.</exception>
    public IReadOnlyList<Axis> Axes()
    {
        IReadOnlyList<AxisParameter> known = AxisParameter.Of(command);
        Axis[] axes =
        [
            Axis.Parse('X', Request.Xyz.X, known), Axis.Parse('Y', Request.Xyz.Y, known), Axis.Parse('Z', Request.Xyz.Z, known),
        ];
        foreach (IGrouping<string, Axis> same in axes.Where(axis => axis.Parameter?.Option is not null).GroupBy(axis => axis.Parameter!.Name))
            if (same.Count() > 1)
                throw new PareidoliaException($"Two axes change {same.Key}; each needs an option of its own.");
        return axes;
    }

    /// <summary>The cells, columns first, then rows, then grids.</summary>
    /// <exception cref="PareidoliaException">A value is none of its option, or there are too many cells.</exception>
    public IReadOnlyList<XyzCell> Cells(IReadOnlyList<Axis> axes)
    {
        long count = axes.Aggregate(1L, (product, axis) => product * axis.Values.Count);
        if (count > Most)
            throw new PareidoliaException($"A grid of {count} pictures is asked for; at most {Most} can be drawn in one run.");
        List<XyzCell> cells = [];
        foreach (string z in axes[2].Values)
            foreach (string y in axes[1].Values)
                foreach (string x in axes[0].Values)
                    cells.Add(Cell([(axes[0], x), (axes[1], y), (axes[2], z)]));
        return cells;
    }

    private XyzCell Cell((Axis Axis, string Value)[] place)
    {
        (Axis Axis, string Value)[] changed = [.. place.Where(at => at.Axis.Parameter is not null)];
        GenerateRequest request = read(CommandLine(changed));
        foreach ((Axis axis, string value) in changed.Where(at => at.Axis.Parameter!.Option is null))
            request = axis.Parameter!.Replaces ? Replaced(request, axis.Values[0], value) : request with { Prompt = value };
        string[] labels = [.. changed.Select(at => $"{at.Axis.Parameter!.Name} {at.Value}")];
        return new XyzCell(Seeded(request), labels);
    }

    // Pictures of one grid differ by its axes alone.
    private GenerateRequest Seeded(GenerateRequest request) => request with
    {
        Seed = request.Seed ?? _seed,
        Noise = request.Noise with { VariationSeed = request.Noise.VariationSeed ?? _variation },
    };

    private static GenerateRequest Replaced(GenerateRequest request, string search, string replacement)
    {
        if (search.Length == 0 || !$"{request.Prompt}\n{request.Negative}".Contains(search, StringComparison.Ordinal))
            throw new PareidoliaException($"The first value of a Prompt S/R axis is what is looked for; '{Shown.Short(search)}' is neither in the prompt nor in --negative.");
        return request with
        {
            Prompt = request.Prompt?.Replace(search, replacement, StringComparison.Ordinal),
            Negative = request.Negative?.Replace(search, replacement, StringComparison.Ordinal),
        };
    }

    // An empty value leaves the option out.
    private ParseResult CommandLine((Axis Axis, string Value)[] changed)
    {
        List<string> arguments = [];
        foreach ((Axis axis, string value) in changed)
            if (axis.Parameter!.Option is Option option && value.Length > 0)
                arguments.Add($"{option.Name}={value}");
        arguments.AddRange(Without([.. changed.Select(at => at.Axis.Parameter!.Option)]));
        ParseResult result = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return result.Errors is [ParseError error, ..] ? throw new PareidoliaException(error.Message) : result;
    }

    // The words behind the command's name, less some options and their values.
    private IEnumerable<string> Without(IReadOnlyList<Option?> options)
    {
        bool dropping = false;
        foreach (Token token in parsed.Tokens.SkipWhile(token => token.Type != TokenType.Command).Skip(1))
        {
            if (token.Type != TokenType.Argument)
                dropping = token.Type == TokenType.Option && options.Any(option => option is not null && (option.Name == token.Value || option.Aliases.Contains(token.Value)));
            if (!dropping)
                yield return token.Value;
            if (token.Type == TokenType.Argument)
                dropping = false;
        }
    }

    private static ulong Chance() => (ulong)Random.Shared.NextInt64(1L << 32);
}
