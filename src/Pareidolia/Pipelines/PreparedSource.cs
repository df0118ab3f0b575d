using Pareidolia.Diffusion.Randomness;
using Pareidolia.Imaging;

namespace Pareidolia.Pipelines;

/// <summary>A picture to start from with its mask as the rules want it: what of it is drawn, and how the result goes back into it.</summary>
internal sealed class PreparedSource
{
    private readonly SourcePicture _source;
    private readonly bool _webUi;
    private readonly Image _picture;
    private readonly Image? _mask;
    private readonly CropRegion? _region;

    /// <summary>Reads the mask.</summary>
    /// <exception cref="PareidoliaException">Only what is masked is to be drawn, and nothing is.</exception>
    public PreparedSource(SourcePicture source, GenerateSettings settings)
    {
        (_source, _picture, _webUi) = (source, source.Picture.ToRgb(), settings.Noise.Mode.Tool() == SamplingTool.WebUi);
        _mask = source.Mask is Image mask ? source.Masking.Read(mask, _webUi) : null;
        if (_mask is null || !source.Masking.OnlyMasked)
            return;
        _mask = PictureFit.To(_mask, _picture.Width, _picture.Height);
        _region = CropRegion.Of(_mask, source.Masking.Padding, settings.Width, settings.Height);
    }

    /// <summary>What is drawn, and its mask, at a size.</summary>
    public (Image Picture, Image? Mask) At(int width, int height)
    {
        Image picture = Fitted(_picture, width, height);
        if (_mask is null)
            return (picture, null);
        Image mask = Fitted(_mask, width, height);
        if (_source.Masking.Grow is int side)
            return (MaskPicture.Mixed(Grey(width, height), picture, MaskPicture.Grown(mask, 0)), MaskPicture.Grown(mask, side));
        return (_source.Masking.Content == MaskedContent.Original ? picture : HoleFill.Fill(picture, mask), mask);
    }

    /// <summary>What was drawn, with what the mask keeps as it was.</summary>
    public Image PutBack(Image made)
    {
        if (_mask is null)
            return made;
        if (_region is CropRegion region)
        {
            Image whole = new(_picture.Width, _picture.Height);
            whole.Paste(PictureFit.To(made, region.Width, region.Height, FitMode.Crop), region.Left, region.Top);
            return MaskPicture.Mixed(whole, _picture, _mask);
        }
        Image mask = PictureFit.To(_mask, made.Width, made.Height, _source.Fit);
        if (_source.Masking.Grow is int side)
            mask = MaskPicture.Grown(mask, side);
        // The web UI lets more of what was drawn show through than was painted at full strength.
        return MaskPicture.Mixed(made, PictureFit.To(_picture, made.Width, made.Height, _source.Fit), _webUi ? MaskPicture.Doubled(mask) : mask);
    }

    private Image Fitted(Image image, int width, int height) => _region is CropRegion region
        ? PictureFit.To(region.Of(image), width, height, FitMode.Fill)
        : PictureFit.To(image, width, height, _source.Fit);

    private static Image Grey(int width, int height)
    {
        Image grey = new(width, height);
        Array.Fill(grey.Pixels, (byte)128);
        return grey;
    }
}
