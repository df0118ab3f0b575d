using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Pareidolia.Cli;

/// <summary>Help that ends with commands to try.</summary>
internal sealed class HelpExamples(HelpAction plain) : SynchronousCommandLineAction
{
    private const string General = """
        Examples:
          pareidolia generate "a red apple" -o apple.png
          pareidolia generate "a sleeping cat" --style noto --seed 42 --count 4 --grid -o cats/
          pareidolia inspect models/emoji
          pareidolia train autoencoder recipes/emoji/autoencoder.json
          pareidolia eval
        """;

    private static readonly Dictionary<string, string> s_examples = new()
    {
        ["generate"] = """
            Examples:
              pareidolia generate "a red apple" -o apple.png
              pareidolia generate "a red apple" --style noto --seed 42 --steps 30 --guidance 5
              pareidolia generate "a house by the sea" --count 9 --grid --verify -o houses/
              pareidolia generate "a red apple" --steps-strip -o apple.png      the noise leaving, as apple-steps.png
              pareidolia generate --prompts prompts.txt -o pictures/ --json     one prompt a line, or name TAB prompt
              pareidolia generate "a red apple" --hires 2 --tiling -o apple.png           twice as large; it continues itself
              pareidolia generate "a garden" --init house.png --outpaint left=64,right=64
              pareidolia generate "a window" --init house.png --mask hole.png --mask-blur 4 --only-masked
              pareidolia generate "a red apple" --x steps=5,10,20 --y "guidance=2-8 (+2)" -o grid.png
              pareidolia generate "a cat" --init photo.jpg --strength 0.6 -o cat.webp
              pareidolia generate "a castle" --model path/to/stable-diffusion --size 512x768 --negative "blurry"
            """,
        ["upscale"] = """
            Examples:
              pareidolia upscale apple.png -o large.png
              pareidolia upscale photo.png --upscaler RealESRGAN_x4plus.pth --scale 3
              pareidolia upscale photo.png --upscaler lanczos --scale 2
            """,
        ["train"] = """
            Examples:
              pareidolia train autoencoder recipes/emoji/autoencoder.json
              pareidolia train clip recipes/emoji/clip.json
              pareidolia train upscaler recipes/emoji/upscaler.json
              pareidolia train diffusion recipes/emoji/diffusion.json --run runs/second-try
            """,
        ["serve"] = """
            Examples:
              pareidolia serve                                                  http://127.0.0.1:7860, with the shipped model
              pareidolia serve --model models/emoji --model sd15.safetensors --data /srv/studio
              pareidolia serve --listen 0.0.0.0 --auth                          users first: pareidolia users add ada --role admin
            """,
        ["users"] = """
            Examples:
              pareidolia users add ada --role admin --data studio               reads the password from the standard input
              pareidolia users token ada --note "the script"
            """,
        ["eval"] = """
            Examples:
              pareidolia eval
              pareidolia eval --model runs/emoji-diffusion/model --data path/to/data --json
            """,
        ["convert"] = """
            Examples:
              pareidolia convert model.ckpt model.safetensors --dtype f16
              pareidolia convert model.safetensors folder/ --tokenizer path/to/tokenizer
              pareidolia convert folder/ model.safetensors
            """,
        ["pull"] = """
            Examples:
              pareidolia models pull stabilityai/stable-diffusion-2-1
              pareidolia models pull someone/some-model --revision v2 --include 'vae/*'
            """,
        ["inspect"] = """
            Examples:
              pareidolia inspect models/emoji
              pareidolia inspect unet/diffusion_pytorch_model.safetensors --tensors
              pareidolia inspect apple.png                                      the settings inside a picture
            """,
    };

    /// <summary>Gives the help of a command and of all below it its examples.</summary>
    public static void AddTo(RootCommand root)
    {
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpExamples((HelpAction)help.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int code = plain.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(s_examples.GetValueOrDefault(parseResult.CommandResult.Command.Name, General));
        return code;
    }
}
