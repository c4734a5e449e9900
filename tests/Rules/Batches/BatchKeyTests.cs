using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Rules.Batches;

/// <summary>What a batch's key makes of users and keys, against a second computation as the design states it.</summary>
public class BatchKeyTests
{
    // Users of all lengths, including the longest that are allowed, and longer ones.
    private static readonly Gen<string> User = Gen.Select(
        Gen.String[Gen.Char['a', 'z'], 1, 32],
        Gen.OneOf(Gen.String[Gen.Char[' ', '~'], 1, 128], Gen.String[Gen.Char['一', '鿿'], 128, 128],
            Gen.String[Gen.Char['一', '鿿'], 1, 400]),
        (channel, subject) => $"{channel}:{subject}");

    private static readonly Gen<string> Text = Gen.OneOf(
        Gen.String[Gen.Char[' ', '~'], 1, 64], Gen.String[Gen.Char['一', '鿿'], 1, 64],
        Gen.String[Gen.Char['一', '鿿'], 65, 400]);

    [Fact]
    public void A_users_alias_is_what_the_design_says() =>
        Gen.Select(Gen.Byte.Array[32], User).Sample((bytes, user) =>
        {
            var text = Encoding.UTF8.GetBytes(user);
            var salt = HMACSHA256.HashData(bytes, text)[..16];
            var key = new BatchKey(bytes);
            key.AliasOf(user).ToString()
                .ShouldBe(Base64Url.EncodeToString(SHA256.HashData([.. salt, .. text]).AsSpan(0, 16)));
            key.Hash.ShouldBe(SHA256.HashData(bytes));
        });

    [Fact]
    public void What_stands_for_a_key_is_what_the_design_says() =>
        Gen.Select(Gen.Byte.Array[32], Gen.Byte.Array[16], Text).Sample((bytes, alias, text) =>
        {
            byte[] hashed = [.. Encoding.ASCII.GetBytes(Base64Url.EncodeToString(alias)), 0,
                .. Encoding.UTF8.GetBytes(text)];
            new BatchKey(bytes).HashOf(new Alias(alias), text).ToString()
                .ShouldBe(Base64Url.EncodeToString(HMACSHA256.HashData(bytes, hashed).AsSpan(0, 16)));
        });

    [Fact]
    public void An_alias_never_changes()
    {
        // Another program computed these. They must never change, because stored ledgers have such aliases.
        LiveBatch.AliasOf("weibo:alice").ToString().ShouldBe("eHSZy90A-tILyszHPA6DDg");
        LiveBatch.AliasOf("weibo:张伟").ToString().ShouldBe("oKS8CKRO2kg77cohtQv9Lw");
        LiveBatch.HashOf("weibo:alice", "a-1").ToString().ShouldBe("995NN6NmlSLEbJITn_4kDg");
        Convert.ToHexStringLower(LiveBatch.Key.Hash)
            .ShouldBe("ae216c2ef5247a3782c135efa279a3e4cdc61094270f5d2be58c6204b7a612c9");
    }

    [Fact]
    public void Two_users_two_batches_or_two_keys_have_nothing_in_common()
    {
        var other = new BatchKey(new byte[BatchKey.Length]);
        var users = Enumerable.Range(0, 1_000).Select(i => $"weibo:{i}").ToList();
        users.SelectMany(user => new[] { LiveBatch.AliasOf(user), other.AliasOf(user) }).Distinct().Count()
            .ShouldBe(2_000);
        users.SelectMany(user => new[] { LiveBatch.HashOf(user, "a"), LiveBatch.HashOf(user, "b") }).Distinct().Count()
            .ShouldBe(2_000);
    }

    [Fact]
    public void A_key_is_known_by_its_hash_alone()
    {
        LiveBatch.Key.Is(LiveBatch.Key.Hash).ShouldBeTrue();
        LiveBatch.Key.Is(SHA256.HashData(new byte[32])).ShouldBeFalse();
        LiveBatch.Key.Is(LiveBatch.Key.Hash.AsSpan(1)).ShouldBeFalse();
        LiveBatch.Key.Is([]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_has_32_bytes(int length) => Should.Throw<ArgumentException>(() => new BatchKey(new byte[length]));
}
