namespace Pareidolia.Text;

/// <summary>One token of a prompt and where in the prompt it came from.</summary>
/// <param name="Id">Its row in the text encoder's embedding table.</param>
/// <param name="Start">The first UTF-16 position of the prompt, as it was typed, that the token covers.</param>
/// <param name="End">One past the last position. Tokens that split one character's bytes all cover that character.</param>
public readonly record struct Token(int Id, int Start, int End);
