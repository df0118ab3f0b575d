namespace Pareidolia.Diffusion.Randomness;

/// <summary>
/// numpy's SeedSequence: stirs a seed and a path of children's numbers into a pool of words and draws independent seeds from it (after
/// M. E. O'Neill's "Developing a seed_seq Alternative"). Brownian trees name the seeds of their branches by it.
/// </summary>
internal static class SeedSequence
{
    private const uint FirstPool = 0x43b0d7e5, StepPool = 0x931e8875;
    private const uint FirstDraw = 0x8b51f9dd, StepDraw = 0x58f38ded;
    private const uint MixLeft = 0xca01f9dd, MixRight = 0x4973f715;

    /// <summary>The first <paramref name="count"/> words for a seed and the numbers of a child, from a pool of the given size.</summary>
    public static uint[] Generate(ulong entropy, ReadOnlySpan<ulong> child, int poolSize, int count)
    {
        uint[] pool = Pool(Assemble(entropy, child, poolSize), poolSize);
        uint[] words = new uint[count];
        uint constant = FirstDraw;
        for (int i = 0; i < count; i++)
            words[i] = Hash(pool[i % poolSize], ref constant, StepDraw);
        return words;
    }

    // A seed shorter than the pool is padded before a child's numbers, so that no seed can look like another's child.
    private static List<uint> Assemble(ulong entropy, ReadOnlySpan<ulong> child, int poolSize)
    {
        List<uint> words = [];
        AddWords(words, entropy);
        if (child.Length == 0)
            return words;
        while (words.Count < poolSize)
            words.Add(0);
        foreach (ulong number in child)
            AddWords(words, number);
        return words;
    }

    private static void AddWords(List<uint> words, ulong number)
    {
        words.Add((uint)number);
        if (number >> 32 != 0)
            words.Add((uint)(number >> 32));
    }

    private static uint[] Pool(List<uint> entropy, int size)
    {
        uint[] pool = new uint[size];
        uint constant = FirstPool;
        for (int i = 0; i < size; i++)
            pool[i] = Hash(i < entropy.Count ? entropy[i] : 0, ref constant, StepPool);
        for (int from = 0; from < size; from++)
            for (int to = 0; to < size; to++)
                if (from != to)
                    pool[to] = Mix(pool[to], Hash(pool[from], ref constant, StepPool));
        foreach (uint rest in entropy.Skip(size))
            for (int to = 0; to < size; to++)
                pool[to] = Mix(pool[to], Hash(rest, ref constant, StepPool));
        return pool;
    }

    private static uint Hash(uint value, ref uint constant, uint step)
    {
        value ^= constant;
        constant *= step;
        value *= constant;
        return value ^ (value >> 16);
    }

    private static uint Mix(uint x, uint y)
    {
        uint mixed = MixLeft * x - MixRight * y;
        return mixed ^ (mixed >> 16);
    }
}
