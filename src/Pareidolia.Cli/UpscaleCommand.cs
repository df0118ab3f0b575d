using System.CommandLine;
using System.Globalization;
using Pareidolia.Imaging;
using Pareidolia.Pipelines;

namespace Pareidolia.Cli;

/// <summary><c>pareidolia upscale</c>: a picture becomes larger.</summary>
internal sealed class UpscaleCommand
{
    private const double LargestScale = 16;

    private readonly CommandIo _io;
    private readonly Argument<string> _picture = new("picture") { HelpName = "FILE.png", Description = "The picture." };
    private readonly Option<string?> _upscaler = OptionOf.Text("--upscaler", "FILE|FOLDER|NAME",
        "An upscaler of the ESRGAN family, or nearest, bilinear, bicubic, lanczos; else the one that comes with the program.");
    private readonly Option<string?> _output =
        OptionOf.Text("--output", "FILE.png|FOLDER", "Where it goes; else beside the picture's name, NAME-upscaled.png, in the working folder.", "-o");
    private readonly Option<double?> _scale = OptionOf.Number("--scale", "How many times larger, up to 16; else what the upscaler gives.");
    private readonly Option<int?> _tile = OptionOf.Whole("--tile", "Pixels of a side that are worked on at once, else 192; 0 for the whole picture.");
    private readonly Option<int?> _overlap = OptionOf.Whole("--tile-overlap", "Pixels that neighbouring tiles share, else 8.");
    private readonly FormatOptions _format = new();
    private readonly Option<bool> _force = OptionOf.Flag("--force", "Overwrite an existing file; else the next free name is taken.");
    private readonly Option<int?> _threads = OptionOf.Whole("--threads", "Threads to compute with, else one per processor.");

    public UpscaleCommand(CommandIo io)
    {
        _io = io;
        Command = new Command("upscale", "Enlarge a picture.") { _picture, _upscaler, _output, _scale, _tile, _overlap, _force, _threads };
        _format.AddTo(Command);
        Command.SetAction(parsed =>
        {
            Threads.Use(parsed.GetValue(_threads));
            return Run(parsed);
        });
    }

    /// <summary>The command for the command line.</summary>
    public Command Command { get; }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetValue(_picture)!;
        OutputFiles files = new(parsed.GetValue(_output), parsed.GetValue(_force), _format.Read(parsed));
        Image small = ImageFile.Read(path);
        using PictureUpscaler upscaler = PictureUpscaler.Load(Upscaler(parsed.GetValue(_upscaler)));
        double scale = parsed.GetValue(_scale) ?? upscaler.Scale;
        if (!(scale > 0 && scale <= LargestScale))
            throw new PareidoliaException($"--scale is {scale.ToString(CultureInfo.InvariantCulture)}; a number above 0, at most {LargestScale}, is needed.");
        (int width, int height) = (Math.Max(1, (int)Math.Round(small.Width * scale)), Math.Max(1, (int)Math.Round(small.Height * scale)));
        files.Encoding.Require(width, height);
        Image large = upscaler.UpscaleTo(small, width, height, parsed.GetValue(_tile) ?? 192, parsed.GetValue(_overlap) ?? 8);
        large.Texts[Infotext.Key] = Described(small, scale, upscaler.Name);
        OutputFile file = files.Next(files.Stem(Path.GetFileNameWithoutExtension(path) + "-upscaled"));
        files.Write(file, large);
        _io.Out.WriteLine($"{file.Path}  {width}x{height} from {small.Width}x{small.Height}  {upscaler.Name}  {Shown.Seconds(_io.Clock.Elapsed)}{file.Note}");
        return ExitCode.Done;
    }

    // The program's own lies in its model.
    private static string Upscaler(string? asked) => asked ?? Path.Combine(ShippedModel.Locate(null), "upscaler");

    // The picture's own settings, and what was done to it in the words of the web UI's extras.
    private static string Described(Image small, double scale, string upscaler)
    {
        Infotext infotext = small.Texts.TryGetValue(Infotext.Key, out string? text) ? Infotext.Parse(text) : new Infotext();
        infotext.Fields["Postprocess upscale by"] = scale.ToString(CultureInfo.InvariantCulture);
        infotext.Fields["Postprocess upscaler"] = upscaler;
        return infotext.Build();
    }
}
