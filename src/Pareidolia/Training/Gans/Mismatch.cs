using Pareidolia.Training.Data;

namespace Pareidolia.Training.Gans;

/// <summary>Pairs that do not belong together: every picture of a batch with the caption of another thing.</summary>
internal static class Mismatch
{
    /// <summary>
    /// For each place of a batch the next place whose picture shows something else: has another label, else another name, else another first caption. Where
    /// all show the same, the next place.
    /// </summary>
    public static int[] Of(IReadOnlyList<int> batch, PictureSet pictures)
    {
        string[] subjects = [.. batch.Select(index => Subject(pictures.Pictures[index].Record))];
        int[] places = new int[batch.Count];
        for (int i = 0; i < places.Length; i++)
        {
            int step = 1;
            while (step < places.Length && subjects[(i + step) % places.Length] == subjects[i])
                step++;
            places[i] = (i + (step < places.Length ? step : 1)) % places.Length;
        }
        return places;
    }

    private static string Subject(CaptionRecord record) =>
        record.Label >= 0 ? $"{record.Label}" : record.Name.Length > 0 ? record.Name : record.Captions[0];
}
