using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.SignIn;

namespace OrleansSale.Api.Sales.Replies;

/// <summary>A reply to a post of a sale.</summary>
/// <param name="Id">The platform's id of the reply: a repeat under the same id buys nothing again.</param>
/// <param name="User">Who replied, as the platform names its users when they sign in: the subject.</param>
/// <param name="Post">The announcement that was posted, by its id.</param>
/// <param name="Text">What they said.</param>
/// <param name="Language">Of the answer's text: en or zh-CN; left out: that of the buy word.</param>
public sealed record ReplyBody(
    [property: ReplyId] string Id, [property: Subject] string User, [property: Line(1, 300)] string Post,
    [property: Lines(1, ReplyBody.MaxTextLength)] string Text, [property: PageLanguage] string? Language = null)
{
    /// <summary>Longest text, in UTF-16 code units.</summary>
    public const int MaxTextLength = 10_000;
}

/// <summary>What came of a reply: a closed set.</summary>
public enum ReplyResult
{
    /// <summary>It does not say the buy word alone. Nothing was done, and there is nothing to answer.</summary>
    Ignored = 1,

    /// <summary>Its user has an order, made now or before under the same reply.</summary>
    Ordered,

    /// <summary>The purchase was refused.</summary>
    Refused,
}

/// <summary>The answer to a reply.</summary>
/// <param name="Result">What came of it.</param>
/// <param name="Code">Why the purchase was refused, as a problem's code.</param>
/// <param name="Text">What to answer the user with.</param>
/// <param name="Language">The language of the text.</param>
/// <param name="Link">The page of the sale; for an order that awaits payment it leads on to the checkout.</param>
/// <param name="Order">The order.</param>
public sealed record ReplyAnswer(
    [property: JsonConverter(typeof(KebabCase<ReplyResult>))] ReplyResult Result,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Code = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Text = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Language = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Link = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Order = null);

/// <summary>Reads replies and writes their answers.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReplyBody))]
[JsonSerializable(typeof(ReplyAnswer))]
public sealed partial class ReplyJson : JsonSerializerContext
{
    /// <summary>The context to read and write with.</summary>
    public static ReplyJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}

/// <summary>An id of a reply: it is the key of the purchase.</summary>
public sealed class ReplyIdAttribute() : GrammarAttribute(
    $"^[!-~]{{1,64}}$", $"1 to 64 visible ASCII characters")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => IdempotencyKey.IsOne(text);
}

/// <summary>A language of the pages.</summary>
public sealed class PageLanguageAttribute() : GrammarAttribute(
    "^(en|zh-CN)$", $"{PageLanguage.English} or {PageLanguage.Chinese}")
{
    /// <inheritdoc/>
    protected override bool Fits(string text) => text is PageLanguage.English or PageLanguage.Chinese;
}
