using Microsoft.Playwright;
using Pareidolia.Imaging;

namespace Pareidolia.Browser.Tests;

/// <summary>Pictures as other programs save them, their settings inside.</summary>
internal static class ForeignPicture
{
    /// <summary>A small picture with texts.</summary>
    public static byte[] Png(int width, int height, params (string Key, string Text)[] texts)
    {
        Image image = new(width, height);
        foreach ((string key, string text) in texts)
            image.Texts[key] = text;
        return PngWriter.Encode(image);
    }

    /// <summary>Drops a file onto the page, as a pointer would that brings it from the desktop.</summary>
    public static Task Drop(IPage page, string name, string type, byte[] bytes) => page.EvaluateAsync(
        """
        ([name, type, base64]) => {
          const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0)), transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type }));
          for (const step of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(step, { bubbles: true, cancelable: true, dataTransfer: transfer }));
        }
        """, new[] { name, type, Convert.ToBase64String(bytes) });
}
