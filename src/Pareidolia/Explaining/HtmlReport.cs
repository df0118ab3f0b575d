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
    private const string Style = """
        :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 66rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-top: 1px solid #8886; padding-top: 1rem; }
        .row { display: flex; flex-wrap: wrap; gap: .6rem; } figure { margin: 0; } figcaption { font-size: .8rem; max-width: 14rem; }
        img { image-rendering: pixelated; display: block; border-radius: 4px; } .frame img { width: 84px; } .map img, .guide img { width: 168px; } .near img { width: 84px; }
        .picture img { width: min(256px, 100%); } table { border-collapse: collapse; } td, th { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; font-size: .9rem; }
        .holds { color: #1a7f37; } .fails { color: #c0392b; } p.note { opacity: .75; font-size: .9rem; } pre { white-space: pre-wrap; font-size: .8rem; }
        """;

    /// <summary>Writes <c>report.html</c> and the pictures into a folder.</summary>
    /// <exception cref="PareidoliaException">The folder cannot be written.</exception>
    public static void Write(ExplainReport report, string folder)
    {
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PareidoliaException($"The folder '{folder}' cannot be made: {error.Message}", error);
        }
        foreach ((string name, Image image) in Parts(report))
            PngWriter.Write(Path.Combine(folder, name), image);
        AtomicFile.Write(Path.Combine(folder, "report.html"), stream => stream.Write(Encoding.UTF8.GetBytes(Html(report))));
    }

    /// <summary>The pictures by the names of their files.</summary>
    public static IEnumerable<(string Name, Image Image)> Parts(ExplainReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return ("picture.png", report.Picture);
        ExplainedStep[] shown = [.. report.Steps.Where(step => step.Noisy is not null)];
        if (shown.Length > 0)
            yield return ("filmstrip.png", Mosaic.Grid([.. shown.Select(step => step.Noisy!), .. shown.Select(step => step.Clean!)], shown.Length, gap: 2));
        if (report.Words.Count > 0)
            yield return ("words.png", Titled(report.Words.Select(word => (word.Word, word.Map))));
        if (report.Guidance.Count > 0)
            yield return ("guidance.png", Titled(report.Guidance.Select(guided => ($"guidance {Written(guided.Scale)}", guided.Picture))));
        if (report.NearestByMeaning is not null)
            yield return ("nearest.png", Mosaic.Grid([.. report.NearestByMeaning.Concat(report.NearestByPixels!).Select(Copy)], report.NearestByMeaning.Count, gap: 2));
    }

    /// <summary>The page.</summary>
    public static string Html(ExplainReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        StringBuilder html = new();
        html.Append($"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n<title>{Text(report.Prompt)}</title>\n<style>{Style}</style></head>\n<body>\n");
        html.Append($"<h1>{Text(report.Prompt)}</h1>\n<p>drawn by {Text(report.Model)}</p>\n<div class=\"picture\">{Picture(report.Picture, report.Prompt)}</div>\n<pre>{Text(report.Settings)}</pre>\n");
        AddSteps(html, report);
        AddWords(html, report);
        AddVerdicts(html, report);
        AddNearest(html, report);
        AddGuidance(html, report);
        AddTokens(html, report);
        return html.Append("</body></html>\n").ToString();
    }

    private static void AddSteps(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>The noise leaving</h2>\n<p class=\"note\">Above, the sample as it is after each step; below, the clean picture that the network expects then.</p>\n<div class=\"row\">");
        foreach (ExplainedStep step in report.Steps.Where(step => step.Noisy is not null))
            html.Append($"<figure class=\"frame\">{Picture(step.Noisy!, $"step {step.Number}, noisy")}{Picture(step.Clean!, $"step {step.Number}, expected")}<figcaption>step {step.Number}</figcaption></figure>");
        html.Append("</div>\n");
        html.Append(new LossPlot("Noise against step", [new PlotSeries("share of the sample that is noise", [.. report.Steps.Select(step => ((double)step.Number, step.Share))])]) { YLabel = "share" }.ToSvg());
        html.Append(new LossPlot("How far the expected picture moves", [new PlotSeries("mean change of its latents", [.. report.Steps.Select(step => ((double)step.Number, step.Change))])]) { YLabel = "change" }.ToSvg());
    }

    private static void AddWords(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>Which word was looked at where</h2>\n<p class=\"note\">Cross-attention of the picture's cells to each word, added up over heads, layers and steps (arXiv:2210.04885); each map from its own least to its own most. The number compares the word's attention with the mean of all words.</p>\n<div class=\"row\">");
        foreach (WordMap word in report.Words)
            html.Append($"<figure class=\"map\">{Picture(word.Map, $"where {word.Word} was looked at")}<figcaption><b>{Text(word.Word)}</b> {Written(Math.Round(word.Strength, 2))}</figcaption></figure>");
        html.Append("</div>\n");
    }

    private static void AddVerdicts(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>Does it show what was asked for?</h2>\n");
        if (report.Verdicts is null)
        {
            html.Append("<p>The model has no CLIP to ask.</p>\n");
            return;
        }
        html.Append("<table><tr><th>phrase</th><th>CLIP</th><th>what it might be taken for</th><th></th></tr>\n");
        foreach (PhraseVerdict verdict in report.Verdicts)
            html.Append($"<tr><td>{Text(verdict.Phrase)}</td><td>{Written(Math.Round(verdict.Score, 3))}</td><td>{string.Join("<br>", verdict.Contrasts.Select(contrast => $"{Text(contrast.Text)} {Written(Math.Round(contrast.Score, 3))}"))}</td><td class=\"{(verdict.Holds ? "holds\">fits best" : "fails\">something else fits better")}</td></tr>\n");
        html.Append($"</table>\n<p class=\"note\">{Text(report.HitRate?.ToString() ?? "How often such a verdict is right was not measured for this model.")}</p>\n");
    }

    private static void AddNearest(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>The nearest training pictures</h2>\n");
        if (report.NearestByMeaning is null)
        {
            html.Append("<p>Not indexed: this model comes without an index of the pictures that it was trained on.</p>\n");
            return;
        }
        html.Append($"<p class=\"note\">Of {report.Indexed} pictures, as small copies of {PictureIndex.Side}x{PictureIndex.Side} pixels. By meaning (cosine in CLIP's space) and by pixels (mean difference, 0 to 1).</p>\n");
        foreach (IReadOnlyList<IndexedPicture> near in (IReadOnlyList<IndexedPicture>[])[report.NearestByMeaning, report.NearestByPixels!])
            html.Append("<div class=\"row\">").AppendJoin("", near.Select(one => $"<figure class=\"near\">{Picture(Copy(one), one.Caption)}<figcaption>{Written(Math.Round(one.Score, 3))} {Text(one.Caption)}</figcaption></figure>")).Append("</div>\n");
    }

    private static void AddGuidance(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>With other strengths of guidance</h2>\n<div class=\"row\">");
        foreach ((double scale, Image picture) in report.Guidance)
            html.Append($"<figure class=\"guide\">{Picture(picture, $"guidance {Written(scale)}")}<figcaption>{Written(scale)}</figcaption></figure>");
        html.Append("</div>\n");
    }

    private static void AddTokens(StringBuilder html, ExplainReport report)
    {
        html.Append("<h2>The tokens, and what lies near them</h2>\n");
        if (report.CutOff.Length > 0)
            html.Append($"<p class=\"fails\">Cut off, because the text encoder reads no more: {Text(report.CutOff)}</p>\n");
        html.Append("<table><tr><th>token</th><th>id</th><th>nearest in the text encoder's table (cosine)</th></tr>\n");
        foreach (ExplainedToken token in report.Tokens)
            html.Append($"<tr><td>{Text(token.Text)}</td><td>{token.Id}</td><td>{Text(string.Join(", ", token.Neighbours.Select(near => $"{near.Text} {Written(Math.Round(near.Cosine, 2))}")))}</td></tr>\n");
        html.Append("</table>\n");
    }

    private static Image Titled(IEnumerable<(string Title, Image Image)> cells)
    {
        (string Title, Image Image)[] all = [.. cells];
        return new LabelledGrid(all[0].Image.Width, all[0].Image.Height, [.. all.Select(cell => cell.Title)], [""]).Draw([.. all.Select(cell => cell.Image)]);
    }

    private static Image Copy(IndexedPicture picture) => new(PictureIndex.Side, PictureIndex.Side, 3, picture.Pixels);

    private static string Picture(Image image, string alt) =>
        $"<img alt=\"{Text(alt)}\" width=\"{image.Width}\" height=\"{image.Height}\" src=\"data:image/png;base64,{Convert.ToBase64String(PngWriter.Encode(image))}\">";

    private static string Written(double number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
