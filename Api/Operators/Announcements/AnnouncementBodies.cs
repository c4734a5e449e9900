using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using OrleansSale.Api.Http;
using OrleansSale.Api.Http.Bodies;
using OrleansSale.Api.Sales.Announcements;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Announcements;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.Api.Operators.Announcements;

/// <summary>An announcement to make: for a batch or for a product.</summary>
/// <param name="Batch">The batch; left out: it is for a product.</param>
/// <param name="Product">The product, for all its batches; left out: it is for a batch.</param>
/// <param name="Text">
/// What it says: one text of 1–2,000 characters, or one per language. Readers of a language that is left out see the
/// other one.
/// </param>
/// <param name="ImageUrl">An https or site-relative address of a picture, at most 2,000 characters.</param>
/// <param name="At">The instant from which it is to be shown and posted; left out: now.</param>
public sealed record AnnounceBody(
    [property: BatchId] string? Batch, [property: BatchId] string? Product,
    [property: Texts(Announcement.MaxTextLength)] LanguageTexts Text, [property: ImageAddress] string? ImageUrl,
    DateTimeOffset? At)
    : IValidatableObject
{
    internal Topic Topic => Batch is not null ? Topic.OfBatch(Batch) : Topic.OfProduct(Product!);

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((Batch is null) == (Product is null))
            yield return new("must be there, or product instead of it, and not both", [nameof(Batch)]);
    }

    internal LanguageText ToText() => Text.ToText();
}

/// <summary>Which delivery to try again.</summary>
/// <param name="Channel">The channel.</param>
public sealed record RetryBody([property: ChannelId] string Channel);

/// <summary>The delivery of an announcement or a message to a channel.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="State">
/// How it stands. Unknown, failed and dead ones are tried again only when an operator says so. An undeliverable one is
/// a message whose user is not known any more.
/// </param>
/// <param name="Tries">How many times it was tried.</param>
/// <param name="LastError">What came of the last try; left out: nothing failed.</param>
/// <param name="LastTry">When the last try began; left out: there was none.</param>
/// <param name="NextTry">When it is tried next; left out: not by itself.</param>
public sealed record DeliveryBody(
    string Channel, [property: JsonConverter(typeof(KebabCase<DeliveryState>))] DeliveryState State, int Tries,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? LastError,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? LastTry,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? NextTry)
{
    internal static DeliveryBody Of(DeliveryView view) =>
        new(view.Channel, view.State, view.Tries, view.LastError, view.LastTry, view.NextTry);
}

/// <summary>An announcement as operators see it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Batch">The batch it is for; left out: it is for a product.</param>
/// <param name="Product">The product it is for; left out: it is for a batch.</param>
/// <param name="Text">What it says.</param>
/// <param name="ImageUrl">A picture; left out: it has none.</param>
/// <param name="At">The instant from which it is shown.</param>
/// <param name="Deliveries">Its posts: for each channel that takes posts, once its time has come.</param>
public sealed record OperatorAnnouncementBody(
    string Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Batch,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Product, TextsBody Text,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ImageUrl, DateTimeOffset At,
    DeliveryBody[] Deliveries)
{
    internal static OperatorAnnouncementBody Of(AnnouncementView view)
    {
        var announcement = view.Announcement;
        if (!AnnouncementId.TryParse(announcement.Id, out var topic, out _))
            throw new FormatException($"{announcement.Id} is no id of an announcement");
        return new(
            announcement.Id, topic.Kind == TopicKind.Batch ? topic.Id : null,
            topic.Kind == TopicKind.Product ? topic.Id : null, TextsBody.Of(announcement.Text),
            announcement.ImageUrl, announcement.At, [.. view.Deliveries.Select(DeliveryBody.Of)]);
    }
}

/// <summary>Announcements.</summary>
/// <param name="Items">The newest first, those to come included.</param>
/// <param name="Next">The <c>after</c> of the next page; null: that was all.</param>
/// <param name="Damaged">
/// Whose announcements are missing here because their document is damaged: <c>batch-mi2-1</c>, <c>product-mi2</c>; left
/// out: nobody's.
/// </param>
public sealed record OperatorAnnouncementList(
    OperatorAnnouncementBody[] Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Next,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string[]? Damaged = null);

/// <summary>Reads and writes the bodies of the operators' announcements.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(InstantFormat)])]
[JsonSerializable(typeof(AnnounceBody))]
[JsonSerializable(typeof(RetryBody))]
[JsonSerializable(typeof(OperatorAnnouncementList))]
public sealed partial class OperatorAnnouncementJson : JsonSerializerContext
{
    /// <summary>The context to write with.</summary>
    public static OperatorAnnouncementJson Wire => field ??= new(WireFormat.Readable(Default.Options));
}
