#:project ../../src/Pareidolia/Pareidolia.csproj

using Pareidolia.Weights;

// What is inside a safetensors file: it is mapped, so even a large one opens at once and nothing of it is executed.
using SafetensorsFile file = new("models/emoji/unet/diffusion_pytorch_model.safetensors");
foreach (SafetensorsEntry entry in file.Entries.OrderByDescending(entry => entry.Length).Take(5))
    Console.WriteLine($"{entry.Name}  {entry.Type}  [{string.Join(", ", entry.Shape)}]  {entry.Length / 1024} KiB");
Console.WriteLine($"{file.Entries.Count} tensors, {file.Entries.Sum(entry => entry.Length) / 1e6:0.0} MB");
