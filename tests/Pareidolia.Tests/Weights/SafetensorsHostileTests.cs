using System.Buffers.Binary;
using Pareidolia.Weights;

namespace Pareidolia.Tests.Weights;

public sealed class SafetensorsHostileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_hundred_thousand_mutated_files_either_load_or_are_refused()
    {
        byte[] original = Original();
        Mutator mutator = new(20261122);
        int loaded = 0, refused = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] file = mutator.Mutate(original);
            if (i % 2 == 0)
                RepairLength(file, original);
            if (Loads(file))
                loaded++;
            else
                refused++;
        }
        // Both ends must have been met, or the mutations say nothing.
        Assert.True(loaded > 100 && refused > 50_000, $"{loaded} loaded, {refused} were refused");
    }

    [Fact]
    public void Mutated_files_on_disk_behave_the_same()
    {
        byte[] original = Original();
        Mutator mutator = new(7);
        for (int i = 0; i < 300; i++)
        {
            byte[] bytes = mutator.Mutate(original);
            File.WriteAllBytes(_folder["m.safetensors"], bytes);
            Assert.Equal(Loads(bytes), LoadsFromDisk(_folder["m.safetensors"]));
        }
    }

    /// <summary>Lets half of the mutated headers past the first check: their length claim is made to fit.</summary>
    private static void RepairLength(byte[] file, byte[] original)
    {
        if (file.Length < 8)
            return;
        long length = BinaryPrimitives.ReadInt64LittleEndian(original) + file.Length - original.Length;
        BinaryPrimitives.WriteInt64LittleEndian(file, length);
    }

    /// <summary>Any exception other than a refusal fails the test; so does an entry outside the file.</summary>
    private static bool Loads(byte[] file)
    {
        try
        {
            foreach (SafetensorsEntry entry in SafetensorsHeader.Parse(file, file.Length, "m").Entries)
                Assert.Equal(entry.Length, file.AsSpan((int)entry.Offset, (int)entry.Length).Length);
            return true;
        }
        catch (PareidoliaException)
        {
            return false;
        }
    }

    private static bool LoadsFromDisk(string path)
    {
        try
        {
            using SafetensorsFile file = new(path);
            int sum = 0;
            foreach (string name in file.Names)
                foreach (byte value in file.Bytes(name))
                    sum += value;
            return sum >= 0;
        }
        catch (PareidoliaException)
        {
            return false;
        }
    }

    private byte[] Original()
    {
        SafetensorsSource[] tensors =
        [
            new("conv_in.weight", SafetensorsType.F16, [4, 3, 3, 3], stream => stream.Write(new byte[216])),
            new("conv_in.bias", SafetensorsType.F32, [4], stream => stream.Write(new byte[16])),
            new("ids", SafetensorsType.I64, [2], stream => stream.Write(new byte[16])),
            new("none", SafetensorsType.F32, [0], _ => { }),
            new("flag", SafetensorsType.Bool, [3], stream => stream.Write(new byte[3])),
        ];
        SafetensorsWriter.Write(_folder["o.safetensors"], tensors);
        return File.ReadAllBytes(_folder["o.safetensors"]);
    }
}
