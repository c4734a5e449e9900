using Microsoft.AspNetCore.ResponseCompression;

namespace OrleansSale.Api.Http;

/// <summary>Compresses answers that are long, are the same for everybody, and change all the time.</summary>
public static class CompressedAnswers
{
    /// <summary>Registers it.</summary>
    public static void AddTo(IServiceCollection services) => services.AddResponseCompression(options =>
    {
        // There is no secret in what everybody gets, so its length reveals none.
        options.EnableForHttps = true;
        options.MimeTypes = ["application/json"];
        options.Providers.Add<BrotliCompressionProvider>();
        options.Providers.Add<GzipCompressionProvider>();
    });

    /// <summary>Compresses the answers at one path. Put it after the routing of HEAD.</summary>
    public static void Use(WebApplication app, string path) =>
        app.UseWhen(http => http.Request.Path.Equals(path, StringComparison.OrdinalIgnoreCase),
            answers => answers.UseResponseCompression());
}
