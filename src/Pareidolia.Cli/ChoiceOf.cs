namespace Pareidolia.Cli;

/// <summary>The named values of an option.</summary>
/// <param name="option">The option's name.</param>
/// <param name="choices">All names with their values.</param>
internal sealed class ChoiceOf<T>(string option, params (string Name, T Value)[] choices)
{
    /// <summary>The value of a name, in any case.</summary>
    /// <exception cref="PareidoliaException">There is none; the message lists all.</exception>
    public T Parse(string name)
    {
        foreach ((string known, T value) in choices)
            if (known.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        throw new PareidoliaException($"{option} is '{Shown.Short(name)}'; one of {string.Join(", ", choices.Select(choice => choice.Name))} is needed.");
    }
}
