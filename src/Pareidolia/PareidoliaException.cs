namespace Pareidolia;

/// <summary>
/// An error that the user can act on. The message is one complete sentence with the names and numbers that matter (what it was,
/// its value, what would have been right); the command line prints it in one line and exits with code 2.
/// </summary>
/// <param name="message">The sentence.</param>
/// <param name="inner">What caused it, where something did.</param>
public sealed class PareidoliaException(string message, Exception? inner = null) : Exception(message, inner);
