namespace Pareidolia.Imaging.Vips;

/// <summary>What libvips found wrong, as the end of a sentence. Never leaves the reader and the writer.</summary>
internal sealed class VipsDamage(string what) : Exception(what);
