namespace Pareidolia.Training.Data;

/// <summary>
/// Random numbers that depend on a seed, an epoch and a name alone, so that a sample's caption and augmentation are the same whatever
/// the order and the thread in which it is met. SplitMix64 (Steele, Lea, Flood 2014) behind an FNV-1a hash of the name.
/// </summary>
/// <param name="seed">The run's seed.</param>
/// <param name="epoch">Counted from 0.</param>
/// <param name="name">What the numbers are for; different names give unrelated numbers.</param>
public sealed class KeyedRandom(ulong seed, int epoch, string name)
{
    private ulong _state = Mix(Mix(seed + 0x9E3779B97F4A7C15) ^ (uint)epoch) ^ Hash(name);

    /// <summary>A whole number from 0 to below the bound.</summary>
    public int Next(int below) => (int)((UInt128)NextWord() * (ulong)below >> 64);

    /// <summary>A number from 0 to below 1, in steps of 2^-53.</summary>
    public double NextDouble() => (NextWord() >> 11) * (1.0 / (1UL << 53));

    private ulong NextWord() => Mix(_state += 0x9E3779B97F4A7C15);

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    private static ulong Hash(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char letter in text)
            hash = (hash ^ letter) * 0x100000001B3;
        return Mix(hash);
    }
}
