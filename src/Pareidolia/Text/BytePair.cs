namespace Pareidolia.Text;

/// <summary>Two neighbouring symbols that become one.</summary>
/// <param name="Left">The left symbol, written in the byte alphabet.</param>
/// <param name="Right">The right symbol; ends in <c>&lt;/w&gt;</c> where the word ends.</param>
public readonly record struct BytePair(string Left, string Right);
