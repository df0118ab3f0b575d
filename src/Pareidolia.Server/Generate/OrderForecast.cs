using Pareidolia.Pipelines;
using Pareidolia.Server.Models;

namespace Pareidolia.Server.Generate;

/// <summary>What orders take, with all that draws beside their models.</summary>
internal sealed class OrderForecast(OrderReading reading, ModelShelf shelf)
{
    /// <summary>The forecast; null where the model's configs do not describe a network that runs.</summary>
    /// <param name="order">A complete order.</param>
    /// <param name="cells">How many times its pictures are drawn.</param>
    public RunForecast? Of(PictureOrder order, int cells = 1)
    {
        ShelfModel model = shelf.Find(order.Model);
        GenerateSettings settings = reading.Read(order, shelf.SettingsOf(model));
        return RunForecast.Of(ModelShelf.Open(model, order.Precision), settings, cells * settings.Count, shelf.CompanyOf(order));
    }

    /// <summary>Bytes that an order's run takes beside the weights of its models.</summary>
    public long BesideWeights(PictureOrder order) => Of(order)?.Memory is MemoryForecast memory ? memory.ProcessBytes - memory.WeightBytes : 0;
}
