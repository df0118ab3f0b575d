using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

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
        ["bench"] = """
            Examples:
              pareidolia bench
              pareidolia bench --model random:sd15 --size 512 --profile
              pareidolia bench --model random:sd15-vae --precision bf16 --runs 5 --json
            """,
        ["classify"] = """
            Examples:
              pareidolia classify apple.png --labels "a dog,a cat,a fruit"
              pareidolia classify *.png --labels "a face,an animal" --template "a drawing of {label}" --json
            """,
        ["walk"] = """
            Examples:
              pareidolia walk "a red apple" "a green apple" --model runs/emoji-gan/model --seed 4 -o walk.png
              pareidolia walk "a handwritten seven" --model runs/mnist-gan/model --seed 1 --to-seed 2 --rows 4
            """,
        ["data check"] = """
            Examples:
              pareidolia data check mine/ --sheet sheet.png
              pareidolia data check shards/mine-train-000.tar --json
            """,
        ["data pack"] = """
            Examples:
              pareidolia data pack mine/ -o shards --name mine --size 128 --hold-out 0.05
            """,
        ["upscale"] = """
            Examples:
              pareidolia upscale apple.png -o large.png
              pareidolia upscale photo.png --upscaler RealESRGAN_x4plus.pth --scale 3
              pareidolia upscale photo.png --upscaler lanczos --scale 2
            """,
        ["vary"] = """
            Examples:
              pareidolia vary apple.png --count 4 --grid
              pareidolia vary apple.png --to pear.png --count 7 --seed 3 --grid -o between/
            """,
        ["compare"] = """
            Examples:
              pareidolia compare models
              pareidolia compare runs models/emoji --prompts prompts.txt --json -o comparison.png
            """,
        ["train"] = """
            Examples:
              pareidolia train autoencoder recipes/emoji/autoencoder.json
              pareidolia train clip recipes/emoji/clip.json
              pareidolia train upscaler recipes/emoji/upscaler.json
              pareidolia train diffusion recipes/emoji/diffusion.json --run runs/second-try
            """,
        ["train finetune"] = """
            Examples:
              pareidolia train finetune recipes/finetune/lora.json --data path/to/data --run runs/my-style
            """,
        ["text"] = """
            Examples:
              pareidolia text complete "The old man looked at the sea and" --seed 7 --top-k 40
              pareidolia text fill "the [MASK] ran across the road"
              pareidolia text nearest river
              pareidolia text eval --model models/gpt
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
        ["models pull"] = """
            Examples:
              pareidolia models pull stabilityai/stable-diffusion-2-1
              pareidolia models pull someone/some-model --revision v2 --include 'vae/*'
            """,
        ["models"] = """
            Examples:
              pareidolia models pull stabilityai/stable-diffusion-2-1
              pareidolia models list
              pareidolia models remove stabilityai/stable-diffusion-2-1
            """,
        ["data"] = """
            Examples:
              pareidolia data check mine/ --sheet sheet.png
              pareidolia data pack mine/ -o shards --name mine --size 128 --hold-out 0.05
            """,
        ["explain"] = """
            Examples:
              pareidolia explain "a red apple next to a green book" --seed 7 -o report/
              pareidolia explain "a blue heart" --style noto --guidance 4
              pareidolia explain "a red apple" --model runs/emoji-diffusion/model --index "emoji/train-*.tar" --measure "emoji/val-*.tar"
            """,
        ["graph"] = """
            Examples:
              pareidolia graph run workflow.json --models path/to/ComfyUI/models -o pictures/
              pareidolia graph nodes
            """,
        ["samplers"] = """
            Examples:
              pareidolia samplers
              pareidolia generate "a red apple" --sampler dpmpp_2m --steps 20
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

    /// <summary>Who asks for help need not have named all that a command needs.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int code = plain.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output.WriteLine(ExamplesOf(parseResult.CommandResult) ?? General);
        return code;
    }

    // Those of a command, or of the one that it belongs to.
    private static string? ExamplesOf(CommandResult command) =>
        s_examples.GetValueOrDefault(PathOf(command)) ?? (command.Parent is CommandResult above ? ExamplesOf(above) : null);

    // Without the program's own name.
    private static string PathOf(CommandResult command) => command.Parent is CommandResult above ? $"{PathOf(above)} {command.Command.Name}".TrimStart() : "";
}
