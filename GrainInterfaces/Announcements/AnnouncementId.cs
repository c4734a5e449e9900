using System.Globalization;
using OrleansSale.GrainInterfaces.Texts;

namespace OrleansSale.GrainInterfaces.Announcements;

/// <summary>What an announcement can be about.</summary>
public enum TopicKind
{
    /// <summary>One batch.</summary>
    Batch = 1,

    /// <summary>A product: all its batches.</summary>
    Product,
}

/// <summary>What an announcement is about: a batch or a product.</summary>
/// <param name="Kind">Which of the two.</param>
/// <param name="Id">The id of the batch or product.</param>
public readonly record struct Topic(TopicKind Kind, string Id)
{
    private const string BatchPrefix = "batch-", ProductPrefix = "product-";

    /// <summary>The key of the actor that keeps its announcements: <c>batch-mi2-1</c>, <c>product-mi2</c>.</summary>
    public string Key => (Kind == TopicKind.Batch ? BatchPrefix : ProductPrefix) + Id;

    /// <summary>A batch.</summary>
    public static Topic OfBatch(string id) => new(TopicKind.Batch, id);

    /// <summary>A product.</summary>
    public static Topic OfProduct(string id) => new(TopicKind.Product, id);

    /// <summary>Reads a <see cref="Key"/>; false: it is none.</summary>
    public static bool TryParse(string key, out Topic topic)
    {
        topic = key.StartsWith(BatchPrefix, StringComparison.Ordinal) ? OfBatch(key[BatchPrefix.Length..])
            : key.StartsWith(ProductPrefix, StringComparison.Ordinal) ? OfProduct(key[ProductPrefix.Length..])
            : default;
        return Slug.IsOne(topic.Id);
    }
}

/// <summary>The id of an announcement, such as <c>batch-mi2-1.3</c>: what it is about, and its number there.</summary>
public static class AnnouncementId
{
    // More than any topic can ever have.
    private const int MaxDigits = 9;

    /// <summary>The id.</summary>
    public static string Of(Topic topic, int number) =>
        string.Create(CultureInfo.InvariantCulture, $"{topic.Key}.{number}");

    /// <summary>Reads an id; false: it is none.</summary>
    public static bool TryParse(string? id, out Topic topic, out int number)
    {
        (topic, number) = (default, 0);
        var dot = id?.LastIndexOf('.') ?? -1;
        if (dot < 0) return false;
        var digits = id.AsSpan(dot + 1);
        return digits.Length is >= 1 and <= MaxDigits && digits[0] != '0'
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && Topic.TryParse(id![..dot], out topic);
    }
}
