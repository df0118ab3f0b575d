using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;

namespace Pareidolia.Cli;

/// <summary>The <c>pareidolia</c> command. Exit codes: 0 done, 2 the user must change something, 130 interrupted, 143 asked to end.</summary>
internal static class Program
{
    /// <summary>Set to 1, it shows where an error came from.</summary>
    private const string TraceVariable = "PAREIDOLIA_TRACE";

    private static int Main(string[] args)
    {
        using CancellationTokenSource interruption = new();
        int interrupted = ExitCode.Interrupted;
        using PosixSignalRegistration ctrlC = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        int code = Run(args, new CommandIo(Console.Out, Console.Error, interruption.Token) { Live = !Console.IsErrorRedirected });
        return code == ExitCode.Interrupted ? interrupted : code;

        void Stop(PosixSignalContext context)
        {
            // The second signal ends the process at once.
            context.Cancel = !interruption.IsCancellationRequested;
            interrupted = context.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted;
            interruption.Cancel();
        }
    }

    /// <summary>Runs one command line and returns its exit code; what it throws becomes one line on the error stream.</summary>
    internal static int Run(string[] args, CommandIo io)
    {
        try
        {
            ParseResult parsed = Root(io).Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0)
                throw new PareidoliaException($"{Complaint(parsed)} ({Path(parsed.CommandResult)} --help shows how.)");
            return parsed.Invoke(io.Invocation);
        }
        catch (OperationCanceledException)
        {
            io.Error.WriteLine("pareidolia: interrupted.");
            return ExitCode.Interrupted;
        }
        catch (Exception error) when (Environment.GetEnvironmentVariable(TraceVariable) != "1")
        {
            io.Error.WriteLine($"pareidolia: {OneLine(error)}");
            return error is PareidoliaException ? ExitCode.UserError : ExitCode.Fault;
        }
    }

    /// <summary>All commands.</summary>
    internal static RootCommand Root(CommandIo io)
    {
        RootCommand root = new("Text to image for .NET: a prompt becomes a picture, with the model that comes with the program or your own.");
        root.Add(new GenerateCommand(io).Command);
        root.Add(new VaryCommand(io).Command);
        root.Add(new UpscaleCommand(io).Command);
        root.Add(new InspectCommand(io).Command);
        root.Add(new ConvertCommand(io).Command);
        root.Add(new ModelsCommand(io).Command);
        root.Add(new TrainCommand(io).Command);
        root.Add(new ServeCommand(io).Command);
        root.Add(new UsersCommand(io).Command);
        root.Add(new EvalCommand(io).Command);
        root.Add(new Compare.CompareCommand(io).Command);
        root.Add(new ClassifyCommand(io).Command);
        root.Add(new WalkCommand(io).Command);
        root.Add(new DataCommand(io).Command);
        root.Add(new BenchCommand(io).Command);
        root.Add(new SamplersCommand(io).Command);
        root.Add(TextCommand.Of(io));
        root.Add(new GraphCommand(io).Command);
        root.Add(new ExplainCommand(io).Command);
        HelpExamples.AddTo(root);
        return root;
    }

    private static string Complaint(ParseResult parsed) => parsed.UnmatchedTokens is [string odd, ..]
        ? $"'{Shown.Short(odd)}' is not a command, an option or an argument here."
        : parsed.Errors[0].Message;

    private static string Path(CommandResult command) =>
        command.Parent is CommandResult above ? $"{Path(above)} {command.Command.Name}" : "pareidolia";

    private static string OneLine(Exception error)
    {
        string message = error is PareidoliaException ? error.Message
            : $"an error of the program itself, {error.GetType().Name}: {error.Message} ({TraceVariable}=1 shows where)";
        return message.ReplaceLineEndings(" ");
    }
}
