using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Scalar.AspNetCore;

namespace OrleansSale.Api.Http.Documentation;

/// <summary>The contract as an OpenAPI document, and a page to read and try it.</summary>
public static class DocumentationApi
{
    // The subject of each tag's operations.
    private static readonly Dictionary<string, string> Tags = new()
    {
        ["Batches"] = "Public boards: what is sold, when, and how much of it is left.",
        ["Reservations"] = "A user's registration for a batch, and the ticket that comes with it.",
        ["Orders"] = "Buying, and the orders that result.",
        ["Line"] = "The line of buyers who wait for units that come back.",
        ["Sign-in"] = "Who the caller is.",
        ["Replies"] = "Where a platform reports its users' replies to posts.",
        ["Payments"] = "Notifications of the payment provider.",
        ["Operators"] = "Commands about sales and users, and exports.",
        ["Webhooks"] = "Endpoints of the merchant's systems that are sent what happens.",
        ["Health"] = "Whether the process lives and can sell.",
        ["Development"] = "Tokens for any user, in Development only.",
    };

    private const string Description = """
        Flash sales: a batch of units, offered at an instant to reserved users, sold exactly once.

        Texts for people may have characters of any script. They may have no control characters, none that reorder the
        text around them (U+202A–U+202E, U+2066–U+206F) and no halves of characters. A text is blank if nothing of it
        can be seen. Lengths are in UTF-16 code units, as a browser's `maxlength` counts. Addresses and reasons may have
        several lines and tabs; every line break becomes a line feed.
        """;

    /// <summary>
    /// Describes the API with its credentials. The document has nothing about the machine, so it is the same
    /// everywhere.
    /// </summary>
    public static void AddDocumentation(this IServiceCollection services)
    {
        // The schemas follow these options: numbers are never written as texts.
        services.ConfigureHttpJsonOptions(
            options => options.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        services.AddOpenApi("v1", Describe);
    }

    private static void Describe(OpenApiOptions options)
    {
        options.AddOperationTransformer(DescriptionTransformers.CompleteAsync);
        options.AddSchemaTransformer(DescriptionTransformers.CompleteAsync);
        options.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "OrleansSale",
                Version = "v1",
                License = new OpenApiLicense
                {
                    Name = "All rights reserved",
                    Identifier = "LicenseRef-All-Rights-Reserved",
                },
                Description = Description,
            };
            const string Own = "The front that serves this description.";
            var at = context.ApplicationServices.GetRequiredService<SitePath>().Base;
            // All paths are relative to the front's own address.
            document.Servers = [new OpenApiServer { Url = at.Length > 0 ? at : "/", Description = Own }];
            foreach (var tag in document.Tags ?? new HashSet<OpenApiTag>())
                tag.Description = Tags.GetValueOrDefault(tag.Name ?? "");
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                ["Bearer"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                },
                ["Ticket"] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey,
                    In = ParameterLocation.Header,
                    Name = "Authorization",
                    Description = "`Ticket v2.…`, for purchases: a reservation's ticket is a sufficient credential.",
                },
            };
            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Maps <c>/openapi/v1.json</c> and <c>/scalar</c>. The page loads nothing from its vendor and sends it nothing.
    /// </summary>
    public static void MapDocumentation(this IEndpointRouteBuilder app)
    {
        app.MapOpenApi();
        app.MapScalarApiReference("/scalar", options => options.WithTitle("OrleansSale")
            .DisableDefaultFonts().DisableTelemetry().DisableAgent().DisableMcp().HideClientButton()
            .HideDeveloperTools());
    }
}
