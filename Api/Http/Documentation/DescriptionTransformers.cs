using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Operators.Exports;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Http.Documentation;

/// <summary>
/// Adds what the types do not express: credentials, codes, ranges of parameters, optional members.
/// </summary>
internal static class DescriptionTransformers
{
    private const string IdPattern = $"^{Slug.Pattern}$", OrderPattern = $"^{Slug.Pattern}\\.[1-9][0-9]{{0,17}}$",
        AnnouncementPattern = $"^(batch|product)-{Slug.Pattern}\\.[1-9][0-9]{{0,8}}$";

    /// <summary>Completes an operation from its <see cref="EndpointDescription"/>.</summary>
    public static Task CompleteAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in (operation.Parameters ?? []).OfType<OpenApiParameter>()) Complete(parameter);
        if (operation.Responses?.GetValueOrDefault("200")?.Content is { } contents)
        {
            // A table and a stream of events are text, and a workbook is bytes. A client that expected one object could
            // not read them.
            foreach (var (type, media) in contents)
            {
                if (type.StartsWith("text/", StringComparison.Ordinal))
                    media.Schema = new OpenApiSchema { Type = JsonSchemaType.String };
                else if (type == XlsxTable.MediaType)
                    media.Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            }
        }
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var description = metadata.OfType<EndpointDescription>().LastOrDefault() ?? EndpointDescription.Open();
        operation.Security = SecurityOf(description, context.Document);
        // A request to any endpoint may be malformed HTTP.
        if (operation.Responses?.Keys.Any(status => status.StartsWith('4')) == false)
            operation.Responses["400"] = Malformed(context.Document);
        if (description.TakesKey) (operation.Parameters ??= []).Add(Key());
        foreach (var refusals in description.Refusals.Distinct().Order().GroupBy(Problem.StatusOf))
        {
            if (operation.Responses?.GetValueOrDefault($"{refusals.Key}") is not OpenApiResponse response) continue;
            response.Description = string.Join(", ", refusals.Select(refusal => $"`{Problem.CodeOf(refusal)}`"));
            if (refusals.Key == StatusCodes.Status503ServiceUnavailable)
                response.Headers = new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = RetryAfter() };
        }
        return Task.CompletedTask;
    }

    /// <summary>
    /// Members without a value are left out: they are optional and never null. Codes are a closed set.
    /// </summary>
    public static Task CompleteAsync(
        OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.JsonPropertyInfo is { } property && IsOneOrMany(property.AttributeProvider))
        {
            (schema.Type, schema.Items) = (null, null);
            schema.OneOf =
            [
                new OpenApiSchema { Type = JsonSchemaType.String },
                new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = new OpenApiSchema { Type = JsonSchemaType.String },
                },
            ];
        }
        if (context.JsonPropertyInfo?.AttributeProvider?.GetCustomAttributes(typeof(TextsAttribute), inherit: true)
            is [TextsAttribute texts, ..])
        {
            Complete(schema, texts);
        }
        foreach (var member in context.JsonTypeInfo.Properties)
        {
            if (!IsLeftOut(member.AttributeProvider)) continue;
            schema.Required?.Remove(member.Name);
            if (MemberOf(schema, member.Name) is { Type: not null } described)
                described.Type &= ~JsonSchemaType.Null;
        }
        // Generators make an enumeration only of a schema of type string. Null is not a value of the set, because such
        // members are left out.
        if (schema is { Enum: { Count: > 0 } values, Type: null })
        {
            schema.Type = JsonSchemaType.String;
            schema.Enum = [.. values.Where(value => value is not null && !value.IsJsonNullSentinel())];
        }
        if (context.JsonTypeInfo.Type == typeof(ProblemBody) && MemberOf(schema, "code") is { } code)
        {
            code.Enum = [.. Enum.GetValues<Refusal>().Order().Select(refusal => (JsonNode)Problem.CodeOf(refusal))];
        }
        return Task.CompletedTask;
    }

    private static void Complete(OpenApiSchema schema, TextsAttribute texts)
    {
        OpenApiSchema OneText() => new()
        {
            Type = JsonSchemaType.String,
            MinLength = 1,
            MaxLength = texts.MaxLength,
        };

        (schema.Type, schema.Properties) = (null, null);
        schema.OneOf =
        [
            OneText(),
            new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema>
                {
                    [PageLanguage.English] = OneText(),
                    [PageLanguage.Chinese] = OneText(),
                },
            },
        ];
    }

    // Any of the schemes is enough. An open endpoint states that it needs none, so that the scheme does not seem
    // forgotten.
    private static List<OpenApiSecurityRequirement> SecurityOf(
        EndpointDescription description, OpenApiDocument? document)
    {
        var schemes = description.Schemes.Select(scheme => new OpenApiSecurityRequirement
        {
            [new OpenApiSecuritySchemeReference(scheme, document)] = [],
        });
        return description.IsOptional ? [new OpenApiSecurityRequirement(), .. schemes] : [.. schemes];
    }

    private static OpenApiResponse Malformed(OpenApiDocument? document) => new()
    {
        Description = $"`{Problem.CodeOf(Refusal.InvalidRequest)}`",
        Content = new Dictionary<string, OpenApiMediaType>
        {
            [Problem.MediaType] = new OpenApiMediaType
            {
                Schema = new OpenApiSchemaReference(nameof(ProblemBody), document),
            },
        },
    };

    private static OpenApiSchema? MemberOf(OpenApiSchema schema, string name) =>
        schema.Properties is { } members && members.TryGetValue(name, out var member) ? member as OpenApiSchema : null;

    private static bool IsLeftOut(System.Reflection.ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute { } rule, ..]
        && rule.Condition is JsonIgnoreCondition.WhenWritingNull or JsonIgnoreCondition.WhenWritingDefault;

    private static bool IsOneOrMany(System.Reflection.ICustomAttributeProvider? member) =>
        member?.GetCustomAttributes(typeof(JsonConverterAttribute), inherit: true) is
            [JsonConverterAttribute { ConverterType: { } type }, ..] && type == typeof(OneOrManyFormat);

    // The handlers read their parameters as text, so that a wrong parameter is refused by name.
    private static void Complete(OpenApiParameter parameter)
    {
        switch (parameter.Name)
        {
            case "batch":
                (parameter.Required, parameter.Schema) = (true, Text(IdPattern));
                break;
            case "order":
                (parameter.Required, parameter.Schema) = (true, Text(OrderPattern));
                break;
            case "announcement":
                (parameter.Required, parameter.Schema) = (true, Text(AnnouncementPattern));
                break;
            case "limit":
                parameter.Description = "Items in a page.";
                parameter.Schema = new OpenApiSchema
                {
                    Type = JsonSchemaType.Integer,
                    Format = "int32",
                    Minimum = "1",
                    Maximum = $"{Paging.MaxLimit}",
                    Default = Paging.DefaultLimit,
                };
                break;
            case "after":
                parameter.Description = "Where the page begins: the `next` of the one before.";
                break;
        }
    }

    private static OpenApiParameter Key() => new()
    {
        Name = IdempotencyKey.Header,
        In = ParameterLocation.Header,
        Description = "The same request under the same key takes effect once.",
        Schema = Text($"^[!-~]{{1,{IdempotencyKey.MaxLength}}}$"),
    };

    private static OpenApiHeader RetryAfter() => new()
    {
        Description = "Seconds to wait before asking again, with jitter.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Format = "int32" },
    };

    private static OpenApiSchema Text(string pattern) => new() { Type = JsonSchemaType.String, Pattern = pattern };
}
