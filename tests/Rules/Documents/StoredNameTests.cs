using System.Text.Json;
using OrleansSale.Grains.Orders;

namespace OrleansSale.Tests.Rules.Documents;

/// <summary>Names in stored documents, which outlive the names in the code.</summary>
public sealed class StoredNameTests
{
    [Fact]
    public void The_hash_that_tells_whose_documents_these_are_is_stored_under_the_name_that_older_engines_gave_it() =>
        JsonSerializer.Serialize(new OrderDocuments { HeldHash = "ab12" }).ShouldContain("\"Held\":\"ab12\"");
}
