using System.Text;
using CsCheck;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;

namespace OrleansSale.Tests.Rules.Users;

/// <summary>The one text of an alias, and of a key's hash.</summary>
public class AliasTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly Alias Some = new(0x0123456789ABCDEF, 0xFEDCBA9876543210);

    [Fact]
    public void An_alias_comes_back_from_its_text() =>
        Gen.Select(Gen.ULong, Gen.ULong).Sample((high, low) =>
        {
            var alias = new Alias(high, low);
            var text = alias.ToString();
            text.Length.ShouldBe(Alias.TextLength);
            text.ShouldAllBe(character => Alphabet.Contains(character));
            Span<byte> written = stackalloc byte[Alias.TextLength];
            alias.Write(written);
            Encoding.ASCII.GetString(written).ShouldBe(text);
            Alias.TryRead(written, out var read).ShouldBeTrue();
            Alias.TryParse(text, out var parsed).ShouldBeTrue();
            (read, parsed).ShouldBe((alias, alias));
            KeyHash.TryRead(written, out var hash).ShouldBeTrue();
            (hash, hash.ToString()).ShouldBe((new KeyHash(high, low), text));
        });

    [Fact]
    public void Of_22_characters_only_the_canonical_text_is_read() =>
        Gen.String[Gen.Char[Alphabet], 22, 22].Sample(text =>
        {
            // 22 characters have four bits more than 16 bytes: the lowest bits of the last character.
            var isCanonical = Alphabet.IndexOf(text[^1], StringComparison.Ordinal) % 16 == 0;
            Alias.TryParse(text, out var alias).ShouldBe(isCanonical);
            KeyHash.TryRead(Encoding.ASCII.GetBytes(text), out _).ShouldBe(isCanonical);
            if (isCanonical) alias.ToString().ShouldBe(text);
        }, iter: 20_000);

    [Fact]
    public void No_last_character_but_the_canonical_ones_is_read()
    {
        var text = Some.ToString();
        Alphabet.Where(last => Alias.TryParse(text[..^1] + last, out _)).ShouldBe(['A', 'Q', 'g', 'w']);
    }

    [Fact]
    public void A_text_of_another_length_or_with_another_character_is_not_read()
    {
        var text = Some.ToString();
        foreach (var other in new[] { "", text[..^1], text + "A", text + "=", text + "==", " " + text, text + " ", text
            + "\n" }) Refused(other);
        Alias.TryParse(null, out _).ShouldBeFalse();
        for (var place = 0; place < text.Length; place++)
        {
            foreach (var character in "+/=. \t\r\n:\0张é") Refused(text[..place] + character + text[(place + 1)..]);
        }
    }

    private static void Refused(string text)
    {
        Alias.TryParse(text, out _).ShouldBeFalse(text);
        Alias.TryRead(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse(text);
        KeyHash.TryRead(Encoding.UTF8.GetBytes(text), out _).ShouldBeFalse(text);
    }
}
