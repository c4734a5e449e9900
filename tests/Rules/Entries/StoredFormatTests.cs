using System.Text.Json.Nodes;
using OrleansSale.Grains.Batches.Directing;
using OrleansSale.Grains.Batches.Entries;
using OrleansSale.Grains.Ledger;

namespace OrleansSale.Tests.Rules.Entries;

/// <summary>The stored format is for ever: a golden line may be added, never changed.</summary>
public class StoredFormatTests
{
    // The members that a line of each type may lack. An operator and the reason are present together or not at all, and
    // so are the two members of an origin: none of them may be absent alone.
    private static readonly Dictionary<string, string[]> MayBeAbsent = new()
    {
        ["created"] = ["imageUrl", "secretHash", "title", "description", "en", "zh-CN", "standbyLimit",
            "offerWindowSeconds", "cancelPaid", "backlogUnits"],
        ["held"] = ["key", "place", "from"],
        ["sold"] = ["units", "fee"],
        ["refund-owed"] = ["fee"],
        ["released"] = ["key"],
        ["joined"] = ["key"],
        ["drawn"] = ["beacon"],
        ["refunded-elsewhere"] = ["by"],
    };

    /// <summary>Every type of entry that there is.</summary>
    public static IEnumerable<Type> Types =>
        typeof(BatchEntry).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(BatchEntry)) && !type.IsAbstract);

    public static TheoryData<string> Golden => [.. Lines.Golden.Select(golden => golden.Line)];

    /// <summary>
    /// Every member of every golden line's data: the line, the path to the object that has it, and the member.
    /// </summary>
    public static TheoryData<string, string, string> Members
    {
        get
        {
            var members = new TheoryData<string, string, string>();
            foreach (var (line, _) in Lines.Golden)
            {
                string[] paths =
                    ["", "product", "product.price", "schedule", "title", "description", "amount"];
                foreach (var path in paths)
                {
                    if (Find(JsonNode.Parse(line)!, path) is not { } data) continue;
                    foreach (var (name, _) in data) members.Add(line, path, name);
                }
            }
            return members;
        }
    }

    [Fact]
    public void A_line_without_data_is_of_an_opening_alone()
    {
        foreach (var (line, entry) in Lines.Golden)
            line.Contains("\"data\":{}", StringComparison.Ordinal).ShouldBe(entry is OpenedSale, line);
    }

    [Theory, MemberData(nameof(Golden))]
    public void An_entry_is_stored_as_its_golden_line_and_read_from_it(string line)
    {
        var entry = Lines.Golden.First(golden => golden.Line == line).Entry;
        var seq = entry is Created ? 1 : 18;
        Lines.Write(entry, seq).ShouldBe(line);
        var read = Lines.Read(line + "\n");
        (read.Seq, read.At).ShouldBe((seq, Lines.At));
        EntryEquality.ShouldBeSame(read.Entry, entry);
    }

    [Fact]
    public void Every_entry_type_has_a_golden_line() =>
        Types.Except(Lines.Golden.Select(golden => golden.Entry.GetType())).ShouldBeEmpty();

    [Fact]
    public void What_may_be_absent_is_absent_from_a_golden_line_and_there_in_another()
    {
        foreach (var (type, members) in MayBeAbsent)
        {
            var lines = Lines.Golden.Select(golden => golden.Line)
                .Where(line => line.Contains($"\"type\":\"{type}\"", StringComparison.Ordinal)).ToList();
            foreach (var member in members)
            {
                lines.ShouldContain(line => line.Contains($"\"{member}\":", StringComparison.Ordinal), member);
                lines.ShouldContain(line => !line.Contains($"\"{member}\":", StringComparison.Ordinal), member);
            }
        }
    }

    [Theory, MemberData(nameof(Members))]
    public void A_line_without_one_of_its_members_is_refused(string line, string path, string member)
    {
        var node = JsonNode.Parse(line)!;
        if (MayBeAbsent.GetValueOrDefault((string)node["type"]!)?.Contains(member) == true) return;
        Find(node, path)!.Remove(member);
        Should.Throw<LedgerFormatException>(() => Lines.Read(node.ToJsonString()));
    }

    [Theory, MemberData(nameof(Members))]
    public void A_line_with_a_member_that_is_null_is_refused(string line, string path, string member)
    {
        var node = JsonNode.Parse(line)!;
        Find(node, path)![member] = null;
        Should.Throw<LedgerFormatException>(() => Lines.Read(node.ToJsonString()));
    }

    [Theory, MemberData(nameof(Members))]
    public void A_line_with_a_member_twice_or_one_that_is_not_its_own_is_refused(
        string line, string path, string member)
    {
        var value = Find(JsonNode.Parse(line)!, path)![member]!.ToJsonString();
        Should.Throw<LedgerFormatException>(() => Lines.Read(Beside(line, path, $"\"{member}\":{value}")), "twice");
        // A member that no version knows, and some members of other entries.
        foreach (var (name, other) in new[]
        {
            ("gift", "1"), ("refund", "\"r\""), ("user", "\"weibo:a\""), ("units", "[1]"), ("units", "1"),
                ("alias", "\"AAAAAAAAAAAAAAAAAAAAAA\""),
            ("by", "\"AAAAAAAAAAAAAAAAAAAAAA\""), ("place", "1"), ("number", "1"), ("provider", "\"alipay\""),
        })
        {
            if (Find(JsonNode.Parse(line)!, path)!.ContainsKey(name)) continue;
            Should.Throw<LedgerFormatException>(() => Lines.Read(Beside(line, path, $"\"{name}\":{other}")), name);
        }
    }

    // Inserts a member as the first of the object at the path.
    private static string Beside(string line, string path, string text)
    {
        var start = path is "" ? "\"data\":{" : $"\"{path.Split('.')[^1]}\":{{";
        return line.Insert(line.IndexOf(start, StringComparison.Ordinal) + start.Length, text + ",");
    }

    private static JsonObject? Find(JsonNode line, string path)
    {
        var node = line["data"] as JsonObject;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries)) node = node?[name] as JsonObject;
        return node;
    }
}
