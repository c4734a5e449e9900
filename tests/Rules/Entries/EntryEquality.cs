using System.Text.Json;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Tests.Rules.Entries;

/// <summary>Compares entries by content; a record compares its arrays by reference.</summary>
internal static class EntryEquality
{
    public static void ShouldBeSame(BatchEntry actual, BatchEntry expected)
    {
        actual.GetType().ShouldBe(expected.GetType());
        Content(actual).ShouldBe(Content(expected));
    }

    private static string Content(BatchEntry entry) => JsonSerializer.Serialize<object>(entry);
}
