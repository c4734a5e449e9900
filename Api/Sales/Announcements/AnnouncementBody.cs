using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Sales.Announcements;

/// <summary>A text for people by language; one that is left out is only in the other.</summary>
/// <param name="English">In English.</param>
/// <param name="Chinese">In Chinese.</param>
public sealed record TextsBody(
    [property: JsonPropertyName("en"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? English,
    [property: JsonPropertyName("zh-CN"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Chinese)
{
    internal static TextsBody Of(LanguageText text) => new(text.English, text.Chinese);

    internal static TextsBody? OfAny(LanguageText? text) => text is null ? null : Of(text);
}

/// <summary>An announcement.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What it says.</param>
/// <param name="ImageUrl">An https or site-relative address of a picture; left out: it has none.</param>
/// <param name="At">The instant from which it is shown.</param>
public sealed record AnnouncementBody(
    string Id, TextsBody Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImageUrl, DateTimeOffset At)
{
    internal static AnnouncementBody Of(Announcement announcement) => new(
        announcement.Id, TextsBody.Of(announcement.Text), announcement.ImageUrl, announcement.At);
}

/// <summary>Announcements.</summary>
/// <param name="Items">The newest first.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
public sealed record AnnouncementList(
    AnnouncementBody[] Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next);

/// <summary>Writes announcements.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(AnnouncementList))]
public sealed partial class AnnouncementJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static AnnouncementJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
