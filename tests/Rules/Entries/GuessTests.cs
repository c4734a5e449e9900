using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Ledger;
using static OrleansSale.Tests.Rules.Batches.LiveBatch;

namespace OrleansSale.Tests.Rules.Entries;

/// <summary>
/// A board shows the hash of the head, and everybody can know the hash before it and nearly all of the line. Whoever
/// can guess the rest can confirm the guess. So nothing of a line may follow from a user's name and what is public.
/// </summary>
/// <remarks>
/// The attacker knows the whole line but what stands in it for one user, even the Idempotency-Key that the user sent
/// and the aliases of everybody else. They have a list of names, with the right one in it.
/// </remarks>
public class GuessTests
{
    private const int Candidates = 2_000;

    private static readonly byte[] Previous = SHA256.HashData("the entry before"u8);

    private static readonly string[] Names =
        [.. Enumerable.Range(1, Candidates - 2).Select(i => $"weibo:user{i}"), Lines.Buyer, Lines.Operator];

    // Idempotency-Keys that the golden lines were made with.
    private static readonly string[] SentKeys = ["a-1", "o-1", "o-2", "o-3", "o-4", "o-5", "o-6"];

    // Values that anybody can compute from a name: the name itself, hashes of it, and the engine's own functions with
    // public keys.
    private static readonly Func<string, string, Guess>[] Keyless =
    [
        (user, key) => new(user, key),
        (user, key) => new(Short(SHA256.HashData(Utf8(user))), Short(SHA256.HashData(Utf8(key)))),
        (user, key) => new(Short(SHA256.HashData(Utf8("mi2-1" + user))),
            Short(SHA256.HashData(Utf8(user + '\0' + key)))),
        (user, key) => new(UserHash.Of(user), UserHash.Of(key)),
        With(new BatchKey(Key.Hash)), With(new BatchKey(Previous)), With(new BatchKey(new byte[32])),
        With(new BatchKey(SHA256.HashData("mi2-1"u8))),
    ];

    public static TheoryData<string, string> LinesThatNameAUser
    {
        get
        {
            var lines = new TheoryData<string, string>();
            foreach (var (line, user) in Golden()
                .Where(golden => golden.Line.Contains(AliasOf(golden.User).ToString(), StringComparison.Ordinal)))
                lines.Add(line, user);
            return lines;
        }
    }

    [Theory, MemberData(nameof(LinesThatNameAUser))]
    public void Nobody_confirms_a_name_by_the_hash_of_a_line_and_with_the_batch_s_key_everybody_can(
        string line, string user)
    {
        var known = With(Key);
        var sent = SentKeys.FirstOrDefault(
            key => line.Contains(known(user, key).Key, StringComparison.Ordinal), "none");
        var template = line.Replace(known(user, sent).Alias, "{user}", StringComparison.Ordinal)
            .Replace(known(user, sent).Key, "{key}", StringComparison.Ordinal);
        foreach (var derive in Keyless) Confirmed(template, sent, line, derive).ShouldBeEmpty();
        Confirmed(template, sent, line, known).ShouldBe([user]);
    }

    [Fact]
    public void A_line_that_names_nobody_is_the_same_whoever_it_concerns()
    {
        // The remaining types: none of their members depends on a person.
        var types = Lines.Golden.Where(golden => LinesThatNameAUser.All(named => named.Data.Item1 != golden.Line))
            .Where(golden => !golden.Line.Contains(AliasOf("weibo:张伟").ToString(), StringComparison.Ordinal))
            .Select(golden => Encoding.UTF8.GetString(golden.Entry.Type)).Distinct().Order(StringComparer.Ordinal);
        types.ShouldBe([
            "backlog-carried", "checkout-opened", "created", "disputed", "drawn", "ended", "left", "opened",
            "refund-owed", "refund-stalled", "refunded", "refunded-elsewhere", "released", "return-cancelled",
            "return-offered", "roster-closed", "sold",
        ]);
        foreach (var (line, _) in Lines.Golden)
        {
            foreach (var text in SentKeys.Concat(["weibo:", "alice", "boss", "张伟"])) line.ShouldNotContain($"\"{text}");
        }
    }

    [Fact]
    public void The_attack_works_on_a_line_with_a_user_in_it_and_on_one_with_a_mere_hash_of_the_user()
    {
        // The control: a ledger with users in it, and one with hashes that anybody can compute.
        foreach (var derive in Keyless)
        {
            foreach (var key in new[] { "", ",\"key\":\"{key}\"" })
            {
                var template = """{"seq":18,"type":"held","at":"2012-12-21T04:00:00.012Z","data":"""
                    + """{"order":"mi2-1.18","user":"{user}","units":[17]"""
                    + key + "}}";
                Confirmed(template, "a-1", derive(Lines.Buyer, "a-1").In(template), derive).ShouldBe([Lines.Buyer]);
            }
        }
    }

    // A golden line once for each user who may stand in it.
    private static IEnumerable<(string Line, string User)> Golden() =>
        Lines.Golden.SelectMany(golden => new[] { (golden.Line, Lines.Buyer), (golden.Line, Lines.Operator) });

    // The candidates whose line has the hash that the board shows.
    private static List<string> Confirmed(
        string template, string sentKey, string line, Func<string, string, Guess> derive)
    {
        var head = Hash(line);
        return [.. Names.Where(user => Hash(derive(user, sentKey).In(template)).AsSpan().SequenceEqual(head))];
    }

    private static byte[] Hash(string line)
    {
        var hash = new byte[LedgerChain.HashLength];
        LedgerChain.Next(Previous, Utf8(line), hash);
        return hash;
    }

    private static Func<string, string, Guess> With(BatchKey batchKey) => (user, key) =>
    {
        var alias = batchKey.AliasOf(user);
        return new(alias.ToString(), batchKey.HashOf(alias, key).ToString());
    };

    private static string Short(byte[] hash) => Base64Url.EncodeToString(hash.AsSpan(0, 16));

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    // The values that may stand for a user and for the key that the user sent.
    private sealed record Guess(string Alias, string Key)
    {
        public string In(string template) =>
            template.Replace("{user}", Alias, StringComparison.Ordinal).Replace("{key}", Key, StringComparison.Ordinal);
    }
}
