using Pareidolia.Models;
using Pareidolia.Tensors;

namespace Pareidolia.Pipelines;

/// <summary>What a denoising network is shown.</summary>
/// <param name="Sample">[n, h, w, c].</param>
/// <param name="Beside">Channels behind those of the sample [n, h, w, c]: what an inpainting or editing model is told; null for none.</param>
/// <param name="Timestep">On the training schedule's scale.</param>
/// <param name="Question">The number of the question in the run, from 1: prompts change with it, as in the web UI.</param>
internal readonly record struct NetworkInput(Tensor Sample, Tensor? Beside, double Timestep, int Question);

/// <summary>Which of a step's questions are put.</summary>
internal enum Asked
{
    Prompts,
    PromptsAndNegatives,
    Negatives,
}

/// <summary>A UNet with the ControlNets that look at it: puts the questions of a conditioning, those of one length in one go.</summary>
internal sealed class DenoisingNetwork(UNet2DConditionModel unet, ControlStage controls, int asksPerStep)
{
    /// <summary>The label of all pictures, for a network that asks for one; null for one that does not.</summary>
    public int? Label { get; init; }

    /// <summary>What it says to the prompts, and to the negative prompts where those are asked too: [n, h, w, c] each.</summary>
    public (Tensor? Negative, Tensor Prompted) Answer(Conditioning conditioning, NetworkInput seen, bool guided, bool midApart = false)
    {
        IReadOnlyList<ConditionRow> rows = conditioning.RowsAt(seen.Question);
        Tensor[] said = Ask(conditioning, seen, guided ? Asked.PromptsAndNegatives : Asked.Prompts, midApart);
        int n = conditioning.Count;
        Tensor? negative = guided ? Tensor.Concat(0, said.AsSpan(0, n)) : null;
        ILookup<int, (double Weight, Tensor Said)> parts = rows.Zip(said).Where(pair => pair.First.Weight is not null)
            .ToLookup(pair => pair.First.Picture, pair => (pair.First.Weight!.Value, pair.Second));
        Tensor[] prompted = [.. Enumerable.Range(0, n).Select(i => Composed([.. parts[i]], negative is null ? null : said[i]))];
        return (negative, Tensor.Concat(0, prompted));
    }

    /// <summary>What it says to the negative prompts alone.</summary>
    public Tensor AnswerToNegatives(Conditioning conditioning, NetworkInput seen) =>
        Tensor.Concat(0, Ask(conditioning, seen, Asked.Negatives, midApart: false).AsSpan(0, conditioning.Count));

    // One answer for each row; null where it was not asked.
    private Tensor[] Ask(Conditioning conditioning, NetworkInput seen, Asked asked, bool midApart)
    {
        IReadOnlyList<ConditionRow> rows = conditioning.RowsAt(seen.Question);
        Tensor whole = seen.Beside is null ? seen.Sample : Tensor.Concat(-1, seen.Sample, seen.Beside);
        Tensor[] said = new Tensor[rows.Count];
        foreach (ConditionBatch all in conditioning.At(seen.Question))
        {
            ConditionBatch batch = all.Where(row => asked == Asked.PromptsAndNegatives || rows[row].Weight is null == (asked == Asked.Negatives));
            if (batch.Rows.Length == 0)
                continue;
            float timestep = (float)seen.Timestep;
            ControlResiduals? control =
                controls.Speak((seen.Question - 1) / asksPerStep, Rows(seen.Sample, batch), timestep, batch.Context, batch.Extras);
            UNetExtras? extras = control is null && !midApart && Label is null ? batch.Extras
                : (batch.Extras ?? new UNetExtras()) with { Control = control, MidApart = midApart, ClassLabels = Labels(batch) };
            Tensor output = unet.Forward(Rows(whole, batch), [timestep], batch.Context, extras);
            foreach ((int i, int row) in batch.Rows.Index())
                said[row] = output.Slice(0, i, 1);
        }
        return said;
    }

    private int[]? Labels(ConditionBatch batch) => Label is int label ? [.. Enumerable.Repeat(label, batch.Rows.Length)] : null;

    private static Tensor Rows(Tensor pictures, ConditionBatch batch) =>
        Tensor.Concat(0, [.. batch.Pictures.Select(picture => pictures.Slice(0, picture, 1))]);

    // Several prompts for one picture: each pulls away from the negative one (https://arxiv.org/abs/2206.01714, equation 11).
    private static Tensor Composed((double Weight, Tensor Said)[] parts, Tensor? negative)
    {
        if (parts is [(1, Tensor only)])
            return only;
        // Without it, the first prompt takes its place, as in the web UI.
        Tensor centre = negative ?? parts[0].Said, sum = centre;
        foreach ((double weight, Tensor said) in parts)
            sum += (said - centre).Scale((float)weight);
        return sum;
    }
}
