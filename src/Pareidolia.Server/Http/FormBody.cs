using Microsoft.AspNetCore.Http;

namespace Pareidolia.Server.Http;

/// <summary>Reads bodies that are forms; what is wrong with one is said in a sentence.</summary>
internal static class FormBody
{
    /// <summary>The fields and files.</summary>
    /// <param name="context">The request.</param>
    /// <param name="noForm">What is said where the body is none.</param>
    /// <exception cref="Refusal">It is no form, or a broken one.</exception>
    public static async Task<IFormCollection> Read(HttpContext context, Refusal noForm)
    {
        if (!context.Request.HasFormContentType)
            throw noForm;
        try
        {
            return await context.Request.ReadFormAsync(context.RequestAborted).ConfigureAwait(false);
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw Refusal.Bad("The form is cut off: its last part does not end.");
        }
    }
}
