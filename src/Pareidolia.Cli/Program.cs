namespace Pareidolia.Cli;

internal static class Program
{
    private static int Main(string[] args)
    {
        Console.Error.WriteLine($"pareidolia: nothing here yet ({args.Length} arguments given).");
        return 2;
    }
}
