using Pareidolia.Pipelines;

namespace Pareidolia.Server.Models;

/// <summary>A model in memory.</summary>
/// <param name="Name">How clients name it.</param>
/// <param name="Key">What tells it from the same model with other things joined to it.</param>
/// <param name="Bytes">Of its weights.</param>
/// <param name="Pipeline">The model.</param>
internal sealed record HeldModel(string Name, string Key, long Bytes, StableDiffusionPipeline Pipeline)
{
    /// <summary>How many draw with it now.</summary>
    public int Users { get; set; }
}

/// <summary>
/// Models in memory, within a budget. Before another comes, those leave that were longest not used, until it has room; one in use stays. Asked by the
/// queue's worker alone; what is there may be looked at by all.
/// </summary>
/// <param name="budget">Bytes of weights that may stay for later orders.</param>
/// <param name="available">Bytes that the machine still has; null where it does not tell.</param>
internal sealed class HeldModels(long budget, Func<long?> available) : IDisposable
{
    /// <summary>Bytes of weights that others hold within the same budget, and what makes them let go; null where there are none.</summary>
    public (Func<long> Bytes, Action Free)? Others { get; set; }

    /// <summary>All of them, the one that was used last at the end.</summary>
    public IReadOnlyList<HeldModel> All { get; private set; } = [];

    /// <summary>Takes a model into use, loaded where it is not there; whoever takes it gives it back with <see cref="Release"/>.</summary>
    /// <param name="name">How clients name it.</param>
    /// <param name="key">What tells it from others.</param>
    /// <param name="weights">Bytes of its weights.</param>
    /// <param name="beside">Bytes that the run takes beside weights.</param>
    /// <param name="load">Loads it.</param>
    public HeldModel Take(string name, string key, Func<long> weights, Func<long> beside, Func<StableDiffusionPipeline> load)
    {
        HeldModel? found = All.FirstOrDefault(held => held.Key == key);
        HeldModel[] unused = [.. All.Where(held => held != found && held.Users == 0)];
        if ((unused.Length > 0 || OtherBytes > 0) && !MakeRoom(unused, found is null ? weights() : 0, beside()))
            Others?.Free();
        HeldModel model = found ?? new HeldModel(name, key, weights(), load());
        model.Users++;
        All = [.. All.Where(held => held != model), model];
        return model;
    }

    /// <summary>Lets those that were longest not used go until others have room for so many bytes of weights more.</summary>
    public void MakeRoom(long weights) => _ = MakeRoom([.. All.Where(held => held.Users == 0)], weights, 0);

    /// <summary>Ends a use.</summary>
    public static void Release(HeldModel model) => model.Users--;

    /// <summary>Lets go of all that are not in use.</summary>
    public void Clear()
    {
        foreach (HeldModel model in All.Where(held => held.Users == 0))
            Drop(model);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (HeldModel model in All)
            Drop(model);
    }

    private long OtherBytes => Others?.Bytes() ?? 0;

    // First the room, then the model: two large ones need not be in memory for one to be loaded. What a run itself needs is loaded even where it is
    // more than the budget. Says whether there is room now.
    private bool MakeRoom(HeldModel[] unused, long weights, long beside)
    {
        long held = All.Sum(model => model.Bytes) + OtherBytes, room = available() ?? long.MaxValue;
        bool Fits() => held + weights <= budget && weights + beside <= room;
        foreach (HeldModel model in unused)
        {
            if (Fits())
                break;
            Drop(model);
            held -= model.Bytes;
            room = room > long.MaxValue - model.Bytes ? room : room + model.Bytes;
        }
        return Fits();
    }

    private void Drop(HeldModel model)
    {
        All = [.. All.Where(held => held != model)];
        model.Pipeline.Dispose();
    }
}
