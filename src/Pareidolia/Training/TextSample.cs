using System.Text;
using Pareidolia.Files;

namespace Pareidolia.Training;

/// <summary>What a language model shows of itself during a run.</summary>
internal static class TextSample
{
    /// <summary>Writes a text beside where a picture would lie.</summary>
    public static void Write(string path, string text) =>
        AtomicFile.Write(Path.ChangeExtension(path, ".txt"), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
