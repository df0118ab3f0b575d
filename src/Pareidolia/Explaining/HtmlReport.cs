using System.Globalization;
using System.Net;
using System.Text;
using Pareidolia.Files;
using Pareidolia.Imaging;
using Pareidolia.Models;

namespace Pareidolia.Explaining;

/// <summary>A report as one HTML file that needs nothing else, and its pictures as PNG files beside it.</summary>
public static class HtmlReport
{
    /// <summary>The name of the page in its folder.</summary>
    public const string PageName = "report.html";

    private const string PictureName = "picture.png", StepsName = "filmstrip.png", WordsName = "words.png", GuidanceName = "guidance.png", NearestName = "nearest.png";

    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; }
        h2 { font-size: 1.15rem; margin-top: 2.2rem; border-top: 1px solid #8886; padding-top: 1rem; }
        .row { display: flex; flex-wrap: wrap; gap: .6rem; }
        figure { margin: 0; }
        figcaption { font-size: .8rem; max-width: 14rem; }
        img { image-rendering: pixelated; display: block; border-radius: 4px; height: auto; }
        .frame img, .near img { width: 84px; }
        .map img, .guide img { width: 168px; }
        .picture img { width: min(256px, 100%); }
        svg { max-width: 100%; height: auto; }
        table { border-collapse: collapse; }
        td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; font-size: .9rem; }
        .holds { color: #1a7f37; }
        .fails { color: #c0392b; }
        p.note { opacity: .75; font-size: .9rem; }
        pre { white-space: pre-wrap; font-size: .8rem; }
        """;

    /// <summary>The names of all files that a report may have.</summary>
    public static IReadOnlyList<string> Names { get; } = [PageName, PictureName, StepsName, WordsName, GuidanceName, NearestName];

    /// <summary>Writes <c>report.html</c> and the pictures into a folder.</summary>
    /// <exception cref="PareidoliaException">The folder cannot be written.</exception>
    public static void Write(ExplainReport report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        Folder.Make(folder);
        foreach ((string name, Image image) in Parts(report))
            PngWriter.Write(Path.Combine(folder, name), image);
        AtomicFile.Write(Path.Combine(folder, PageName), stream => stream.Write(Encoding.UTF8.GetBytes(Html(report))));
    }

    /// <summary>The pictures by the names of their files.</summary>
    public static IEnumerable<(string Name, Image Image)> Parts(ExplainReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return (PictureName, report.Picture);
        ExplainedStep[] shown = [.. report.Steps.Where(step => step.Noisy is not null)];
        if (shown.Length > 0)
            yield return (StepsName, Mosaic.Grid([.. shown.Select(step => step.Noisy!), .. shown.Select(step => step.Clean!)], shown.Length, gap: 2));
        if (report.Words.Count > 0)
            yield return (WordsName, Titled(report.Words.Select(word => (word.Word, word.Map))));
        if (report.Guidance.Count > 0)
            yield return (GuidanceName, Titled(report.Guidance.Select(guided => ($"guidance {Written(guided.Scale)}", guided.Picture))));
        if (report.NearestByMeaning is not null)
            yield return (NearestName, Mosaic.Grid([.. report.NearestByMeaning.Concat(report.NearestByPixels!).Select(Copy)], report.NearestByMeaning.Count, gap: 2));
    }

    /// <summary>The page.</summary>
    public static string Html(ExplainReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder html = new();
        html.Append($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>{Text(report.Prompt)}</title>
            <style>{Style}</style></head>
            <body>
            <h1>{Text(report.Prompt)}</h1>
            <p>drawn by {Text(report.Model)}</p>
            <div class="picture">{Picture(report.Picture, report.Prompt)}</div>
            <pre>{Text(report.Settings)}</pre>

            """);
        AddSteps(html, report.Steps);
        AddWords(html, report);
        AddVerdicts(html, report);
        AddNearest(html, report);
        Begin(html, "With other strengths of guidance", "The same seed.");
        Row(html, report.Guidance.Select(guided => Figure("guide", guided.Picture, $"guidance {Written(guided.Scale)}", Written(guided.Scale))));
        AddTokens(html, report);
        return html.Append("</body></html>\n").ToString();
    }

    private static void AddSteps(StringBuilder html, IReadOnlyList<ExplainedStep> steps)
    {
        Begin(html, "The noise leaving", "Above, the sample as it is after each step; below, the clean picture that the network expects then.");
        Row(html, steps.Where(step => step.Noisy is not null).Select(step =>
            $"""<figure class="frame">{Picture(step.Noisy!, $"step {step.Number}, noisy")}{Picture(step.Clean!, $"step {step.Number}, expected")}"""
            + $"<figcaption>step {step.Number}</figcaption></figure>"));
        html.Append(Curve("Noise against step", "share of the sample that is noise", steps.Select(step => (step.Number, step.Share))));
        html.Append(Curve("How far the expected picture moves", "mean change of its latents", steps.Select(step => (step.Number, step.Change))));
    }

    private static string Curve(string title, string name, IEnumerable<(int Step, double Value)> points) =>
        new LossPlot(title, [new PlotSeries(name, [.. points.Select(point => ((double)point.Step, point.Value))])]) { YLabel = name }.ToSvg();

    private static void AddWords(StringBuilder html, ExplainReport report)
    {
        if (!report.LooksAtWords)
        {
            Begin(html, "Which word was looked at where", "None: this model's network does not look at words. It is told where CLIP would see a picture of the whole prompt.");
            return;
        }
        Begin(html, "Which word was looked at where", "Cross-attention of the picture's cells to each word, added up over heads, layers and steps "
            + "(arXiv:2210.04885); each map from its own least to its own most. The number compares the word's attention with the mean of all words.");
        Row(html, report.Words.Select(word => Figure("map", word.Map, $"where {word.Word} was looked at", $"{word.Word} {Written(Math.Round(word.Strength, 2))}")));
    }

    private static void AddVerdicts(StringBuilder html, ExplainReport report)
    {
        if (report.Verdicts is null)
        {
            Begin(html, "Does it show what was asked for?", "The model has no CLIP to ask.");
            return;
        }
        Begin(html, "Does it show what was asked for?", report.HitRate?.ToString() ?? "How often such a verdict is right was not measured for this model.");
        Table(html, ["phrase", "CLIP", "what it might be taken for", ""], report.Verdicts.Select(verdict => new[]
        {
            Text(verdict.Phrase), Rounded(verdict.Score),
            string.Join("<br>", verdict.Contrasts.Select(contrast => $"{Text(contrast.Text)} {Rounded(contrast.Score)}")),
            verdict.Holds switch
            {
                true => """<span class="holds">fits best</span>""",
                false => """<span class="fails">something else fits better</span>""",
                null => "nothing to compare with but its negation",
            },
        }));
    }

    private static void AddNearest(StringBuilder html, ExplainReport report)
    {
        if (report.NearestByMeaning is null)
        {
            Begin(html, "The nearest training pictures", "Not indexed: this model comes without an index of the pictures that it was trained on.");
            return;
        }
        Begin(html, "The nearest training pictures", $"Of {report.Indexed} pictures, as small copies of {PictureIndex.Side}x{PictureIndex.Side} pixels: "
            + "by meaning (cosine in CLIP's space), then by pixels (mean difference, 0 to 1).");
        foreach (IReadOnlyList<IndexedPicture> near in (IReadOnlyList<IndexedPicture>[])[report.NearestByMeaning, report.NearestByPixels!])
            Row(html, near.Select(one => Figure("near", Copy(one), one.Caption, $"{Rounded(one.Score)} {one.Caption}")));
    }

    private static void AddTokens(StringBuilder html, ExplainReport report)
    {
        Begin(html, "The tokens, and what lies near them",
            report.CutOff.Length == 0 ? "All of the prompt was read." : $"Cut off, because the text encoder reads no more: {report.CutOff}");
        Table(html, ["token", "id", "nearest in the text encoder's table (cosine)"], report.Tokens.Select(token => new[]
        {
            Text(token.Text), Written(token.Id), Text(string.Join(", ", token.Neighbours.Select(near => $"{near.Text} {Written(Math.Round(near.Cosine, 2))}"))),
        }));
    }

    private static void Begin(StringBuilder html, string title, string note) => html.Append($"<h2>{Text(title)}</h2>\n<p class=\"note\">{Text(note)}</p>\n");

    private static void Row(StringBuilder html, IEnumerable<string> figures) => html.Append("<div class=\"row\">").AppendJoin('\n', figures).Append("</div>\n");

    private static void Table(StringBuilder html, string[] heads, IEnumerable<string[]> rows)
    {
        html.Append("<table><tr>").AppendJoin("", heads.Select(head => $"<th>{Text(head)}</th>")).Append("</tr>\n");
        foreach (string[] row in rows)
            html.Append("<tr>").AppendJoin("", row.Select(cell => $"<td>{cell}</td>")).Append("</tr>\n");
        html.Append("</table>\n");
    }

    private static string Figure(string kind, Image image, string alt, string caption) =>
        $"<figure class=\"{kind}\">{Picture(image, alt)}<figcaption>{Text(caption)}</figcaption></figure>";

    private static Image Titled(IEnumerable<(string Title, Image Image)> cells)
    {
        (string Title, Image Image)[] all = [.. cells];
        return new LabelledGrid(all[0].Image.Width, all[0].Image.Height, [.. all.Select(cell => cell.Title)], [""]).Draw([.. all.Select(cell => cell.Image)]);
    }

    private static Image Copy(IndexedPicture picture) => new(PictureIndex.Side, PictureIndex.Side, 3, picture.Pixels);

    private static string Picture(Image image, string alt) =>
        $"<img alt=\"{Text(alt)}\" width=\"{image.Width}\" height=\"{image.Height}\" src=\"data:image/png;base64,{Convert.ToBase64String(PngWriter.Encode(image))}\">";

    private static string Rounded(double number) => Written(Math.Round(number, 3));

    private static string Written(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
