namespace Pareidolia.Imaging;

/// <summary>What is wrong with a PNG, as the end of the sentence "X is not a readable PNG: ...". Never leaves the reader.</summary>
internal sealed class PngDamage(string what) : Exception(what);
