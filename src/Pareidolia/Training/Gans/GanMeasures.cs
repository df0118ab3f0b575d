using Pareidolia.Models;
using Pareidolia.Tensors;
using Pareidolia.Text;
using Pareidolia.Training.Data;
using Pareidolia.Training.Metrics;
using Pareidolia.Weights;

namespace Pareidolia.Training.Gans;

/// <summary>A caption to draw, and its place in the order of drawing, from which its noise follows.</summary>
internal readonly record struct AskedCaption(int Place, string Text);

/// <summary>What a generator's pictures are worth, by the judges that a recipe names among its inputs: <c>classifier</c>, <c>clip</c>.</summary>
internal sealed class GanMeasures(Recipe recipe, PictureSet real)
{
    // As many as the conditional-GAN paper draws for its Parzen window.
    private const int PerClass = 1000;
    private const int ValidationPictures = 1000;

    /// <summary>Measures pictures that are drawn for captions of the data.</summary>
    /// <param name="draw">Draws a batch.</param>
    /// <param name="training">Pictures on which a window's width may be chosen.</param>
    public Dictionary<string, double> Of(Func<AskedCaption[], Tensor> draw, PictureSet training)
    {
        Dictionary<string, double> measures = [];
        JsonConfig inputs = recipe.Section("inputs");
        if (inputs.Text("classifier") is string classifier)
            AddClasses(measures, recipe.Beside(classifier), draw, training);
        if (inputs.Text("clip") is string clip)
            AddRetrieval(measures, recipe.Beside(clip), recipe.Beside(inputs.Text("tokenizer")!), draw);
        return measures;
    }

    private void AddClasses(Dictionary<string, double> measures, string folder, Func<AskedCaption[], Tensor> draw, PictureSet training)
    {
        using ClassJudge judge = new(folder);
        int place = 0;
        DrawnPictures drawn = DrawnPictures.Draw(
            judge.Classes, PerClass, labels => draw([.. labels.Select(label => new AskedCaption(place++, CaptionedDigits.Captions(label)[0]))]));
        DrawnPictures held = DrawnPictures.Of(real);
        foreach ((string name, double value) in judge.Measures(drawn, held))
            measures[name] = value;
        ParzenEstimate parzen = Parzen(drawn, held, training);
        measures["parzen_log_likelihood"] = parzen.LogLikelihood;
        measures["parzen_standard_error"] = parzen.StandardError;
        measures["parzen_sigma"] = parzen.Sigma;
    }

    private static ParzenEstimate Parzen(DrawnPictures drawn, DrawnPictures held, PictureSet training)
    {
        using Scope scope = new();
        int n = training.Pictures.Count;
        DrawnPictures validation = DrawnPictures.Of(training, Enumerable.Range(Math.Max(0, n - ValidationPictures), Math.Min(n, ValidationPictures)));
        return ParzenWindow.Estimate(Rows(drawn), Rows(validation), Rows(held));
    }

    // Pixels from 0 to 1 without the border, which has no part in the paper's numbers.
    private static Tensor Rows(DrawnPictures pictures)
    {
        int margin = (pictures.Size - MnistSet.Side) / 2;
        Tensor all = Tensor.From(pictures.Pixels, [pictures.Count, pictures.Size, pictures.Size, pictures.Channels]);
        return all.Slice(1, margin, MnistSet.Side).Slice(2, margin, MnistSet.Side).Reshape(pictures.Count, -1).Affine(0.5f, 0.5f);
    }

    private void AddRetrieval(Dictionary<string, double> measures, string clipFolder, string tokenizerFolder, Func<AskedCaption[], Tensor> draw)
    {
        using Pretrained<ClipModel> clip = ClipModel.Load(clipFolder);
        ClipEmbeddings embeddings = new(clip.Model, ClipTokenizer.Load(tokenizerFolder));
        AskedCaption[] captions = [.. real.Pictures.Select((picture, place) => new AskedCaption(place, picture.Record.Captions[0]))];
        using Scope scope = new();
        Tensor texts = embeddings.OfTexts([.. captions.Select(caption => caption.Text)]);
        Tensor images = embeddings.OfPictures(captions.Length, places => draw([.. places.Select(place => captions[place])]));
        foreach ((string name, double value) in Retrieval.Of(images.MatMul(texts, transposeOther: true).ToArray(), captions.Length).Named)
            measures[$"drawn_{name}"] = value;
    }
}
